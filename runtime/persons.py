"""Keep what is known of a person sealed in the schema `pii`; everywhere else stands their random handle alone.

Each row belongs to a `kind` of person, and row security lets a service reach its own kinds only. Erasing destroys the
person's key: what was sealed under it opens nowhere any more, in no copy that was made since the master keys changed.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from contracts.divisions import TenantColumns
from runtime.database import Work
from runtime.vault import Vault, Wrapped

SCHEMA = "pii"

_INSERT: Final = "INSERT INTO pii.sealed (handle, name, body) VALUES (%s, %s, %s)"
_OR_REPLACE: Final = " ON CONFLICT (handle, name) DO UPDATE SET body = excluded.body"


class Erased(Exception):
    """The person's key was destroyed: nobody can say who it was."""


class Opening(NamedTuple):
    """Who looked at what of a person, and why."""

    at: datetime
    by: str
    what: str
    reason: str


class Person(NamedTuple):
    """Somebody to be kept: under which handle, for which place, and what is known of them by name."""

    handle: UUID
    place: TenantColumns
    things: Mapping[str, bytes]


def keep(work: Work, vault: Vault, kind: str, people: Iterable[Person], *, at: datetime) -> None:
    """Write new persons with what is known of them, sealed, in the caller's transaction."""
    rows, sealed = [], []
    for handle, place, things in people:
        key, wrapped = vault.new_key(handle)
        rows.append((handle, kind, *place, *wrapped, at))
        sealed += [(handle, name, vault.seal(key, handle, name, body)) for name, body in things.items()]
    with work.connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO pii.person (handle, kind, province, city, county, tenant, master, wrapped, kept_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            rows,
        )
        cursor.executemany(_INSERT, sealed)


def add(work: Work, vault: Vault, handle: UUID, things: Mapping[str, bytes]) -> None:
    """Seal more of a person, in place of what had the same name; raises Erased."""
    key = _key(work, vault, handle)
    rows = [(handle, name, vault.seal(key, handle, name, body)) for name, body in things.items()]
    with work.connection.cursor() as cursor:
        cursor.executemany(_INSERT + _OR_REPLACE, rows)


def read(work: Work, vault: Vault, handle: UUID, *names: str) -> dict[str, bytes]:
    """Open things of a person by their names (none: every one); a name without a thing is left out. Raises Erased.

    For what reaches a reader's eyes call `note_opening` in the same transaction.
    """
    key = _key(work, vault, handle)
    rows = work.connection.execute(
        "SELECT name, body FROM pii.sealed WHERE handle = %s AND (%s OR name = ANY (%s)) ORDER BY name",
        (handle, not names, list(names)),
    ).fetchall()
    return {name: vault.open(key, handle, name, bytes(body)) for name, body in rows}


def read_many(work: Work, vault: Vault, handles: Collection[UUID], *names: str) -> dict[UUID, dict[str, bytes]]:
    """The same of many at once, in one query; who was erased is left out."""
    rows = work.connection.execute(
        "SELECT p.handle, p.master, p.wrapped, s.name, s.body FROM pii.person p LEFT JOIN pii.sealed s"
        " ON s.handle = p.handle AND (%s OR s.name = ANY (%s)) WHERE p.handle = ANY (%s) AND p.wrapped IS NOT NULL",
        (not names, list(names), list(handles)),
    ).fetchall()
    keys: dict[UUID, bytes] = {}
    found: dict[UUID, dict[str, bytes]] = {}
    for handle, master, wrapped, name, body in rows:
        if handle not in keys:
            keys[handle] = vault.unwrap(handle, Wrapped(master, bytes(wrapped)))
        things = found.setdefault(handle, {})
        if name is not None:
            things[name] = vault.open(keys[handle], handle, name, bytes(body))
    return found


def note_opening(work: Work, handle: UUID, *, by: str, what: str, reason: str, at: datetime) -> None:
    """Put on record that somebody looked at something of a person; rows are never changed."""
    work.connection.execute(
        'INSERT INTO pii.opening (handle, at, "by", what, reason) VALUES (%s, %s, %s, %s, %s)',
        (handle, at, by, what, reason),
    )


def openings(work: Work, handle: UUID) -> list[Opening]:
    """Everybody who looked, the newest first."""
    rows = work.connection.execute(
        'SELECT at, "by", what, reason FROM pii.opening WHERE handle = %s ORDER BY at DESC, id DESC', (handle,)
    ).fetchall()
    return [Opening(*row) for row in rows]


def is_erased(work: Work, handle: UUID) -> bool:
    """Whether nothing can be said of this person any more."""
    row = work.connection.execute("SELECT wrapped IS NULL FROM pii.person WHERE handle = %s", (handle,)).fetchone()
    return row is None or bool(row[0])


def erase(work: Work, handle: UUID, *, by: str, reason: str, at: datetime) -> bool:
    """Destroy a person's key and what was sealed under it; False where that was done before."""
    done = work.connection.execute(
        "UPDATE pii.person SET master = NULL, wrapped = NULL, erased_at = %s, erased_by = %s, erased_why = %s"
        " WHERE handle = %s AND wrapped IS NOT NULL",
        (at, by, reason, handle),
    )
    work.connection.execute("DELETE FROM pii.sealed WHERE handle = %s", (handle,))
    return done.rowcount > 0


def rewrap(work: Work, vault: Vault, *, most: int) -> int:
    """Wrap up to `most` data keys anew that another master key than the present one wraps; returns how many."""
    rows = work.connection.execute(
        "SELECT handle, master, wrapped FROM pii.person WHERE wrapped IS NOT NULL AND master <> %s"
        " ORDER BY handle LIMIT %s FOR UPDATE SKIP LOCKED",
        (vault.present, most),
    ).fetchall()
    for handle, master, wrapped in rows:
        key = vault.unwrap(handle, Wrapped(master, bytes(wrapped)))
        work.connection.execute(
            "UPDATE pii.person SET master = %s, wrapped = %s WHERE handle = %s", (*vault.wrap(handle, key), handle)
        )
    return len(rows)


def masters(work: Work) -> dict[str, int]:
    """How many persons each master key still opens: one that is not listed can be destroyed."""
    rows = work.connection.execute(
        "SELECT master, count(*) FROM pii.person WHERE wrapped IS NOT NULL GROUP BY master ORDER BY master"
    ).fetchall()
    return dict(rows)


def _key(work: Work, vault: Vault, handle: UUID) -> bytes:
    row = work.connection.execute("SELECT master, wrapped FROM pii.person WHERE handle = %s", (handle,)).fetchone()
    if row is None or row[1] is None:
        raise Erased(str(handle))
    return vault.unwrap(handle, Wrapped(row[0], bytes(row[1])))
