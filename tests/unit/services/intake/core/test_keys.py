"""API keys: a public prefix, a secret that is kept nowhere."""

from datetime import UTC, datetime, timedelta

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
