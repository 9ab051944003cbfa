"""Lay out the cases that a batch needs, and write down what became of them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from contracts.decisions import Decision
from contracts.divisions import TenantColumns
from contracts.facts import Fact
from contracts.topics import slot_of
from runtime import codec
from services.escalation.core import early
from services.escalation.core.case import STATE_VERSION, Case, CaseKey, decode_case, encode_case, in_charge
from services.escalation.core.engine import Engine
from services.escalation.core.refold import refold
from services.escalation.core.slot import NO_TICK_YET, Due, Shelf, case_key, local_key
from services.escalation.core.waiting import CLOSED
from services.escalation.store import bulk, cases, decisions, facts
from services.escalation.store.cases import CaseRow, Place, Stored
from services.escalation.store.kept import Kept, KeptCases

decode_decision: Final = msgspec.json.Decoder(Decision).decode
_NOBODY: Final = frozenset[str]()


@dataclass(slots=True)
class Wanted:
    """What a batch is expected to need: the cases of its facts, and those of what its facts speak of.

    `corrected` are facts that are corrected (source, id, committee), `decided` decisions that people speak of
    (committee, id), `told` the batch's own facts (committee, source, id), for which corrections may wait.
    """

    keys: set[CaseKey] = field(default_factory=set)
    corrected: list[tuple[str, str, str]] = field(default_factory=list)
    decided: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[str, str, str]] = field(default_factory=list)


class Desk:
    """The cases of one transaction.

    `lay_out` reads in a few statements what the batch is expected to need; what it did not foresee is read one by one
    and counted in `surprises`. `write_down` passes on what only ever grows; `save` comes at the end, or where no case
    will be moved again soon, and writes each case that changed and where each decision stands. Both may be called often.
    What is `kept` from earlier transactions (`epochs` by slot) is not read: it is `taken`, and `put_away` after the
    commit.
    """

    def __init__(
        self,
        using: bulk.Cursor,
        engine: Engine,
        columns_of: Callable[[str], TenantColumns],
        kept: KeptCases | None = None,
        epochs: Mapping[int, int] | None = None,
    ) -> None:
        self._using = using
        self._engine = engine
        self._columns_of = columns_of
        self._kept = kept if kept is not None else KeptCases(0)
        self._epochs = epochs or {}
        self._sizes: dict[CaseKey, int] = {}
        self._opened: dict[CaseKey, Case | None] = {}
        self._stored: dict[CaseKey, Stored] = {}
        self._givers: dict[CaseKey, frozenset[str]] = {}
        self._whose: dict[tuple[str, str], tuple[CaseKey, ...]] = {}
        self._facts: list[facts.FactRow] = []
        self._decisions: list[decisions.DecisionRow] = []
        self._standing: dict[str, decisions.DecisionRow] = {}
        self.frontiers: dict[int, datetime] = {}
        self._holders: dict[tuple[str, str], CaseKey] = {}
        self.shelf = Shelf(self._read, self._find, self._hold)
        self.surprises = 0
        self.refolded = 0
        self.taken = 0
        self.read = 0

    def stored_clock(self, key: CaseKey) -> datetime | None:
        """When the case's clock was armed to fire as it was stored last."""
        return self._stored[key].next_at if key in self._stored else None

    def read_frontiers(self, slots: Iterable[int]) -> None:
        """Read up to when time is known to have passed in each slot."""
        self.frontiers = cases.frontiers(self._using, slots)

    def lay_out(self, asked: Wanted, until: Mapping[int, datetime], limit: int) -> dict[int, list[Due]]:
        """Read the cases that are wanted and those of clocks that are due.

        `until` gives the last tick of each slot; at most `limit` of its clocks are read and returned, in order.
        """
        due, stored = cases.load_due(self._using, until, limit)
        holders = decisions.holders(self._using, set(asked.decided))
        self._holders = {named: case_key(*place) for named, place in holders.items()}
        self._whose = {
            named: tuple(case_key(*place) for place in places)
            for named, places in facts.whose(self._using, set(asked.corrected)).items()
        }
        waiting = self._waiting(asked.told)
        wanted = {
            *asked.keys,
            *self._holders.values(),
            *waiting,
            *(key for named in self._whose.values() for key in named),
        }
        clocks = {case_key(*place): row for place, row in stored.items()}
        wanted -= self._take({*wanted, *clocks})
        wanted -= self._open({key: row for key, row in clocks.items() if key not in self._opened})
        self._open(self._load(wanted), wanted)
        self.shelf.waiting = {key for key in waiting if self._opened.get(key) is not None}
        reached = {target for case in self._opened.values() if case is not None for target in case.gave_to}
        reached -= self._opened.keys()
        reached -= self._take(reached)
        self._open(self._load(reached), reached)
        return due

    def bring(self, keys: Collection[CaseKey]) -> None:
        """Read more cases, and those that they give to, in a few statements."""
        wanted = {key for key in keys if key not in self._opened}
        wanted -= self._take(wanted)
        self._open(self._load(wanted), wanted)
        cases = (self._opened[key] for key in keys)
        reached = {target for case in cases if case is not None for target in case.gave_to} - self._opened.keys()
        reached -= self._take(reached)
        self._open(self._load(reached), reached)

    def keep_fact(self, fact: Fact, keys: Collection[CaseKey], place: tuple[int, int, int], document: bytes) -> None:
        """Write a fact down for each of its cases, or for none; `place` is slot, incarnation and number."""
        tenant, known_at = self._columns_of(fact.tenant), fact.known_at
        for local in map(local_key, keys) if keys else ("",):
            row = facts.FactRow(
                fact.committee, fact.source, fact.id, local, *place, fact.type, fact.time, known_at, *tenant, document
            )
            self._facts.append(row)

    def keep_decision(self, record: Decision, case: Case, event_id: str, document: bytes) -> None:
        """Write a record down."""
        self._decisions.append(
            decisions.DecisionRow(
                record,
                (case.key.committee, local_key(case.key)),
                case.key.namespace,
                slot_of(case.key.committee),
                case.ledger[record.decision_id].found_at,
                self._columns_of(record.tenant),
                event_id,
                document,
            )
        )

    def write_down(self) -> None:
        """Write the facts and records that came since the last call: the database takes them while we go on deciding."""
        facts.keep(self._using, self._facts)
        decisions.keep(self._using, self._decisions)
        self._standing |= {row.record.decision_id: row for row in self._decisions}
        self._facts.clear()
        self._decisions.clear()

    def save(self) -> None:
        """Write everything that changed since the last call.

        Called once for all facts of a batch, it writes each case once: a batch that catches up brings several facts of
        most of its cases.
        """
        self.write_down()
        rows = []
        given: list[tuple[Place, str]] = []
        for key, case in self.shelf.changed.items():
            row, before = self._row(case), self._stored.get(key)
            rows.append((row, before))
            if case.inputs and (fresh := case.inputs.keys() - self._givers.get(key, _NOBODY)):
                given += [(row.place, giver.partition("|")[2]) for giver in fresh]  # its local key
            self._stored[key] = Stored(STATE_VERSION, b"", row.next_at, row.waits, row.tenant)
            self._sizes[key] = len(row.state)
        cases.save(self._using, rows)
        facts.note_givers(self._using, given)
        decisions.stand(self._using, list(self._standing.values()))
        self.shelf.changed.clear()
        self._standing.clear()

    def put_away(self) -> None:
        """Keep the cases for the next transaction, now that this one is committed; what has ended is not spoken of soon."""
        for case in self.shelf.close():
            self._opened[case.key] = case
        self._kept.give(
            Kept(case, self._stored[key], self._epochs.get(slot_of(key.committee), 0), self._sizes[key])
            for key, case in self._opened.items()
            if case is not None and case.waits != CLOSED
        )

    # ---- reading

    def _take(self, keys: Iterable[CaseKey]) -> set[CaseKey]:
        """Open those of the cases that are kept."""
        taken = set()
        for key in keys:
            kept = self._kept.take(key, self._epochs.get(slot_of(key.committee), 0))
            if kept is not None:
                self._opened[key], self._stored[key], self._sizes[key] = kept.case, kept.stored, kept.size
                self._givers[key] = frozenset(kept.case.inputs)
                taken.add(key)
        self.taken += len(taken)
        return taken

    def _waiting(self, told: Collection[tuple[str, str, str]]) -> set[CaseKey]:
        """The places where corrections of `told` may wait: most committees have no correction that waits."""
        known = cases.waiting(self._using, {place[0] for place in told})
        return {early.key_of(*place) for place in told if place[0] in known} if known else set()

    def _load(self, keys: Iterable[CaseKey]) -> dict[CaseKey, Stored]:
        places = [(key.committee, local_key(key)) for key in keys]
        return {case_key(*place): row for place, row in cases.load(self._using, places).items()}

    def _open(self, stored: Mapping[CaseKey, Stored], asked: Iterable[CaseKey] = ()) -> set[CaseKey]:
        """Decode stored cases and know that the others that were asked for do not exist."""
        for key in asked:
            self._opened.setdefault(key, None)
        for key, row in stored.items():
            case = decode_case(row.state) if row.state_version == STATE_VERSION else self._refold(key)
            self._opened[key] = case
            self._stored[key] = row._replace(state=b"")
            self._sizes[key] = len(row.state)
            if case is not None and case.inputs:
                self._givers[key] = frozenset(case.inputs)
        self.read += len(stored)
        return set(stored)

    def _read(self, key: CaseKey) -> Case | None:
        if key not in self._opened and not self._take([key]):
            self.surprises += 1
            self._open(self._load([key]), [key])
        return self._opened[key]

    def _find(self, source: str, fact_id: str) -> tuple[CaseKey, ...]:
        return self._whose.get((source, fact_id), ())

    def _hold(self, committee: str, decision_id: str) -> CaseKey | None:
        return self._holders.get((committee, decision_id))

    def _refold(self, key: CaseKey) -> Case | None:
        self.refolded += 1
        own: Place = (key.committee, local_key(key))
        gathered, places = {own}, [own]
        while places:
            found = set(facts.givers(self._using, places.pop())) - gathered
            gathered |= found
            places += found
        ledger = [(decode_decision(record), at) for record, at in decisions.ledger(self._using, own)]
        told = map(codec.decode, facts.of_cases(self._using, gathered))
        return refold(self._engine, key, told, self.frontiers.get(slot_of(key.committee), NO_TICK_YET), ledger)

    # ---- writing

    def _row(self, case: Case) -> CaseRow:
        key = case.key
        return CaseRow(
            key.committee,
            local_key(key),
            STATE_VERSION,
            encode_case(case),
            case.next_at,
            case.waits,
            slot_of(key.committee),
            key.kind,
            key.id,
            *self._columns_of(tenant_of(case)),
        )


def tenant_of(case: Case) -> str:
    """The division in whose charge the case is: of a hazard's first report or transfer, of what gives to it, else its committee."""
    if opened := in_charge(case):
        return opened
    given = (str(getattr(given, "tenant", "")) for given in case.inputs.values())
    return next((tenant for tenant in given if tenant), case.key.committee)
