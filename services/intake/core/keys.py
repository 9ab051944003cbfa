"""Make and read API keys: a public prefix to find the row by, a secret of which only the hash is kept."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

#: Before the prefix, so that a key that leaked into a text is recognised as one.
MARK = "bhk"
PREFIX_BYTES = 6
SECRET_BYTES = 32

_TOKEN = re.compile(r"bhk_([0-9a-f]{12})_([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is kept; the secret itself is nowhere."""

    prefix: str
    digest: bytes
    #: The source that sends with it; None for an operator's key.
    slug: str | None
    tenants: tuple[str, ...]
    #: Whether it may list and replay dead letters.
    operates: bool
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens a door at `now`."""
        return self.revoked_at is None and now < self.expires_at


def token_of(noise: bytes) -> str:
    """Return the key made of fresh random bytes (PREFIX_BYTES + SECRET_BYTES of them)."""
    if len(noise) != PREFIX_BYTES + SECRET_BYTES:
        raise ValueError(f"a key is made of {PREFIX_BYTES + SECRET_BYTES} random bytes")
    return f"{MARK}_{noise[:PREFIX_BYTES].hex()}_{noise[PREFIX_BYTES:].hex()}"


def prefix_of(token: str) -> str | None:
    """Return the public part of a key, None where the text is no key."""
    found = _TOKEN.fullmatch(token)
    return found[1] if found else None


def digest_of(token: str) -> bytes:
    """Return what is kept of a key; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def fits(token: str, key: ApiKey) -> bool:
    """Whether a token is this key; takes the same time whatever it is."""
    return hmac.compare_digest(digest_of(token), key.digest)
