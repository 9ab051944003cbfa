"""Count what must not be: open cases that nobody will look at again; and see how far time has come."""

from datetime import datetime
from typing import Final, NamedTuple

from runtime.database import Work
from services.escalation.store import bulk, facts
from services.escalation.store.cases import Place

FIRST: Final[Place] = ("", "")
_SLICE: Final = 20_000  # rows compared at once: some 50 ms


class Unarmed(NamedTuple):
    """Cases of one stretch of the table whose clock is not armed, and where the next stretch begins (None: the end)."""

    unarmed: int
    following: Place | None


def without_reason(work: Work) -> int:
    """Open cases that wait for nothing anybody named; a partial index holds these alone."""
    row = work.connection.execute("SELECT count(*) FROM case_file WHERE waits = ''").fetchone()
    return int(row[0]) if row else 0


def unarmed(work: Work, after: Place = FIRST) -> Unarmed:
    """Compare one stretch of cases with the armed clocks."""
    row = work.connection.execute(
        """WITH stretch AS (
            SELECT slot, committee, key, next_at FROM case_file WHERE (committee, key) > (%s, %s)
            ORDER BY committee, key LIMIT %s)
        SELECT count(*) FILTER (WHERE s.next_at IS NOT NULL AND d.key IS NULL), count(*),
            (SELECT array[committee, key] FROM stretch ORDER BY committee DESC, key DESC LIMIT 1)
        FROM stretch s LEFT JOIN deadline d
            ON d.slot = s.slot AND d.fire_at = s.next_at AND d.committee = s.committee AND d.key = s.key""",
        (*after, _SLICE),
    ).fetchone()
    count, seen, last = row or (0, 0, None)
    return Unarmed(count, (last[0], last[1]) if last is not None and seen == _SLICE else None)


def furthest_behind(work: Work) -> datetime | None:
    """The frontier of the slot that is furthest behind, None before any tick."""
    row = work.connection.execute("SELECT min(ticked_at) FROM frontier").fetchone()
    return row[0] if row else None


def make_room(work: Work, months: set[tuple[int, int]]) -> None:
    """Make the tables for facts of these months, where they are missing."""
    using = bulk.cursor(work)
    if months - facts.months(using):
        facts.ensure_months(using, months)
