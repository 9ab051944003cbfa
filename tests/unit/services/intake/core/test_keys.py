"""API keys: a public prefix, a secret that is kept nowhere."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from services.intake.core.keys import PREFIX_BYTES, SECRET_BYTES, ApiKey, digest_of, fits, prefix_of, token_of

NOW = datetime(2023, 5, 9, tzinfo=UTC)
TOKEN = token_of(bytes(range(PREFIX_BYTES + SECRET_BYTES)))


def key(**changes: object) -> ApiKey:
    fields: dict[str, object] = {
        "prefix": prefix_of(TOKEN),
        "digest": digest_of(TOKEN),
        "slug": "county",
        "tenants": ("331081",),
        "operates": False,
        "label": "",
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=1),
        **changes,
    }
    return ApiKey(**fields)  # type: ignore[arg-type]


def test_a_key_fits_itself_and_nothing_else() -> None:
    """One wrong digit is another key."""
    assert fits(TOKEN, key())
    assert not fits(TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1"), key())


def test_a_key_ends() -> None:
    """At its expiry, or when it is revoked."""
    assert key().is_valid(NOW)
    assert not key().is_valid(NOW + timedelta(days=1))
    assert not key(revoked_at=NOW).is_valid(NOW)


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
    assert key(networks=tuple(map(ip_network, networks))).may_come_from(address) is may


@pytest.mark.parametrize(("hours", "ends"), [(2, NOW + timedelta(hours=2)), (48, NOW + timedelta(days=1))])
def test_a_key_is_followed_by_one_of_the_same_rights(hours: int, ends: datetime) -> None:
    """The old one never lives longer than it would have."""
    other = token_of(bytes(PREFIX_BYTES + SECRET_BYTES))
    first = key(per_second=5, used_at=NOW)

    old, new = first.succeeded_by(other, now=NOW, overlap=timedelta(hours=hours), lives=timedelta(days=90))

    assert (old.expires_at, old.prefix) == (ends, first.prefix)
    assert (new.replaces, new.per_second, new.tenants, new.used_at) == (first.prefix, 5, first.tenants, None)
    assert fits(other, new)
    assert new.is_valid(NOW + timedelta(days=89))
