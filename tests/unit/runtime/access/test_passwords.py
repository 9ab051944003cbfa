"""A password is kept as a hash that tells nothing, and an easy one is refused in words."""

import pytest
from argon2 import PasswordHasher

from runtime.access.passwords import Passwords, faults, generated

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "山高-月小-水落-石出-2023"


def test_only_the_password_fits_its_hash() -> None:
    """Nor does it stand in the hash; two hashes of one password differ."""
    passwords = Passwords(QUICK)
    kept = passwords.kept(GOOD)

    assert [True, False, False] == [passwords.fits(word, kept) for word in (GOOD, GOOD + " ", "")]
    assert GOOD not in kept
    assert kept.startswith("$argon2id$")
    assert kept != passwords.kept(GOOD)


@pytest.mark.parametrize("kept", [None, "!", "", "$argon2id$broken"])
def test_nobodys_password_fits(kept: str | None) -> None:
    """Neither where there is no such name nor where no password was set."""
    assert Passwords(QUICK).fits(GOOD, kept) is False


def test_full_width_letters_are_the_letters() -> None:
    """An input method must not lock anybody out."""
    passwords = Passwords(QUICK)

    assert passwords.fits("abcdef-234567", passwords.kept("ａｂｃｄｅｆ-２３４５６７"))


def test_a_hash_of_weaker_parameters_is_dated() -> None:
    """It is made anew at the next sign-in."""
    assert [True, False] == [
        Passwords().is_dated(Passwords(QUICK).kept(GOOD)),
        Passwords(QUICK).is_dated(QUICK.hash(GOOD)),
    ]


@pytest.mark.parametrize(
    ("password", "count"),
    [
        pytest.param(GOOD, 0, id="good"),
        pytest.param("elevenchars", 1, id="too short"),
        pytest.param("x" * 201, 2, id="too long, and one letter"),
        pytest.param("county.demo-2023-ok", 1, id="the name is in it"),
        pytest.param("MyPassword-2023-ok", 1, id="a common word"),
        pytest.param("abababababab", 1, id="two letters"),
        pytest.param("good-enough\x00-2023", 1, id="a control character"),
    ],
)
def test_an_easy_password_is_refused(password: str, count: int) -> None:
    """One sentence for each thing that is wrong with it."""
    assert count == len(faults(password, name="county.demo"))


def test_the_old_password_is_no_new_one() -> None:
    """However it is typed."""
    assert len(faults("abcdefgh-234", name="u", before="ａbcdefgh-234")) == 1


def test_a_generated_password_will_do() -> None:
    """And no two are alike."""
    made = {generated() for _ in range(50)}

    assert len(made) == 50
    assert [faults(one, name="admin") for one in made] == [[]] * 50
