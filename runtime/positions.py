"""Where each slot's reader stands: one row per slot, owned by an epoch, moved only by compare-and-set."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from psycopg.rows import class_row

from runtime.database import Work

PARK_AT = 3  # failures at one record before it is parked as a defect

_COLUMNS = "topic, slot, next_offset, epoch, topic_id, owner, last_incarnation, last_number, stopped, updated_at"


class Slot(NamedTuple):
    """One partition of one topic."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.number}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A row: `next_offset` is the first offset not yet applied, (`last_incarnation`, `last_number`) the last sequence.

    `topic_id` is the broker's id of the topic the offset belongs to; `stopped` says why the slot does not move.
    """

    topic: str
    slot: int
    next_offset: int
    epoch: int
    topic_id: str | None
    owner: str
    last_incarnation: int
    last_number: int
    stopped: str | None
    updated_at: dt.datetime

    @property
    def at(self) -> Slot:
        """The slot this row is about."""
        return Slot(self.topic, self.slot)


@dataclass(frozen=True, slots=True)
class Move:
    """What one batch wants: from the owned position to the next one."""

    slot: Slot
    epoch: int
    expected: int
    next_offset: int
    incarnation: int
    number: int


class Failure(NamedTuple):
    """How often this code broke on one record, and with what."""

    offset: int
    failures: int
    error: str


def missing(work: Work, slots: Iterable[Slot]) -> list[Slot]:
    """Those of the slots that have no position yet."""
    wanted = list(slots)
    rows = work.connection.execute(
        """SELECT u.topic, u.slot FROM unnest(%s::text[], %s::int4[]) AS u(topic, slot)
        WHERE NOT EXISTS (SELECT FROM consumer_position p WHERE p.topic = u.topic AND p.slot = u.slot)""",
        _columns(wanted),
    )
    return [Slot(*row) for row in rows]


def begin(work: Work, starts: Mapping[Slot, int]) -> None:
    """Give slots without a position their first one; whoever came first wins."""
    work.connection.execute(
        """INSERT INTO consumer_position (topic, slot, next_offset)
        SELECT * FROM unnest(%s::text[], %s::int4[], %s::int8[]) ON CONFLICT DO NOTHING""",
        (*_columns(list(starts)), list(starts.values())),
    )


def take(work: Work, slots: Iterable[Slot], *, owner: str) -> dict[Slot, Position]:
    """Become their owner: raise the epoch, which fences whoever had them, and read them."""
    with work.connection.cursor(row_factory=class_row(Position)) as cursor:
        cursor.execute(
            """WITH mine AS (
                SELECT p.topic, p.slot FROM consumer_position p
                JOIN unnest(%s::text[], %s::int4[]) AS u(topic, slot) USING (topic, slot)
                ORDER BY p.topic, p.slot FOR UPDATE OF p)
            UPDATE consumer_position p SET epoch = epoch + 1, owner = %s, updated_at = now()
            FROM mine WHERE p.topic = mine.topic AND p.slot = mine.slot
            RETURNING p.topic, p.slot, next_offset, epoch, topic_id, owner, last_incarnation, last_number, stopped,
                updated_at""",
            (*_columns(list(slots)), owner),
        )
        return {row.at: row for row in cursor}


def advance(work: Work, moves: Sequence[Move]) -> bool:
    """Move all of them, or learn that another owner has one: False means roll back and leave."""
    cursor = work.connection.cursor(binary=True)
    cursor.execute(
        """UPDATE consumer_position p
        SET next_offset = u.next_offset, last_incarnation = u.incarnation, last_number = u.number, updated_at = now()
        FROM unnest(%b::text[], %b::int4[], %b::int8[], %b::int8[], %b::int8[], %b::int4[], %b::int8[])
            AS u(topic, slot, epoch, expected, next_offset, incarnation, number)
        WHERE p.topic = u.topic AND p.slot = u.slot AND p.epoch = u.epoch AND p.next_offset = u.expected""",
        (
            [move.slot.topic for move in moves],
            [move.slot.number for move in moves],
            [move.epoch for move in moves],
            [move.expected for move in moves],
            [move.next_offset for move in moves],
            [move.incarnation for move in moves],
            [move.number for move in moves],
        ),
    )
    return cursor.rowcount == len(moves)


def locked(work: Work, slots: Iterable[Slot]) -> dict[Slot, Position]:
    """Read them once every transaction that moves them has ended (a share lock waits for it)."""
    with work.connection.cursor(row_factory=class_row(Position)) as cursor:
        cursor.execute(
            f"""SELECT {_COLUMNS} FROM consumer_position p
            JOIN unnest(%s::text[], %s::int4[]) AS u(topic, slot) USING (topic, slot)
            ORDER BY topic, slot FOR SHARE OF p""",  # noqa: S608 (only our own column list is put in)
            _columns(list(slots)),
        )
        return {row.at: row for row in cursor}


def note_topic(work: Work, slots: Iterable[Slot], topic_ids: Mapping[str, str]) -> None:
    """Write down which topic the positions belong to."""
    wanted = list(slots)
    work.connection.execute(
        """UPDATE consumer_position p SET topic_id = u.topic_id
        FROM unnest(%s::text[], %s::int4[], %s::text[]) AS u(topic, slot, topic_id)
        WHERE p.topic = u.topic AND p.slot = u.slot""",
        (*_columns(wanted), [topic_ids[slot.topic] for slot in wanted]),
    )


def note_stopped(work: Work, reasons: Mapping[Slot, str | None], epochs: Mapping[Slot, int]) -> None:
    """Write down why slots do not move (None: they do), for `positions list`; only the owner may."""
    work.connection.execute(
        """UPDATE consumer_position p SET stopped = u.reason
        FROM unnest(%s::text[], %s::int4[], %s::text[], %s::int8[]) AS u(topic, slot, reason, epoch)
        WHERE p.topic = u.topic AND p.slot = u.slot AND p.epoch = u.epoch""",
        (*_columns(list(reasons)), list(reasons.values()), [epochs[slot] for slot in reasons]),
    )


def epochs_of(work: Work, slots: Iterable[Slot]) -> dict[Slot, int]:
    """The present epochs: another than one's own means that someone took or accepted the slot."""
    rows = work.connection.execute(
        """SELECT topic, slot, epoch FROM consumer_position p
        JOIN unnest(%s::text[], %s::int4[]) AS u(topic, slot) USING (topic, slot)""",
        _columns(list(slots)),
    )
    return {Slot(topic, slot): epoch for topic, slot, epoch in rows}


