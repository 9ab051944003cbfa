"""Announce facts as rows of the transaction that makes them, and number them later, durably, before they are published."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString, NamedTuple

from psycopg import sql

from runtime.codec import is_announceable
from runtime.database import Work

LOCK = "bihuan relay"  # the advisory lock's name; the schema makes it one per service
ASLEEP = "bihuan relay asleep"  # held alone by a relay that sleeps, together by transactions that announce
CHANNEL = "outbox_"  # what wakes it, with the schema's name behind


_WAKE: Final = """SELECT pg_notify(%b || current_schema(), '')
    WHERE NOT pg_try_advisory_xact_lock_shared(hashtext(%b), hashtext(current_schema()))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One fact to be published: a JSON object in bytes, without `acceptedtime` and `sequence` at its end."""

    topic: str
    slot: int
    key: bytes
    value: bytes


class Numbered(NamedTuple):
    """A batch of one slot: its rows have the numbers from `first_number` on, all with one accepted time."""

    topic: str
    slot: int
    first_number: int
    accepted_at: dt.datetime
    ids: Sequence[int]


class Row(NamedTuple):
    """A row of the outbox."""

    id: int
    topic: str
    slot: int
    key: bytes
    value: bytes


def announce(work: Work, facts: Iterable[Outgoing]) -> None:
    """Write them to the outbox in their order, inside the caller's transaction, which wakes a relay that sleeps.

    One that is awake is not told: it cannot fall asleep before the transaction has ended, and then it sees the rows.
    """
    rows = list(facts)
    if not rows:
        return
    for row in rows:
        if not is_announceable(row.value):
            raise ValueError(f"not a document that the relay can number: {row.value[:80]!r}")
    cursor = work.connection.cursor(binary=True)
    cursor.execute(
        """INSERT INTO outbox (topic, slot, key, value)
        SELECT topic, slot, key, value
        FROM unnest(%b::text[], %b::int4[], %b::bytea[], %b::bytea[]) WITH ORDINALITY AS u(topic, slot, key, value, n)
        ORDER BY n""",
        (
            [row.topic for row in rows],
            [row.slot for row in rows],
            [row.key for row in rows],
            [row.value for row in rows],
        ),
    )
    cursor.execute(_WAKE, (CHANNEL, ASLEEP))


def listen(work: Work) -> None:
    """Let the session hear what wakes it, from this transaction's end on."""
    (schema,) = work.connection.execute("SELECT current_schema()").fetchone() or ("",)
    work.connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"{CHANNEL}{schema}")))


def fall_asleep(work: Work) -> bool:
    """Be woken by whoever announces from now on; False where there is something to do, or a transaction under way.

    Every transaction that found the relay awake holds the lock until its end: whoever gets it alone sees their rows.
    """
    if not _one(work, "SELECT pg_try_advisory_lock(hashtext(%s), hashtext(current_schema()))"):
        return False
    if any_row(work):
        wake_up(work)
        return False
    return True


def wake_up(work: Work) -> None:
    """Be awake again."""
    _one(work, "SELECT pg_advisory_unlock(hashtext(%s), hashtext(current_schema()))")


def _one(work: Work, statement: LiteralString) -> bool:
    row = work.connection.execute(statement, (ASLEEP,)).fetchone()
    return row is not None and bool(row[0])


def lock(work: Work) -> bool:
    """Try to become the schema's one relay: the lock stays with the session, whatever becomes of the transaction."""
    row = work.connection.execute(
        "SELECT pg_try_advisory_lock(hashtext(%s), hashtext(current_schema()))", (LOCK,)
    ).fetchone()
    return row is not None and bool(row[0])


def unlock(work: Work) -> None:
    """Give the lock back."""
    work.connection.execute("SELECT pg_advisory_unlock(hashtext(%s), hashtext(current_schema()))", (LOCK,))


def take_over(work: Work) -> tuple[int, int]:
    """Fence every earlier relay; returns (own epoch, incarnation)."""
    row = work.connection.execute(
        "UPDATE installation SET relay_epoch = relay_epoch + 1 RETURNING relay_epoch, incarnation"
    ).fetchone()
    if row is None:
        raise LookupError("the table installation is empty")
    return int(row[0]), int(row[1])


def is_relay(work: Work, epoch: int) -> bool:
    """Whether nobody has taken over since; holds the row, so that nobody does before this transaction ends."""
    row = work.connection.execute("SELECT FROM installation WHERE relay_epoch = %s FOR UPDATE", (epoch,)).fetchone()
    return row is not None


def pending(work: Work) -> list[Numbered]:
    """Batches that were numbered and perhaps not published, or only in part."""
    rows = work.connection.execute("SELECT topic, slot, first_number, accepted_at, ids FROM relay_batch")
    return [Numbered(*row) for row in rows]


def rows_of(work: Work, batches: Iterable[Numbered]) -> dict[int, Row]:
    """The rows of numbered batches by id."""
    ids = [identity for batch in batches for identity in batch.ids]
    cursor = work.connection.cursor(binary=True)
    cursor.execute("SELECT id, topic, slot, key, value FROM outbox WHERE id = ANY(%b::int8[])", (ids,))
    return {row[0]: Row(*row) for row in cursor}


