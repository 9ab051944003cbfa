"""Keep whether ticks are held, who accepted which clock, and how far the readers of the doors have come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.topics import HAZARD_FACTS
from runtime.database import Work
from services.intake.core.clock_guard import Acceptance, Doubt, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """What the database says of time: its own clock, the last tick, why and since when ticks are held, what is accepted."""

    database: datetime
    last_tick: datetime | None
    held_since: datetime | None
    trouble: Trouble | None
    sentence: str
    accepted: Acceptance


def state(work: Work) -> ClockState:
    """Return the present state."""
    row = work.connection.execute(
        """SELECT clock_timestamp(), (SELECT value FROM relay_tick WHERE topic = %s),
            held_since, trouble, sentence, accepted_apart, accepted_tick
        FROM clock_hold""",
        (HAZARD_FACTS,),
    ).fetchone()
    if row is None:
        raise LookupError("the table clock_hold is empty")
    database, last_tick, held_since, trouble, sentence, apart, tick = row
    return ClockState(
        database=database,
        last_tick=last_tick,
        held_since=held_since,
        trouble=None if trouble is None else Trouble(trouble),
        sentence=sentence,
        accepted=Acceptance(apart=apart, tick=tick),
    )


def hold(work: Work, since: datetime, why: Doubt) -> None:
    """Write down that ticks are held; the first moment stays, the newest reason."""
    work.connection.execute(
        "UPDATE clock_hold SET held_since = coalesce(held_since, %s), trouble = %s, sentence = %s",
        (since, why.trouble, why.sentence),
    )


def release(work: Work) -> None:
    """Write down that ticks go on."""
    work.connection.execute("UPDATE clock_hold SET held_since = NULL, trouble = NULL, sentence = ''")


def accept(work: Work, *, at: datetime, by: str, reason: str) -> ClockState:
    """Let ticks go on by the clock that says `at`, on somebody's word; return what was accepted."""
    now = state(work)
    work.connection.execute(
        """INSERT INTO clock_acceptance (accepted_at, accepted_by, database_at, last_tick, held_for, reason)
        VALUES (%s, %s, %s, %s, %s, %s)""",
        (at, by, now.database, now.last_tick, now.sentence, reason),
    )
    work.connection.execute(
        "UPDATE clock_hold SET accepted_apart = %s, accepted_tick = %s", (at - now.database, now.last_tick)
    )
    release(work)
    return now


def positions(work: Work, topics: Sequence[str]) -> dict[tuple[str, int], int]:
    """Return the first offset not yet taken in, by (topic, slot); one that was never read is left out."""
    rows = work.connection.execute(
        "SELECT topic, slot, next_offset FROM consumer_position WHERE topic = ANY (%s)", (list(topics),)
    ).fetchall()
    return {(topic, slot): offset for topic, slot, offset in rows}
