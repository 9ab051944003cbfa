"""Make and read API keys: a public prefix to find the row by, a secret of which only the hash is kept."""

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address

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
    #: Where it may come from; from anywhere without any.
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    #: Events a second and at once; the installation's where it has none of its own.
    per_second: int | None = None
    burst: int | None = None
    used_at: datetime | None = None
    #: The prefix of the key that it was made in place of.
    replaces: str | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens a door at `now`."""
        return self.revoked_at is None and now < self.expires_at

    def may_come_from(self, address: str) -> bool:
        """Whether it is bound to no network, or this address lies in one of them; what is no address lies in none."""
        if not self.networks:
            return True
        try:
            found = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)  # how a socket for both families shows an IPv4 peer
        return any((mapped or found) in network for network in self.networks)

    def succeeded_by(
        self, token: str, *, now: datetime, overlap: timedelta, lives: timedelta
    ) -> tuple["ApiKey", "ApiKey"]:
        """(this key, which ends when the overlap is over if not before; the one that follows it with the same rights)."""
        new = replace(
            self,
            prefix=prefix_of(token) or "",
            digest=digest_of(token),
            created_at=now,
            expires_at=now + lives,
            used_at=None,
            replaces=self.prefix,
        )
        return replace(self, expires_at=min(self.expires_at, now + overlap)), new


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
