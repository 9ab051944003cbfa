"""Remember which events were heard, by `(source, id)` and the digest of what they said."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import LiteralString

from runtime.database import Work

#: Around the turn of a month two partitions may hold an id: writers queue, so that neither misses the other's.
TURN = timedelta(minutes=10)
_TURN_LOCK = 7_241_010

Key = tuple[str, str, bytes]

# LATERAL makes it one index probe per id and month, whatever the planner thinks of the arrays.
_KNOWN = """SELECT incoming.n, known.digest
    FROM unnest(%b::text[], %b::text[]) WITH ORDINALITY AS incoming(source, event_id, n)
    CROSS JOIN LATERAL (SELECT digest FROM event_id AS e
        WHERE e.source = incoming.source AND e.event_id = incoming.event_id LIMIT 1) AS known"""
_WRITTEN_BY_OTHERS = """SELECT incoming.n, known.digest
    FROM unnest(%b::text[], %b::text[]) WITH ORDINALITY AS incoming(source, event_id, n)
    CROSS JOIN LATERAL (SELECT digest FROM event_id AS e
        WHERE e.source = incoming.source AND e.event_id = incoming.event_id
            AND e.xmin <> pg_current_xact_id()::xid LIMIT 1) AS known"""
# In the order of the key: two writers of the same ids wait for one another instead of deadlocking.
_INSERT = """INSERT INTO event_id (source, event_id, digest, month, received_at)
    SELECT source, event_id, digest, %b, %b
    FROM unnest(%b::text[], %b::text[], %b::bytea[]) AS u(source, event_id, digest)
    ORDER BY source, event_id
    ON CONFLICT DO NOTHING"""


def remember(work: Work, keys: Sequence[Key], received_at: datetime) -> list[bytes | None]:
    """Remember each (source, id, digest); return None where it is new, else the digest of what was heard before.

    The keys are distinct in (source, id). Whoever comes second waits until the first has committed.
    """
    if not keys:
        return []
    month = first_of(received_at)
    ensure_month(work, month)
    if near_a_turn(received_at):
        work.connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN_LOCK,))
    heard: list[bytes | None] = [None] * len(keys)
    fresh = _look_up(work, _KNOWN, keys, range(len(keys)), heard)
    if fresh and _insert(work, [keys[n] for n in fresh], month, received_at) < len(fresh):
        _look_up(
            work, _WRITTEN_BY_OTHERS, keys, fresh, heard
        )  # another door was quicker with some of them, and has committed
    return heard


def ensure_month(work: Work, month: date) -> None:
    """Make the partition of a month unless it is there."""
    name = f"event_id_{month:%Y_%m}"
    row = work.connection.execute("SELECT to_regclass(%s)", (name,)).fetchone()
    if row is not None and row[0] is not None:
        return
    work.connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN_LOCK,))
    work.connection.execute("SELECT make_month(%s)", (month,))


def forget_before(work: Work, month: date) -> list[str]:
    """Drop the months before `month` and return the names of their tables."""
    rows = work.connection.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event_id'::regclass ORDER BY 1"
    ).fetchall()
    old = [name for (name,) in rows if name[-7:] < f"{month:%Y_%m}"]
    for name in old:
        work.connection.execute("SELECT drop_month(%s)", (date(int(name[-7:-3]), int(name[-2:]), 1),))
    return old


def first_of(instant: datetime) -> date:
    """Return the first day of the instant's month (UTC)."""
    return instant.date().replace(day=1)


def near_a_turn(instant: datetime) -> bool:
    """Whether a writer with a slightly different clock might stand in another month."""
    return first_of(instant - TURN) != first_of(instant + TURN)


def _look_up(
    work: Work, query: LiteralString, keys: Sequence[Key], wanted: Sequence[int], heard: list[bytes | None]
) -> list[int]:
    """Fill in the digests of the wanted keys that are known; return the others."""
    if not wanted:
        return []
    with work.connection.cursor(binary=True) as cursor:
        cursor.execute(query, ([keys[n][0] for n in wanted], [keys[n][1] for n in wanted]))
        for ordinality, digest in cursor:
            heard[wanted[ordinality - 1]] = digest
    return [n for n in wanted if heard[n] is None]


def _insert(work: Work, keys: Sequence[Key], month: date, received_at: datetime) -> int:
    """Write the keys and return how many were new."""
    columns = ([key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys])
    with work.connection.cursor(binary=True) as cursor:
        cursor.execute(_INSERT, (month, received_at, *columns))
        return cursor.rowcount


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)
