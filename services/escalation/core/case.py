"""A case: its facts, what other cases contribute to it, and the decisions taken so far."""

from collections.abc import Container, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

import msgspec

from contracts.decisions import Decision
from services.escalation.core.cases.accident import Accident
from services.escalation.core.contributions import (
    Charge,
    Handed,
    Listed,
    SectorListed,
    SeenAgain,
    Summoned,
    Talked,
    TipOff,
    Visited,
)
from services.escalation.core.gate import ABOUT_DECISIONS
from services.escalation.core.heard import MIGRATED, Heard

STATE_VERSION = 6
"""Raise it when `Case` changes shape: stored cases of another version are folded again from their facts."""


class CaseKey(NamedTuple):
    """Which case: `committee` is the root tenant, `namespace` tells upstream systems' ids apart."""

    committee: str
    kind: str
    namespace: str
    id: str

    def __str__(self) -> str:
        return "|".join(self)

    @classmethod
    def parse(cls, text: str) -> "CaseKey":
        """Read what `str` wrote; the id may hold the separator itself."""
        return cls(*text.split("|", 3))


class HazardAtSite(msgspec.Struct, frozen=True, tag="hazard"):
    """What a site's case keeps of one hazard; facts without their data, reports and failures with their inspection.

    `held`: times in which it could not be put right, each from the fact that said so to its end. `opened_in` is the
    tenant of its first report, `tenant` the one in whose charge it is now.
    """

    hazard_id: str
    namespace: str
    tenant: str
    level: str
    repeat_key: str
    found_by: str
    reports: tuple[tuple[Heard, str], ...]
    failures: tuple[tuple[Heard, str], ...]
    closures: tuple[Heard, ...]
    context: dict[str, str]
    held: tuple[tuple[Heard, datetime | None], ...] = ()
    opened_in: str = ""


class Owed(msgspec.Struct, frozen=True, tag="owed"):
    """What a unit owes: opened by the calendar, a stage, a milestone or an accident.

    `due`: the instant at which the term is over (None: it opens no clock). `opens_measure`: a decision of its own at
    `opened_at` (a warning meeting that an accident calls for), else empty. `because`: what opened it, as the beginning
    of a sentence. `period_name`: the period as one would read it out. `remind`: how many days before the last day.
    `of_site`: the unit is a registered site. `begins`: the day from which the span to `due` was counted, if one was.
    `formerly`: the tenants from which the site was transferred; what they said for it stands. `written`: whether a
    signed and sealed file is `asked` for beside the report, or `needed` for it to count, else empty.
    """

    obligation: str
    rule: str
    unit: str
    unit_name: str
    tenant: str
    level: str
    period: str
    title: str
    opened_at: datetime
    due: datetime | None
    clauses: tuple[str, ...]
    policy_id: str
    policy_version: str
    subject_kind: str = "obligation"
    subject_id: str = ""
    opens_measure: str = ""
    rests_on: tuple[Heard, ...] = ()
    firm: bool = True
    because: str = ""
    period_name: str = ""
    remind: tuple[int, ...] = ()
    of_site: bool = False
    begins: date | None = None
    formerly: tuple[str, ...] = ()
    written: str = ""


class Missed(msgspec.Struct, frozen=True, tag="missed"):
    """What a case keeps of a duty that a unit missed; what came late stays missed (S2-39)."""

    obligation: str
    unit: str
    period: str
    title: str
    tenant: str
    missed_at: datetime


