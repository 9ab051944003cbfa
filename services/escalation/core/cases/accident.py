"""Fold what was said of one accident: the last word counts whole, and what it does not say is unknown, never 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Final, Literal, NamedTuple

import msgspec

from contracts.divisions import Divisions
from services.escalation.core.calendar import local_day
from services.escalation.core.heard import Heard, in_order

GradeWord = Literal["ordinary", "larger", "major", "extraordinary"]


class Grade(IntEnum):
    """The grades of accidents by article 3 of the State Council's order 493 (L1): 一般, 较大, 重大, 特别重大."""

    UNKNOWN = 0
    ORDINARY = 1
    LARGER = 2
    MAJOR = 3
    EXTRAORDINARY = 4

    @classmethod
    def of(cls, word: GradeWord) -> "Grade":
        """The grade of a word that a pack uses."""
        return cls[word.upper()]


class _Threshold(NamedTuple):
    grade: Grade
    deaths: int
    serious_injuries: int
    loss_yuan: float


_THRESHOLDS: Final = (  # national law, so no pack changes it; 以上 includes the number itself (trap T6)
    _Threshold(Grade.EXTRAORDINARY, 30, 100, 100_000_000),
    _Threshold(Grade.MAJOR, 10, 50, 50_000_000),
    _Threshold(Grade.LARGER, 3, 10, 10_000_000),
)


class _Report(msgspec.Struct, frozen=True):
    """What the rules read of `accident.reported`; some senders know one kind of number only and write 1.0 for 1."""

    accident_id: str
    category: str
    sector: str
    liability: str
    deaths: float | None = None
    serious_injuries: float | None = None
    loss_yuan: float | None = None
    influential: bool = False
    site_id: str = ""


class Accident(msgspec.Struct, frozen=True, tag="accident"):
    """An accident as last told; `told` is the event that counts, without its data.

    `tenant` is the division in charge, `area` the one directly below the committee that it belongs to (the committee's
    own code where the accident is the committee's own).
    """

    accident_id: str
    namespace: str
    tenant: str
    area: str
    category: str
    sector: str
    liability: str
    deaths: int | None
    serious_injuries: int | None
    loss_yuan: float | None
    influential: bool
    site_id: str
    told: Heard

    @property
    def time(self) -> datetime:
        """When it happened."""
        return self.told.time

    @property
    def day(self) -> date:
        """The day on which it happened, in Asia/Shanghai."""
        return local_day(self.told.time)

    @property
    def key(self) -> str:
        """What tells it from every other accident of the committee."""
        return f"{self.namespace}/{self.accident_id}" if self.namespace else self.accident_id

    @property
    def grade(self) -> Grade:
        """The grade that the known figures make it; what is unknown raises nothing and lowers nothing."""
        return grade_of(self.deaths, self.serious_injuries, self.loss_yuan)

    @property
    def is_fatal(self) -> bool:
        """Whether a death is known."""
        return self.deaths is not None and self.deaths > 0

    @property
    def counts(self) -> bool:
        """Whether somebody may answer for it: liable, or still pending."""
        return self.liability != "not_liable"

    @property
    def is_liable(self) -> bool:
        """Whether somebody answers for it."""
        return self.liability == "liable"

    def belongs_to(self, families: Sequence[str]) -> bool:
        """Whether its category is one of `families` or below one; no families means any category."""
        return not families or any(
            self.category == family or self.category.startswith(f"{family}.") for family in families
        )


@dataclass(frozen=True, slots=True)
class Accidents:
    """The accidents that a committee looks at as a whole, in order of time, with the days of its milestones."""

    all: tuple[Accident, ...]
    milestones: Mapping[str, date]


_report_of = msgspec.json.Decoder(_Report).decode


def grade_of(deaths: int | None, serious_injuries: int | None, loss_yuan: float | None) -> Grade:
    """The highest grade that any known figure reaches; unknown where no figure is known."""
    if deaths is None and serious_injuries is None and loss_yuan is None:
        return Grade.UNKNOWN
    for limit in _THRESHOLDS:
        figures = (
            (deaths, limit.deaths),
            (serious_injuries, limit.serious_injuries),
            (loss_yuan, limit.loss_yuan),
        )
        if any(figure is not None and figure >= least for figure, least in figures):
            return limit.grade
    return Grade.ORDINARY


def fold(
    accident_id: str, namespace: str, facts: Sequence[Heard], *, committee: str, divisions: Divisions
) -> Accident | None:
    """The accident as the event with the latest `recordedtime` tells it (then the one that arrived last).

    None while nothing is known of it. Only the unit in charge and those above it speak of an accident; where those
    above spoke first, a unit below them takes it up. What a tenant beside them says is set aside.
    """
    arrived = {(fact.source, fact.correction or fact.id): place for place, fact in enumerate(facts)}
    told = sorted(in_order(facts), key=lambda fact: (fact.recorded, arrived.get((fact.source, fact.id), 0)))
    tenant = ""
    last: tuple[Heard, _Report] | None = None
    for fact in told:
        report = _report_of(fact.data)
        if report.accident_id != accident_id:
            continue
        if not tenant or (tenant != fact.tenant and divisions.is_within(fact.tenant, tenant)):
            tenant = fact.tenant
        elif not divisions.is_within(tenant, fact.tenant):
            continue
        last = fact, report
    if last is None:
        return None
    fact, report = last
    return Accident(
        accident_id=accident_id,
        namespace=namespace,
        tenant=tenant,
        area=area_of(tenant, committee, divisions),
        category=report.category,
        sector=report.sector,
        liability=report.liability,
        deaths=_whole(report.deaths),
        serious_injuries=_whole(report.serious_injuries),
        loss_yuan=report.loss_yuan,
        influential=report.influential,
        site_id=report.site_id,
        told=msgspec.structs.replace(fact, data=b""),
    )


def _whole(count: float | None) -> int | None:
    return None if count is None else int(count)


def area_of(tenant: str, committee: str, divisions: Divisions) -> str:
    """The division directly below `committee` to which `tenant` belongs; the committee for itself.

    A code that another one took over from answers as its successor.
    """
    chain = [tenant, *(above.code for above in divisions.ancestors(tenant))]
    place = chain.index(committee) if committee in chain else 0
    area = chain[max(place - 1, 0)]
    row = divisions.get(area)
    return row.replaced_by if row is not None and row.replaced_by else area
