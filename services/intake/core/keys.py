"""Keep an API key: whose it is, how far it goes, how long it opens a door; the secret itself is nowhere."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from contracts import api_keys


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

    def succeeded_by(
        self, token: str, *, now: datetime, overlap: timedelta, lives: timedelta
    ) -> tuple["ApiKey", "ApiKey"]:
        """(this key, which ends when the overlap is over if not before; the one that follows it with the same rights)."""
        new = replace(
            self,
            prefix=api_keys.prefix_of(token) or "",
            digest=api_keys.digest_of(token),
            created_at=now,
            expires_at=now + lives,
            used_at=None,
            replaces=self.prefix,
        )
        return replace(self, expires_at=min(self.expires_at, now + overlap)), new
