"""Count a committee's open cases anew after its calendar was changed, some at a time.

The slot stays at the fact until every case has been counted; how far it came is committed with the cases, so a worker
that takes over goes on where the last one ended.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from contracts.facts import Fact
from runtime.database import Work
from services.escalation.core import calendar_changes
from services.escalation.core.announcing import recounting
from services.escalation.core.engine import Engine
from services.escalation.core.slot import Decided, SlotRun, local_key
from services.escalation.store import bulk, calendars
from services.escalation.store.desk import Desk, tenant_of

AT_ONCE: Final = 200
"""Cases between two looks at the clock."""


class Portion(NamedTuple):
    """Some cases that were counted anew: how many, what was decided, which dates moved; `done` after the last case."""

    seen: int
    decided: Sequence[Decided]
    told: Sequence[Fact]
    done: bool


def portions(work: Work, desk: Desk, engine: Engine, run: SlotRun, fact: Fact) -> Iterator[Portion]:
    """Count the cases that are left, portion by portion; nothing for a change that was taken and is done with."""
    using = bulk.cursor(work)
    progress = calendars.progress(using, fact)
    if progress is None or progress.done:
        return
    kinds = sorted(calendar_changes.kinds_counting(engine.law, fact.committee))
    before = calendar_changes.undone(engine.law, fact)
    reached = progress.reached
    while True:
        keys = calendars.following(using, fact.committee, kinds, reached, AT_ONCE)
        desk.bring(keys)
        decided: list[Decided] = []
        lines, told = [], []
        for key in keys:
            records, moved = run.recount(key, fact, before)
            decided += records
            case = desk.shelf.get(key)
            tenant = tenant_of(case) if case else fact.tenant
            lines += [(key, engine.law.divisions.columns_of(tenant), one) for one in moved]
            told += [recounting(fact, key, tenant, one) for one in moved]
        calendars.note(using, progress.place, lines)
        reached = local_key(keys[-1]) if keys else reached
        done = len(keys) < AT_ONCE
        calendars.reach(using, progress.place, reached, done=done)
        yield Portion(len(keys), decided, told, done)
        if done:
            return
