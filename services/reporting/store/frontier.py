"""Know up to which moment everything that happened has been counted: the last tick of each slot."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from psycopg import sql

from contracts.topics import slot_of
from runtime.database import Work
from services.reporting.core.scope import Scope
from services.reporting.store import bulk
from services.reporting.store.scoped import within

_TICK: Final[bulk.Columns] = {"slot": "int4", "ticked_at": "timestamptz"}


def advance(work: Work, ticks: Mapping[int, datetime]) -> None:
    """Move slots to their latest tick; a tick that comes again moves nothing back."""
    bulk.run(
        work,
        """INSERT INTO frontier AS f (slot, ticked_at) SELECT * FROM {rows}
        ON CONFLICT (slot) DO UPDATE SET ticked_at = greatest(f.ticked_at, excluded.ticked_at)""",
        _TICK,
        sorted(ticks.items()),
    )


def as_of(work: Work, scope: Scope) -> datetime | None:
    """The moment up to which the scope is complete: the earliest of its slots, of all slots while it holds nothing.

    Before the first tick it is when the latest fact of the scope became known; None while nothing is known at all.
    """
    where, parameters = within(work, scope)
    slots = sorted({slot_of(committee) for committee in committees(work, scope)})
    ticked = work.connection.execute(
        "SELECT min(ticked_at) FROM frontier WHERE slot = ANY(%(slots)s) OR %(slots)s::int4[] = '{}'", {"slots": slots}
    ).fetchone()
    if ticked and ticked[0]:
        moment: datetime = ticked[0]
        return moment
    known = work.connection.execute(
        sql.SQL("SELECT max(known_at) FROM hazard WHERE {}").format(where), parameters
    ).fetchone()
    latest: datetime | None = known[0] if known else None
    return latest


def committees(work: Work, scope: Scope) -> list[str]:
    """The committees whose hazards the scope holds."""
    where, parameters = within(work, scope)
    rows = work.connection.execute(
        sql.SQL("SELECT DISTINCT committee FROM tally WHERE {} ORDER BY 1").format(where), parameters
    ).fetchall()
    return [committee for (committee,) in rows]
