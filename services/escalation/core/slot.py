"""Run what one slot's log says, in order: each fact, and at each tick every deadline up to it."""

import heapq
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple, NoReturn

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.calendar_changes import Recounted
from services.escalation.core.case import Case, CaseKey
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law

NO_TICK_YET = datetime(1970, 1, 1, tzinfo=UTC)
"""The frontier of a slot before its first tick: no deadline has passed."""


def local_key(key: CaseKey) -> str:
    """What tells a case from the others of its committee, as text; `case_key` reads it back."""
    return f"{key.kind}|{key.namespace}|{key.id}"


def case_key(committee: str, local: str) -> CaseKey:
    """The case of a committee's local key; the id may hold the separator itself."""
    return CaseKey(committee, *local.split("|", 2))


class Due(NamedTuple):
    """An armed clock; the order of these is the order in which clocks fire."""

    at: datetime
    committee: str
    key: str

    @property
    def case(self) -> CaseKey:
        """The case that the clock belongs to."""
        return case_key(self.committee, self.key)


class Decided(NamedTuple):
    """One record with the case whose ledger holds it and the fact that brought it, None where a deadline passed."""

    record: Decision
    case: Case
    cause: Fact | None


class Shelf:
    """The cases of one batch: read when they are asked for, remembered, and listed where they changed."""

    def __init__(
        self,
        read: Callable[[CaseKey], Case | None],
        find: Callable[[str, str], tuple[CaseKey, ...]],
        hold: Callable[[str, str], CaseKey | None] = lambda _committee, _decision_id: None,
    ) -> None:
        """`read` gives a stored case or None, `find` the stored cases that keep a fact (by source and id).

        `hold` gives the stored case that holds a decision (by committee and id). `waiting` are the stored places where
        corrections wait for events of this batch.
        """
        self._read = read
        self._find = find
        self._hold = hold
        self.waiting: set[CaseKey] = set()
        self._cases: dict[CaseKey, Case | None] = {}
        self._whose: dict[tuple[str, str], tuple[CaseKey, ...]] = {}
        self.changed: dict[CaseKey, Case] = {}
        self.touched: list[Case] = []
        self.clocks: list[Due] = []
        self._armed: dict[CaseKey, datetime] = {}

    def close(self) -> list[Case]:
        """Every case that was asked for and is there; nothing can be read through it any more.

        It lets go of whoever reads for it: the two would hold one another, and a batch's memory with them.
        """
        self._read, self._find, self._hold = _closed, _closed, _closed
        return [case for case in self._cases.values() if case is not None]

    def get(self, key: CaseKey) -> Case | None:
        """The case of `key`, None where there is none yet."""
        try:
            return self._cases[key]
        except KeyError:
            case = self._cases[key] = self._read(key)
            return case

    def put(self, case: Case) -> None:
        """Keep the case as it is now; an armed clock may fire within this very batch."""
        self._cases[case.key] = self.changed[case.key] = case
        self.touched.append(case)
        if case.next_at is not None and self._armed.get(case.key) != case.next_at:
            self._armed[case.key] = case.next_at
            heapq.heappush(self.clocks, Due(case.next_at, case.key.committee, local_key(case.key)))

    def begin(self, due: Iterable[Due]) -> None:
        """Begin with the stored clocks of a slot, the earliest first; those of the slot before stay out of it."""
        self.clocks = list(due)  # sorted, so it is a heap
        self._armed.clear()

    def take_clock(self) -> Due:
        """Take the earliest clock away: a case that is put back with the very same one arms it again."""
        due = heapq.heappop(self.clocks)
        if self._armed.get(due.case) == due.at:
            del self._armed[due.case]
        return due

    def whose(self, source: str, fact_id: str) -> tuple[CaseKey, ...]:
        """The cases that keep this fact."""
        return self._whose.get((source, fact_id)) or self._find(source, fact_id)

    def holder(self, committee: str, decision_id: str) -> CaseKey | None:
        """The case whose ledger holds this decision, in this batch or stored."""
        opened = (case for key, case in self._cases.items() if case is not None and key.committee == committee)
        here = next((case.key for case in opened if decision_id in case.ledger), None)
        return here or self._hold(committee, decision_id)

    def early(self, key: CaseKey) -> Case | None:
        """The corrections that came before the event that they name."""
        return self.get(key) if key in self.waiting or key in self._cases else None

    def remember(self, fact: Fact, keys: tuple[CaseKey, ...]) -> None:
        """Know whose fact this is, for a correction that comes in the same batch."""
        self._whose[fact.source, fact.id] = keys


def _closed(*asked: object) -> NoReturn:
    raise LookupError(asked)


class SlotRun:
    """One slot within one batch.

    `frontier` is up to when time is known to have passed in it. `due` are the stored clocks up to the batch's last
    tick, the earliest first; where there may be more of them, `horizon` is the last that is known. `passed` counts the
    deadlines that fired, `stale` lists clocks that belong to nobody any more.
    """

    def __init__(
        self, engine: Engine, shelf: Shelf, frontier: datetime, due: Iterable[Due] = (), horizon: Due | None = None
    ) -> None:
        self._engine = engine
        self._shelf = shelf
        self._horizon = horizon
        self.frontier = frontier
        self.passed = 0
        self.stale: list[Due] = []
        shelf.begin(due)

    def apply(self, fact: Fact, keys: tuple[CaseKey, ...] | None = None) -> list[Decided]:
        """Apply one fact to its cases (None: to be asked for) at the frontier as it is."""
        self._shelf.touched.clear()
        return self._kept(self._engine.apply_fact(fact, self._shelf, self.frontier, keys), fact)

    def recount(self, key: CaseKey, fact: Fact, before: Law) -> tuple[list[Decided], list[Recounted]]:
        """Count one case anew by the calendar that a fact has set; `before` is the law as it was before."""
        self._shelf.touched.clear()
        records, moved = self._engine.recount(key, fact, self._shelf, before, self.frontier)
        return self._kept(records, fact), moved

    def tick(self, to: datetime, room: int) -> tuple[list[Decided], bool]:
        """Let time reach `to`, through at most `room` deadlines; False where more of them are due than that.

        Only a tick that was used up moves the frontier: the caller comes again with the same tick until it is.
        """
        decided: list[Decided] = []
        clocks = self._shelf.clocks
        while clocks and clocks[0].at <= to and (self._horizon is None or clocks[0] <= self._horizon):
            key = clocks[0].case
            case = self._shelf.get(key)
            if case is None or case.next_at != clocks[0].at:
                self.stale.append(self._shelf.take_clock())  # it moved or was disarmed since
                continue
            if self.passed >= room:
                return decided, False
            self.passed += 1
            due = self._shelf.take_clock()
            self._shelf.touched.clear()
            decided += self._kept(self._engine.pass_deadline(key, due.at, self._shelf), None)
        if self._horizon is not None and self._horizon.at <= to:
            return decided, False
        self.frontier = max(self.frontier, to)
        return decided, True

    def _kept(self, records: list[Decision], cause: Fact | None) -> list[Decided]:
        """Each record with its case: whoever holds it in its ledger."""
        if not records:
            return []
        return [
            Decided(record, next(case for case in self._shelf.touched if record.decision_id in case.ledger), cause)
            for record in records
        ]