def forget(work: Work, batches: Sequence[Numbered]) -> None:
    """Delete published rows and their batches."""
    if not batches:
        return
    cursor = work.connection.cursor(binary=True)
    ids = [identity for batch in batches for identity in batch.ids]
    cursor.execute("DELETE FROM outbox WHERE id = ANY(%b::int8[])", (ids,))
    cursor.execute(
        """DELETE FROM relay_batch b USING unnest(%b::text[], %b::int4[]) AS u(topic, slot)
        WHERE b.topic = u.topic AND b.slot = u.slot""",
        ([batch.topic for batch in batches], [batch.slot for batch in batches]),
    )


def any_row(work: Work) -> bool:
    """Whether anything waits."""
    row = work.connection.execute("SELECT EXISTS (SELECT FROM outbox)").fetchone()
    return row is not None and bool(row[0])


def next_rows(work: Work, limit: int) -> list[Row]:
    """What is committed and not yet published, oldest first."""
    cursor = work.connection.cursor(binary=True)
    cursor.execute("SELECT id, topic, slot, key, value FROM outbox ORDER BY id LIMIT %b", (limit,))
    return [Row(*row) for row in cursor]


def number(work: Work, rows: Sequence[Row], *, accepted_at: dt.datetime) -> list[Numbered]:
    """Give the rows the next numbers of their slots, in order of id, and write down which got which.

    One row per slot and batch says so; the rows of the outbox are not touched. The accepted time never goes back
    within a slot, whatever the clock does.
    """
    if not rows:
        return []
    cursor = work.connection.cursor(binary=True)
    cursor.execute(
        """WITH fresh AS (
            SELECT topic, slot, array_agg(id ORDER BY id) AS ids
            FROM unnest(%b::text[], %b::int4[], %b::int8[]) AS u(topic, slot, id) GROUP BY topic, slot),
        marked AS (
            INSERT INTO relay_mark AS m (topic, slot, next_number, accepted_at)
            SELECT topic, slot, 1 + cardinality(ids), %b::timestamptz FROM fresh ORDER BY topic, slot
            ON CONFLICT (topic, slot) DO UPDATE SET
                next_number = m.next_number + excluded.next_number - 1,
                accepted_at = greatest(m.accepted_at, excluded.accepted_at)
            RETURNING topic, slot, next_number, accepted_at)
        INSERT INTO relay_batch (topic, slot, first_number, accepted_at, ids)
        SELECT topic, slot, next_number - cardinality(ids), accepted_at, ids FROM marked JOIN fresh USING (topic, slot)
        RETURNING topic, slot, first_number, accepted_at, ids""",
        ([row.topic for row in rows], [row.slot for row in rows], [row.id for row in rows], accepted_at),
    )
    return [Numbered(*row) for row in cursor]


def marks(work: Work, topic: str) -> dict[int, int]:
    """By slot: the last number given, which is durable before anything is published under it."""
    found = work.connection.execute("SELECT slot, next_number - 1 FROM relay_mark WHERE topic = %s", (topic,))
    return {row[0]: row[1] for row in found}


def incarnation(work: Work) -> int:
    """The line of numbers that the relay gives now."""
    row = work.connection.execute("SELECT incarnation FROM installation").fetchone()
    if row is None:
        raise LookupError("the table installation is empty")
    return int(row[0])


def slots_in_use(work: Work, topic: str) -> list[int]:
    """The slots that ever carried a fact, or were opened for ticks."""
    return [row[0] for row in work.connection.execute("SELECT slot FROM relay_mark WHERE topic = %s", (topic,))]


def open_slots(work: Work, topic: str, slots: Iterable[int]) -> None:
    """Let slots have ticks although no fact has come yet; harmless when they have them."""
    work.connection.execute(
        "INSERT INTO relay_mark (topic, slot) SELECT %s, unnest(%s::int4[]) ON CONFLICT DO NOTHING",
        (topic, list(slots)),
    )


def raise_tick(work: Work, topic: str, value: dt.datetime) -> tuple[dt.datetime, int]:
    """(tick, horizon): the tick is never lower than the one before; the horizon is the newest row seen together with it.

    Once every row up to the horizon is published, everything that came before the tick is in the log.
    """
    row = work.connection.execute(
        """INSERT INTO relay_tick AS t (topic, value) VALUES (%s, %s)
        ON CONFLICT (topic) DO UPDATE SET value = greatest(t.value, excluded.value)
        RETURNING value, (SELECT coalesce(max(id), 0) FROM outbox)""",
        (topic, value),
    ).fetchone()
    if row is None:
        raise LookupError("INSERT .. RETURNING gave no row")
    return row[0], row[1]


def backlog(work: Work, limit: int) -> int:
    """How many rows wait, counted up to `limit`."""
    row = work.connection.execute("SELECT count(*) FROM (SELECT FROM outbox LIMIT %s) AS o", (limit,)).fetchone()
    return int(row[0]) if row else 0


def set_incarnation(work: Work, incarnation: int) -> Mapping[str, int]:
    """Begin a new line of numbers after a restored database; returns {"before", "after"}, never lower than before."""
    row = work.connection.execute(
        """UPDATE installation i SET incarnation = greatest(o.incarnation, %s)
        FROM installation o WHERE o.only_row = i.only_row RETURNING o.incarnation, i.incarnation""",
        (incarnation,),
    ).fetchone()
    if row is None:
        raise LookupError("the table installation is empty")
    return {"before": row[0], "after": row[1]}
