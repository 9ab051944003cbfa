"""API keys: a public prefix, a secret that is kept nowhere."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.api_keys import PREFIX_BYTES, SECRET_BYTES, digest_of, fits, prefix_of, token_of
from services.intake.core.keys import ApiKey

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


def test_a_key_ends() -> None:
    """At its expiry, or when it is revoked."""
    assert key().is_valid(NOW)
    assert not key().is_valid(NOW + timedelta(days=1))
    assert not key(revoked_at=NOW).is_valid(NOW)


@pytest.mark.parametrize(("hours", "ends"), [(2, NOW + timedelta(hours=2)), (48, NOW + timedelta(days=1))])
def test_a_key_is_followed_by_one_of_the_same_rights(hours: int, ends: datetime) -> None:
    """The old one never lives longer than it would have."""
    other = token_of(bytes(PREFIX_BYTES + SECRET_BYTES))
    first = key(per_second=5, used_at=NOW)

    old, new = first.succeeded_by(other, now=NOW, overlap=timedelta(hours=hours), lives=timedelta(days=90))

    assert (old.expires_at, old.prefix) == (ends, first.prefix)
    assert (new.replaces, new.per_second, new.tenants, new.used_at) == (first.prefix, 5, first.tenants, None)
    assert fits(other, new.digest)
    assert new.is_valid(NOW + timedelta(days=89))
