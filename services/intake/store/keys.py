"""Keep API keys: hashes, bound to a source and its tenants."""

from datetime import datetime
from typing import Any

from runtime.database import Work
from services.intake.core.keys import ApiKey

_COLUMNS = "prefix, digest, slug, tenants, operates, label, created_at, expires_at, revoked_at"


def add(work: Work, key: ApiKey) -> None:
    """Keep a new key; a prefix that is taken raises psycopg's UniqueViolation."""
    work.connection.execute(
        f"INSERT INTO api_key ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",  # noqa: S608 (our columns)
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


def _key(row: tuple[Any, ...]) -> ApiKey:
    prefix, digest, slug, tenants, operates, label, created_at, expires_at, revoked_at = row
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
    )