Contribution = (
    HazardAtSite
    | Owed
    | Accident
    | Missed
    | Charge
    | TipOff
    | SeenAgain
    | Listed
    | SectorListed
    | Visited
    | Handed
    | Summoned
    | Talked
)


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What the ledger keeps of one decision: its latest record, and the instant at which it was found to fall due."""

    record: Decision
    found_at: datetime


class Remembered:
    """What was worked out from a case before: its folded state, and whose it is, each with how many facts that took.

    `law` is the one under which the state counts its days.
    Never stored and never compared: a case that is read again works it out again.
    """

    __slots__ = ("folded", "law", "opening", "seen", "state")

    def __init__(self) -> None:
        self.state: Any = None
        self.folded = 0
        self.law: Any = None
        self.opening: Heard | None = None
        self.seen = 0


class Case(msgspec.Struct, kw_only=True, dict=True):
    """Everything one case knows. `next_at`: when its armed clock fires next (None: nothing is armed).

    `inputs` are contributions of other cases by the giver's key; `gave_to` the cases this one contributes to.
    `ledger` holds each decision by its id. `instants_to` and `clocks_to` say up to which moment findings
    by event and by time have been decided; they never go back. `opened_to` belongs to cases that open obligations (the
    committee, sites): up to when they did. `coming` says when each rule finds something next, `ending` which rules
    found something whose end is known and has not come: these rules are asked again whatever is told. `verdicts` are
    what people said about its decisions, and which of their letters nobody answered: no rule reads them. `moves` are the facts that moved its clock to another
    version of its pack. `waits` names what the case waits for.
    """

    key: CaseKey
    facts: list[Heard] = []
    verdicts: list[Heard] = []
    moves: list[Heard] = []
    inputs: dict[str, Contribution] = {}
    ledger: dict[str, Entry] = {}
    gave_to: list[CaseKey] = []
    next_at: datetime | None = None
    instants_to: datetime | None = None
    clocks_to: datetime | None = None
    opened_to: datetime | None = None
    coming: dict[str, datetime] = {}
    ending: list[str] = []
    waits: str = "news"

    def hear(self, fact: Heard) -> bool:
        """Keep a fact, or what was said of a decision; False where it is known already."""
        subject = fact.subject
        kept = self.verdicts if subject in ABOUT_DECISIONS else self.moves if subject == MIGRATED else self.facts
        for known in kept:
            if known.id == fact.id and known.source == fact.source:
                return False
        kept.append(fact)
        return True

    @property
    def remembered(self) -> Remembered:
        """What was worked out from it before."""
        found: Remembered | None = self.__dict__.get("remembered")
        if found is None:
            found = self.__dict__["remembered"] = Remembered()
        return found

    def forget(self) -> None:
        """Let everything that was worked out from it be worked out again."""
        self.__dict__.clear()

    @property
    def heard(self) -> int:
        """How many facts and words of people it keeps."""
        return len(self.facts) + len(self.verdicts) + len(self.moves)


class Cases(Protocol):
    """Where the engine finds and leaves cases."""

    def get(self, key: CaseKey) -> Case | None:
        """The case of `key`, None where there is none yet."""

    def put(self, case: Case) -> None:
        """Keep the case as it is now."""

    def whose(self, source: str, fact_id: str) -> tuple[CaseKey, ...]:
        """The cases that keep this fact: a correction may name it without saying whose it is."""

    def holder(self, committee: str, decision_id: str) -> CaseKey | None:
        """The case whose ledger holds this decision: a person names the decision alone."""

    def early(self, key: CaseKey) -> Case | None:
        """The corrections that came before the event that they name, None where none did; asked for every fact."""


class OpenCases(Cases, Protocol):
    """Cases among which the open ones of a committee can be found."""

    def open_of(self, committee: str, kinds: Container[str]) -> Iterable[CaseKey]:
        """The committee's cases of these kinds that may be open, in the order of their keys."""


class MemoryCases:
    """Cases in a dictionary: for `simulate`, `what-if` and tests."""

    def __init__(self) -> None:
        self.cases: dict[CaseKey, Case] = {}
        self._whose: dict[tuple[str, str], tuple[CaseKey, ...]] = {}
        self._indexed: dict[CaseKey, int] = {}

    def get(self, key: CaseKey) -> Case | None:
        """The case of `key`, None where there is none yet."""
        return self.cases.get(key)

    def put(self, case: Case) -> None:
        """Keep the case as it is now; facts are only ever added at its end."""
        self.cases[case.key] = case
        for fact in case.facts[self._indexed.get(case.key, 0) :]:
            name = fact.source, fact.id
            self._whose[name] = (*self._whose.get(name, ()), case.key)
        self._indexed[case.key] = len(case.facts)

    def whose(self, source: str, fact_id: str) -> tuple[CaseKey, ...]:
        """The cases that keep this fact."""
        return self._whose.get((source, fact_id), ())

    def holder(self, committee: str, decision_id: str) -> CaseKey | None:
        """The case whose ledger holds this decision."""
        own = (case for key, case in self.cases.items() if key.committee == committee)
        return next((case.key for case in own if decision_id in case.ledger), None)

    def early(self, key: CaseKey) -> Case | None:
        """The corrections that came before the event that they name."""
        return self.cases.get(key)

    def open_of(self, committee: str, kinds: Container[str]) -> list[CaseKey]:
        """The committee's cases of these kinds, in the order of their keys."""
        return sorted(key for key in self.cases if key.committee == committee and key.kind in kinds)


def in_charge(case: Case, at: datetime | None = None) -> str:
    """The tenant in whose charge a hazard is at a moment (None: after all that is known), empty for other kinds of case.

    It is the tenant of the first report, until the hazard's site is transferred; empty while there is no report.
    """
    if case.key.kind != "hazard":
        return ""
    known = case.remembered
    if known.seen < len(case.facts):
        for fact in case.facts[known.seen :]:
            is_report = not fact.correction and fact.type.startswith("hazard.reported.")
            if is_report and (known.opening is None or fact.place < known.opening.place):
                known.opening = fact
        known.seen = len(case.facts)
    first = known.opening
    if first is None:
        return ""
    if not case.inputs:
        return first.tenant
    seen = next((gift for gift in case.inputs.values() if isinstance(gift, SeenAgain)), None)
    return seen.tenant_at(at, first.tenant) if seen else first.tenant


encode_case = msgspec.msgpack.Encoder().encode
decode_case = msgspec.msgpack.Decoder(Case).decode
