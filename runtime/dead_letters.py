"""Keep what cannot be applied, with reason, origin and bytes, until a person replays or dismisses it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from runtime.database import Parked, Work

State = Literal["open", "replayed", "dismissed"]

_COLUMNS = """id, received_at, reason, detail, door, origin, source, event_id, tenant, body, headers,
    state, replayed_at, note"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One parked record.

    `origin` says where it came from (`{"topic", "slot", "offset"}`, `{"file", "line"}`, `{"client"}`), `headers` are
    [name, text] pairs, `body` the bytes as they came.
    """

    id: int
    received_at: dt.datetime
    reason: str
    detail: Sequence[str]
    door: str
    origin: Mapping[str, Any]
    source: str | None
    event_id: str | None
    tenant: str | None
    body: bytes
    headers: Sequence[Sequence[str]]
    state: State
    replayed_at: dt.datetime | None
    note: str | None


def park(
    work: Work,
    *,
    received_at: dt.datetime,
    reason: str,
    detail: Sequence[str] = (),
    door: str,
    origin: Mapping[str, Any],
    body: bytes,
    headers: Sequence[tuple[str, str]] = (),
    source: str | None = None,
    event_id: str | None = None,
    tenant: str | None = None,
    poison: bool = True,
) -> int:
    """Write one dead letter inside the caller's transaction; returns its id.

    `poison=False` keeps it out of the consumer's fuse: for records that are well made and refused all the same
    (a conflict, a tenant that is not allowed), however many come.
    """
    row = work.connection.execute(
        """INSERT INTO dead_letter (received_at, reason, detail, door, origin, source, event_id, tenant, body, headers)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id""",
        (
            received_at,
            reason,
            _json(list(detail)),
            door,
            _json(dict(origin)),
            _text(source),
            _text(event_id),
            _text(tenant),
            body,
            _json([list(pair) for pair in headers]),
        ),
    ).fetchone()
    if row is None:
        raise AssertionError("INSERT .. RETURNING gave no row")
    work.parked.append(Parked(origin=origin, reason=reason, poison=poison))
    return int(row[0])


def listed(
    work: Work,
    *,
    state: State | None = "open",
    before: int | None = None,
    limit: int = 100,
    tenants: Sequence[str] | None = None,
) -> list[DeadLetter]:
    """The newest first, at most `limit`, with ids below `before`; `tenants` are exact codes (None: all)."""
    with work.connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        cursor.execute(
            f"""SELECT {_COLUMNS} FROM dead_letter
            WHERE (%(state)s::text IS NULL OR state = %(state)s) AND (%(before)s::bigint IS NULL OR id < %(before)s)
              AND (%(tenants)s::text[] IS NULL OR tenant = ANY(%(tenants)s))
            ORDER BY id DESC LIMIT %(limit)s""",  # noqa: S608 (only our own column list is put in)
            {
                "state": state,
                "before": before,
                "limit": limit,
                "tenants": list(tenants) if tenants is not None else None,
            },
        )
        return cursor.fetchall()


def shown(work: Work, identity: int) -> DeadLetter | None:
    """One dead letter, or None."""
    with work.connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM dead_letter WHERE id = %s", (identity,))  # noqa: S608 (as above)
        return cursor.fetchone()


def mark_replayed(work: Work, identity: int, *, at: dt.datetime, note: str = "") -> bool:
    """Close an open letter as replayed, in the transaction that accepts its event; False if it was not open."""
    return _close(work, identity, "replayed", at, note)


def dismiss(work: Work, identity: int, *, at: dt.datetime, note: str) -> bool:
    """Close an open letter without replay; False if it was not open."""
    return _close(work, identity, "dismissed", at, note)


def count_open(work: Work) -> int:
    """How many letters wait for a person."""
    row = work.connection.execute("SELECT count(*) FROM dead_letter WHERE state = 'open'").fetchone()
    return int(row[0]) if row else 0


def _close(work: Work, identity: int, state: State, at: dt.datetime, note: str) -> bool:
    cursor = work.connection.execute(
        "UPDATE dead_letter SET state = %s, replayed_at = %s, note = %s WHERE id = %s AND state = 'open'",
        (state, at, note, identity),
    )
    return cursor.rowcount == 1


def _text(value: str | None) -> str | None:
    """Text PostgreSQL can hold: NUL and lone surrogates are what broke the record, the body keeps the true bytes."""
    if value is None:
        return None
    return value.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")


def _json(value: Any) -> Jsonb:
    return Jsonb(_clean(value))


def _clean(value: Any) -> Any:
    match value:
        case str():
            return _text(value)
        case Mapping():
            return {_text(str(key)): _clean(member) for key, member in value.items()}
        case list() | tuple():
            return [_clean(member) for member in value]
    return value
