"""API keys: a public prefix, a secret that is kept nowhere."""

from ipaddress import ip_network

import pytest

from contracts.api_keys import PREFIX_BYTES, SECRET_BYTES, digest_of, fits, may_come_from, prefix_of, token_of

TOKEN = token_of(bytes(range(PREFIX_BYTES + SECRET_BYTES)))


def test_a_key_fits_itself_and_nothing_else() -> None:
    """One wrong digit is another key."""
    assert fits(TOKEN, digest_of(TOKEN))
    assert not fits(TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1"), digest_of(TOKEN))


@pytest.mark.parametrize("text", ["", "bhk", TOKEN.upper(), TOKEN + "0", " " + TOKEN, TOKEN + "\n", "bhk_" + "g" * 77])
def test_what_is_no_key_has_no_prefix(text: str) -> None:
    """It is not even looked up."""
    assert prefix_of(text) is None


def test_a_key_is_made_of_enough_noise() -> None:
    """Never of less."""
    with pytest.raises(ValueError, match="random bytes"):
        token_of(b"short")


@pytest.mark.parametrize(
    ("networks", "address", "may"),
    [
        pytest.param((), "anything", True, id="bound to none"),
        pytest.param(("10.1.0.0/16",), "10.1.255.1", True, id="inside"),
        pytest.param(("10.1.0.0/16",), "10.2.0.1", False, id="beside"),
        pytest.param(("10.1.0.0/16",), "::ffff:10.1.0.1", True, id="IPv4 as an IPv6 socket shows it"),
        pytest.param(("2001:db8::/32",), "10.1.0.1", False, id="another family"),
        pytest.param(("0.0.0.0/0",), "", False, id="nobody knows from where"),
    ],
)
def test_a_key_may_be_bound_to_networks(networks: tuple[str, ...], address: str, may: bool) -> None:
    """What is no address lies in none."""
    assert may_come_from(map(ip_network, networks), address) is may
