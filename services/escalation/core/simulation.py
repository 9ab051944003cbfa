"""Fold events on a simulated clock: what would have been decided, and when."""

import heapq
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from typing import Protocol

import msgspec

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.calendar_changes import CHANGED
from services.escalation.core.case import Case, CaseKey, MemoryCases, OpenCases
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.ledger import LATE_EVIDENCE
from services.escalation.core.wording import in_local_time

State = tuple[str, datetime]
"""What a record said: its status, and when it falls due."""


class ArmedCases(OpenCases, Protocol):
    """Cases that know whose clock fires next, and what was told of their decisions."""

    def due(self, until: datetime, *, inclusive: bool) -> tuple[CaseKey, datetime] | None:
        """The next case whose clock fires up to `until`, and when; None where there is none."""

    def told(self, decision_id: str) -> State | None:
        """What was told of a decision last, None where nothing was."""

    def tell(self, decision_id: str, state: State) -> None:
        """Remember what is told of a decision."""


class _ArmedCases(MemoryCases):
    """Cases in memory, with a heap of their armed clocks."""

    def __init__(self) -> None:
        super().__init__()
        self.heap: list[tuple[datetime, CaseKey]] = []
        self._told: dict[str, State] = {}

    def put(self, case: Case) -> None:
        super().put(case)
        if case.next_at is not None:
            heapq.heappush(self.heap, (case.next_at, case.key))

    def due(self, until: datetime, *, inclusive: bool) -> tuple[CaseKey, datetime] | None:
        """The next case whose clock fires up to `until`, and when; None where there is none."""
        while self.heap:
            at, key = self.heap[0]
            if self.cases[key].next_at != at:
                heapq.heappop(self.heap)  # it moved or was disarmed since
            elif at < until or (inclusive and at == until):
                heapq.heappop(self.heap)
                return key, at
            else:
                return None
        return None

    def told(self, decision_id: str) -> State | None:
        """What was told of a decision last, None where nothing was."""
        return self._told.get(decision_id)

    def tell(self, decision_id: str, state: State) -> None:
        """Remember what is told of a decision."""
        self._told[decision_id] = state


def activation(law: Law, committee: str, since: datetime) -> Fact:
    """The fact that puts a committee's packs into force in a simulation."""
    pack = law.pack_at(committee, since)
    data = {"pack": pack.id if pack else "", "version": pack.version if pack else ""}
    return Fact(
        id=f"activation-{committee}",
        source="/bihuan/simulation",
        type="policy.activated.v1",
        time=since,
        tenant=committee,
        committee=committee,
        data=msgspec.Raw(msgspec.json.encode(data)),
    )


def simulate(
    law: Law,
    facts: Iterable[Fact],
    since: datetime | None,
    until: datetime | None,
    cases: ArmedCases | None = None,
) -> Iterator[Decision]:
    """Yield decision records ordered by (known_at, at, id); facts at one instant come before its deadlines.

    `facts` must come ordered by when they became known. `since`: from when the packs bind (None: each from its own
    first day). `until` is included; None stops with the last fact. `cases` holds them elsewhere than in memory.
    """
    law = law.since(since) if since is not None else law
    begins = sorted((law.begins(pack), pack.root) for pack in law.packs if not pack.child_of)
    openings = [activation(law, committee, at) for at, committee in begins]
    facts = heapq.merge(openings, facts, key=lambda fact: fact.known_at)
    yield from run(Engine(law), facts, until, _ArmedCases() if cases is None else cases)


def run(engine: Engine, facts: Iterable[Fact], until: datetime | None, cases: ArmedCases) -> Iterator[Decision]:
    """The same for facts among which are those that put packs into force, and for cases kept wherever there is room.

    Only the records of one instant are held at a time: what it both raises and takes back is not told at all.
    """
    for _, instant in groupby(_decided(engine, facts, until, cases), key=lambda record: record.known_at):
        for record in sorted(_lasting(list(instant), cases), key=lambda record: (record.at, record.decision_id)):
            state = record.status, record.at
            if cases.told(record.decision_id) != state:  # else another case has decided the same
                cases.tell(record.decision_id, state)
                yield in_local_time(record)


def _decided(engine: Engine, facts: Iterable[Fact], until: datetime | None, cases: ArmedCases) -> Iterator[Decision]:
    """The records as they come about."""
    for fact in facts:
        if until is not None and fact.known_at > until:
            break
        yield from _let_pass(engine, cases, fact.known_at, inclusive=False)
        if fact.type == CHANGED:
            with suppress(ValueError):  # live it is parked and changes nothing
                yield from engine.change_calendar(fact, cases)
        else:
            yield from engine.apply_fact(fact, cases)
    if until is not None:
        yield from _let_pass(engine, cases, until, inclusive=True)


def _let_pass(engine: Engine, cases: ArmedCases, until: datetime, *, inclusive: bool) -> Iterator[Decision]:
    while (due := cases.due(until, inclusive=inclusive)) is not None:
        yield from engine.pass_deadline(*due, cases)


def _lasting(instant: list[Decision], cases: ArmedCases) -> list[Decision]:
    """The records of an instant without those that came and went within it.

    A finding and its end that became known together, as two rows of one late batch, are known together: the order of
    the rows within the instant accuses nobody.
    """
    last = {record.decision_id: record.status for record in instant}
    fleeting = {name for name, status in last.items() if status == "retracted" and cases.told(name) is None}
    if not fleeting:
        return instant
    left = [record for record in instant if record.decision_id not in fleeting]
    ended = {record.subject for record in left if record.status in ("cleared", "retracted")}
    return [record for record in left if record.rule != LATE_EVIDENCE or record.subject in ended]
