"""Keep API keys: hashes, bound to a source, its tenants, networks and a rate."""

from datetime import datetime
from ipaddress import ip_network
from typing import Any

from runtime.database import Work
from services.intake.core.keys import ApiKey

_COLUMNS = """prefix, digest, slug, tenants, operates, label, created_at, expires_at, revoked_at, networks::text[],
    per_second, burst, used_at, replaces"""


def add(work: Work, key: ApiKey) -> None:
    """Keep a new key; a prefix that is taken raises psycopg's UniqueViolation."""
    work.connection.execute(
        """INSERT INTO api_key (prefix, digest, slug, tenants, operates, label, created_at, expires_at, revoked_at,
        networks, per_second, burst, replaces) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::cidr[], %s, %s, %s)""",
        (
            key.prefix,
            key.digest,
            key.slug,
            list(key.tenants),
            key.operates,
            key.label,
            key.created_at,
            key.expires_at,
            key.revoked_at,
            [str(network) for network in key.networks],
            key.per_second,
            key.burst,
            key.replaces,
        ),
    )


def find(work: Work, prefix: str) -> ApiKey | None:
    """Return the key of a prefix, also one that is expired or revoked."""
    row = work.connection.execute(f"SELECT {_COLUMNS} FROM api_key WHERE prefix = %s", (prefix,)).fetchone()  # noqa: S608
    return None if row is None else _key(row)


def listed(work: Work) -> list[ApiKey]:
    """Return every key, the oldest first."""
    rows = work.connection.execute(f"SELECT {_COLUMNS} FROM api_key ORDER BY created_at, prefix").fetchall()  # noqa: S608
    return [_key(row) for row in rows]


def revoke(work: Work, prefix: str, at: datetime) -> bool:
    """Revoke a key; False where there is none, or it was revoked before."""
    cursor = work.connection.execute(
        "UPDATE api_key SET revoked_at = %s WHERE prefix = %s AND revoked_at IS NULL", (at, prefix)
    )
    return cursor.rowcount == 1


def end(work: Work, prefix: str, at: datetime) -> None:
    """Let a key end at a moment."""
    work.connection.execute("UPDATE api_key SET expires_at = %s WHERE prefix = %s", (at, prefix))


def used(work: Work, prefix: str, at: datetime) -> None:
    """Note that a key was used; a transaction that only reads notes nothing."""
    row = work.connection.execute("SELECT current_setting('transaction_read_only')").fetchone()
    if row == ("off",):
        work.connection.execute("UPDATE api_key SET used_at = %s WHERE prefix = %s", (at, prefix))


def _key(row: tuple[Any, ...]) -> ApiKey:
    prefix, digest, slug, tenants, operates, label, created_at, expires_at, revoked_at = row[:9]
    networks, per_second, burst, used_at, replaces = row[9:]
    return ApiKey(
        prefix=prefix,
        digest=digest,
        slug=slug,
        tenants=tuple(tenants),
        operates=operates,
        label=label,
        created_at=created_at,
        expires_at=expires_at,
        revoked_at=revoked_at,
        networks=tuple(ip_network(network) for network in networks),
        per_second=per_second,
        burst=burst,
        used_at=used_at,
        replaces=replaces,
    )