def count_failure(work: Work, slot: Slot, offset: int, error: str) -> int:
    """Count one defect at one record; returns how many there are now."""
    row = work.connection.execute(
        """INSERT INTO consumer_failure (topic, slot, "offset", failures, error) VALUES (%s, %s, %s, 1, %s)
        ON CONFLICT (topic, slot, "offset") DO UPDATE
        SET failures = consumer_failure.failures + 1, error = excluded.error, failed_at = now()
        RETURNING failures""",
        (slot.topic, slot.number, offset, error.replace("\x00", "")[:2000]),
    ).fetchone()
    return int(row[0]) if row else 0


def defects(work: Work, slots: Iterable[Slot]) -> dict[Slot, dict[int, Failure]]:
    """The records on which this code broke so often that they are parked instead, by slot and offset."""
    found: dict[Slot, dict[int, Failure]] = {}
    for topic, slot, offset, failures, error in work.connection.execute(
        """SELECT f.topic, f.slot, f."offset", f.failures, f.error FROM consumer_failure f
        JOIN unnest(%s::text[], %s::int4[]) AS u(topic, slot) USING (topic, slot) WHERE failures >= %s""",
        (*_columns(list(slots)), PARK_AT),
    ):
        found.setdefault(Slot(topic, slot), {})[offset] = Failure(offset, failures, error)
    return found


def forget_failures(work: Work, places: Iterable[tuple[Slot, int]]) -> None:
    """Drop the counts of records that are parked now."""
    listed_places = list(places)
    work.connection.execute(
        """DELETE FROM consumer_failure f USING unnest(%s::text[], %s::int4[], %s::int8[]) AS u(topic, slot, at)
        WHERE f.topic = u.topic AND f.slot = u.slot AND f."offset" = u.at""",
        (*_columns([slot for slot, _ in listed_places]), [offset for _, offset in listed_places]),
    )


def list_positions(work: Work) -> list[Position]:
    """Every position of this service, by topic and slot."""
    with work.connection.cursor(row_factory=class_row(Position)) as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM consumer_position ORDER BY topic, slot")  # noqa: S608 (as above)
        return cursor.fetchall()


def accept_position(work: Work, slot: Slot, *, next_offset: int, topic_id: str) -> Position | None:
    """A person says where the slot goes on: fences the present owner and clears what stopped it.

    Reading the same topic again from an earlier offset keeps the last sequence, so that what was applied is dropped;
    any other jump forgets it, and the next record is taken whatever its number. None: there is no such position.
    """
    with work.connection.cursor(row_factory=class_row(Position)) as cursor:
        cursor.execute(
            f"""UPDATE consumer_position SET
                last_incarnation = CASE WHEN topic_id = %(id)s AND %(at)s <= next_offset THEN last_incarnation ELSE 0 END,
                last_number = CASE WHEN topic_id = %(id)s AND %(at)s <= next_offset THEN last_number ELSE 0 END,
                next_offset = %(at)s, topic_id = %(id)s, epoch = epoch + 1, stopped = NULL, updated_at = now()
            WHERE topic = %(topic)s AND slot = %(slot)s RETURNING {_COLUMNS}""",  # noqa: S608 (as above)
            {"topic": slot.topic, "slot": slot.number, "at": next_offset, "id": topic_id},
        )
        return cursor.fetchone()


def _columns(slots: Sequence[Slot]) -> tuple[list[str], list[int]]:
    return [slot.topic for slot in slots], [slot.number for slot in slots]
