"""Fold stored cases again without writing anything, to say what this code and this law would decide otherwise.

The cases of one stretch are laid out on a desk that is thrown away, so memory does not grow with the table. The caller
begins a transaction that only reads.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from contracts.decisions import Decision
from contracts.divisions import TenantColumns
from contracts.facts import Fact
from contracts.topics import slot_of
from services.escalation.core.case import Case, CaseKey
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.moving import MOVABLE
from services.escalation.core.slot import case_key
from services.escalation.store import bulk
from services.escalation.store.cases import Place
from services.escalation.store.desk import Desk, Wanted

STRETCH: Final = 500  # cases on the desk at once: some megabytes
BEGIN: Final[Place] = ("", "")


class Change(NamedTuple):
    """What becomes of one case: the records that would be made, and its next deadline before and after."""

    key: CaseKey
    records: tuple[Decision, ...]
    before: datetime | None
    after: datetime | None


class Stretch(NamedTuple):
    """Some cases that were looked at, and what would change in them."""

    seen: int
    changes: tuple[Change, ...]


Act = Callable[[Engine, Desk, CaseKey, Case], list[Decision]]
"""What is done to a case on the desk; the records that come of it."""


def open_cases(using: bulk.Cursor) -> int:
    """How many cases have not ended."""
    using.execute("SELECT count(*) FROM case_file WHERE waits <> 'closed'")
    row = using.fetchone()
    return int(row[0]) if row else 0


def again(engine: Engine, desk: Desk, key: CaseKey, _case: Case) -> list[Decision]:
    """Fold it by this engine's code and law."""
    return engine.settle_again(key, desk.shelf)


def recounting(change: Fact, before: Law, kinds: frozenset[str]) -> Act:
    """Count a case of one of these kinds anew by the engine's calendar, as `change` set it; `before` is the law before."""

    def act(engine: Engine, desk: Desk, key: CaseKey, case: Case) -> list[Decision]:
        return engine.recount(key, change, desk.shelf, before, case.clocks_to)[0] if key.kind in kinds else []

    return act


def moving(policy: str, old: str, new: str, fact_of: Callable[[Case, CaseKey], Fact]) -> Act:
    """Move the clock of a case that runs under the old version; `fact_of` gives the fact that says so."""

    def act(engine: Engine, desk: Desk, key: CaseKey, case: Case) -> list[Decision]:
        if not runs_under(engine, case, policy, old) or not engine.is_known_to(case, policy, new):
            return []
        return engine.apply_fact(fact_of(case, key), desk.shelf, case.clocks_to, (key,))

    return act


def runs_under(engine: Engine, case: Case, policy: str, version: str) -> bool:
    """Whether the case has a clock of its own that runs under this version."""
    if case.key.kind not in MOVABLE or case.next_at is None:
        return False
    pack = engine.stands_under(case)
    return pack is not None and (pack.id, pack.version) == (policy, version)


def changes(
    using: bulk.Cursor, engine: Engine, columns_of: Callable[[str], TenantColumns], act: Act, committee: str = ""
) -> Iterator[Stretch]:
    """Do something to every open case (of one committee, else of all) and say what would change, stretch by stretch."""
    after = BEGIN
    while True:
        places = _following(using, after, committee)
        if not places:
            return
        after = places[-1]
        desk = Desk(using, engine, columns_of)
        keys = [case_key(*place) for place in places]
        desk.read_frontiers({slot_of(key.committee) for key in keys})
        desk.lay_out(Wanted(set(keys)), {}, 0)
        found = (_change(engine, desk, key, act) for key in keys)
        yield Stretch(len(keys), tuple(change for change in found if change is not None))


def _following(using: bulk.Cursor, after: Place, committee: str) -> list[Place]:
    using.execute(
        """SELECT committee, key FROM case_file WHERE (committee, key) > (%b, %b) AND waits <> 'closed'
        AND (%b = '' OR committee = %b) ORDER BY committee, key LIMIT %b""",
        (*after, committee, committee, STRETCH),
    )
    return [(committee, key) for committee, key in using.fetchall()]


def _change(engine: Engine, desk: Desk, key: CaseKey, act: Act) -> Change | None:
    case = desk.shelf.get(key)
    if case is None:
        return None
    before = desk.stored_clock(key)
    records = act(engine, desk, key, case)
    settled = desk.shelf.get(key)
    after = settled.next_at if settled else None
    return Change(key, tuple(records), before, after) if records or before != after else None
