"""What is sealed opens with its own key, handle and name alone; master keys are read strictly and told to nobody."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.vault import BadMasterKeys, CannotOpen, Vault, Wrapped, new_master_line

SOMEBODY, SOMEBODY_ELSE = UUID(int=1), UUID(int=2)
LINE = new_master_line("first")


@given(st.binary(max_size=2_000), st.text(max_size=40))
def test_what_is_sealed_comes_back(body: bytes, name: str) -> None:
    """Any bytes under any name; the sealed form never holds them, and no two sealings are alike."""
    vault = Vault(LINE)
    key, wrapped = vault.new_key(SOMEBODY)
    sealed = vault.seal(key, SOMEBODY, name, body)

    assert body == vault.open(vault.unwrap(SOMEBODY, wrapped), SOMEBODY, name, sealed)
    assert sealed != vault.seal(key, SOMEBODY, name, body)
    assert len(body) < 4 or body not in sealed


@given(st.integers(min_value=0, max_value=43), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_is_noticed(place: int, change: int) -> None:
    """Wherever it stands: in the nonce, in the text, in the tag."""
    vault = Vault(LINE)
    key, _ = vault.new_key(SOMEBODY)
    sealed = bytearray(vault.seal(key, SOMEBODY, "contact", b"sixteen bytes ok"))
    sealed[place] ^= change

    with pytest.raises(CannotOpen):
        vault.open(key, SOMEBODY, "contact", bytes(sealed))


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        pytest.param(SOMEBODY_ELSE, "contact", id="another person's place"),
        pytest.param(SOMEBODY, "story", id="another thing's place"),
    ],
)
def test_nothing_is_put_in_the_place_of_another(handle: UUID, name: str) -> None:
    """Whoever can write rows but has no key cannot make one person's words another's."""
    vault = Vault(LINE)
    key, wrapped = vault.new_key(SOMEBODY)
    sealed = vault.seal(key, SOMEBODY, "contact", b"x")

    with pytest.raises(CannotOpen):
        vault.open(key, handle, name, sealed)
    with pytest.raises(CannotOpen):
        vault.unwrap(SOMEBODY_ELSE, wrapped)


def test_the_first_master_key_wraps_and_every_one_unwraps() -> None:
    """Another one is put before: what was wrapped opens still, until its key is taken out."""
    old = Vault(LINE)
    _, wrapped = old.new_key(SOMEBODY)
    second = new_master_line("second")
    both = Vault(f"# not a comment\n{second}".partition("\n")[2] + f"\n\n{LINE}\n")

    assert ("first", "second") == (wrapped.master, both.wrap(SOMEBODY, both.unwrap(SOMEBODY, wrapped)).master)
    with pytest.raises(CannotOpen, match="first is not among"):
        Vault(second).unwrap(SOMEBODY, wrapped)


def test_another_key_of_the_same_id_opens_nothing() -> None:
    """The id finds the key and proves nothing."""
    _, wrapped = Vault(LINE).new_key(SOMEBODY)

    with pytest.raises(CannotOpen):
        Vault(new_master_line("first")).unwrap(SOMEBODY, Wrapped("first", wrapped.body))


@pytest.mark.parametrize(
    "masters",
    [
        pytest.param("", id="none"),
        pytest.param("canary", id="no line of ours"),
        pytest.param(f"{LINE}\ncanary:c2hvcnQ=", id="too short"),
        pytest.param(f"{LINE}\n{LINE}", id="an id twice"),
        pytest.param(f"canary:{'A' * 43}=", id="all zeros: nobody made it at random"),
        pytest.param(f"Canary:{LINE.partition(':')[2]}", id="a name in capitals"),
    ],
)
def test_wrong_keys_are_refused_without_being_told(masters: str) -> None:
    """The message names the line by its number, and nothing of what stands there."""
    with pytest.raises(BadMasterKeys) as found:
        Vault(masters)

    assert "canary" not in str(found.value).lower()
    assert LINE.partition(":")[2] not in str(found.value)


def test_a_key_for_another_purpose_tells_nothing_of_the_master_key() -> None:
    """The same for whoever has the same master key, another for each purpose and each master key."""
    line = new_master_line("a")
    here = Vault(line)

    assert here.derived("x") == Vault(line).derived("x")
    assert len({here.derived("x"), here.derived("y"), Vault(new_master_line("a")).derived("x")}) == 3
    assert len(here.derived("x")) == 32
