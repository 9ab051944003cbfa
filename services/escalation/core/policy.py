"""A policy pack: one notice as data, versioned, each value with its clause."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator

from services.escalation.core.cases.accident import GradeWord
from services.escalation.core.criteria import Criterion
from services.escalation.core.findings import PUNITIVE
from services.escalation.core.rules.registry import ABSENCES, RULES
from services.escalation.core.schedules import Schedule, StageEnd
from services.escalation.core.terms import Acts, Clause, Measure, PackModel, RuleParameters, Source, Span, UnitEntry
from services.escalation.core.windows import Campaign, KeyPeriod

AbsenceRule = Literal[
    "periodic_report", "stage_report", "daily_report", "commitment", "warning_meeting", "standing_meeting"
]


class Stock(PackModel):
    """The term of what was found before a campaign (S0-09)."""

    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")
    issued: date = Field(description="The day from which the term counts; it is not counted itself.")
    found_before: date = Field(description="Hazards found before this day are stock.")
    span: Span = Field(description="The term.")


class AfterAccident(PackModel):
    """An obligation that an accident opens for the area where it happened, or for those who lead its sector."""

    kind: Literal["accident"] = Field("accident", description="Opened by an accident.")
    within: Span | None = Field(None, description="How long after the accident's day; absent: no term.")
    fatal: bool = Field(False, description="Only by an accident with deaths.")
    grade: GradeWord | Literal[""] = Field("", description="Only by accidents of this grade and above.")
    until_milestone: str = Field(
        "", description="The recurring milestone whose next day after the accident is the last one."
    )
    opens_measure: Measure | Literal[""] = Field("", description="The measure of the record at the accident itself.")
    owed_by: tuple[Literal["area", "department"], ...] = Field(("area",), description="Who owes it.")

    @model_validator(mode="after")
    def _has_one_term(self) -> "AfterAccident":
        if self.within is not None and self.until_milestone:
            raise ValueError("an obligation after an accident has a span or a milestone, not both")
        return self


class Obligation(PackModel):
    """Something owed: by whom, when, under which clause; nothing for it to be `due` opens no clock."""

    rule: AbsenceRule = Field(description="The rule under which its absence is decided.")
    title: str = Field(description="Its Chinese name, as an official would say it.")
    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")
    units: tuple[str, ...] = Field((), description="Names of unit lists of this pack that owe it.")
    id: str = Field("", description="Its id as events name it, where two entries share one; empty: the entry's key.")
    sites_tagged: str | tuple[str, ...] = Field(
        "", description="Owed by every registered site with this tag, or one of these, instead of by units."
    )
    sites_in: tuple[str, ...] = Field((), description="Only by sites of these sectors, as the pack names them.")
    when: Annotated[Schedule | AfterAccident, Field(discriminator="kind")] = Field(description="When it is due.")
    acts: Acts = Field("committee", description="The level that acts when it is missing.")
    remind: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="Reminders: so many days before the last day; they stand under `due_soon`."
    )
    written: Literal["", "asked", "needed"] = Field(
        "",
        description="书面报 (S4-22): a signed and sealed file, by its hash. asked: a report without one came, and its file is "
        "asked for until it comes; needed: a report without one did not come.",
    )
    source: Source = Field("notice", description="`proposed` where the duty or its term is ours.")

    @property
    def tags(self) -> frozenset[str]:
        """The tags of which a site that owes it has one; empty where units owe it."""
        tags = (self.sites_tagged,) if isinstance(self.sites_tagged, str) else self.sites_tagged
        return frozenset(tag for tag in tags if tag)


def _rule_parameters(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    parsed: dict[str, RuleParameters] = {}
    for rule, parameters in value.items():
        if rule not in RULES:
            message = f"unknown rule {rule!r}; known rules: {', '.join(sorted(RULES))}"
            raise ValueError(message)
        known = RULES[rule].parameters
        parsed[rule] = parameters if isinstance(parameters, known) else known.model_validate(parameters)
    return parsed


class Sector(PackModel):
    """A sector and who leads it; many departments may lead one, one may lead many."""

    name: str = Field(description="The sector as events name it.")
    leads: tuple[str, ...] = Field((), description="Leading units by id; empty: the pack's fallback.")
    tags: tuple[str, ...] = Field((), description="Tags, such as high_risk.")
    also: tuple[str, ...] = Field((), description="Other spellings that events may use.")


class Target(PackModel):
    """A numeric target with its denominator."""

    id: str = Field(description="The target's id, as in `target.progressed`.")
    title: str = Field(description="Its Chinese name.")
    goal: float = Field(gt=0, description="The number to reach.")
    unit_of_count: str = Field(description="What is counted: 家, 艘, 处, %, km.")
    due: date | None = Field(None, description="By when.")
    approximate: bool = Field(False, description="Whether the notice rounds the number.")
    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")
    source: Source = Field("notice", description="`proposed` where the number or its day is ours.")


class FourEyes(PackModel):
    """Measures that two different persons have to confirm before they hold."""

    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")
    measures: tuple[Measure, ...] = Field(min_length=1, description="Measures that punish.")
    source: Source = Field("notice", description="`proposed` where the notice does not ask for it in so many words.")

    @model_validator(mode="after")
    def _wait_for_people(self) -> "FourEyes":
        others = [measure for measure in self.measures if measure not in PUNITIVE]
        if others:
            message = f"nobody confirms {', '.join(others)}; four eyes are for {', '.join(sorted(PUNITIVE))}"
            raise ValueError(message)
        return self


class Pack(PackModel):
    """One notice as policy. It binds what happens in its tenants from `effective_from` on."""

    id: str = Field(pattern=r"^[a-z0-9-]+$", description="The pack's id, such as wenling-2023.")
    version: str = Field(description="The version of this text; a running clock keeps the one it began with.")
    title: str = Field(description="The notice's title.")
    document_no: str = Field("", description="The notice's number.")
    issued: date = Field(description="The notice's date.")
    effective_from: date = Field(description="The first day that it binds.")
    root: str = Field(pattern=r"^[0-9]{6,12}$", description="The committee's division code.")
    tenants: tuple[str, ...] = Field(min_length=1, description="Division codes it binds; each with all below it.")
    child_of: str = Field("", description="The pack of which this one is a child: it may add and only shorten.")
    children: tuple[str, ...] = Field((), description="Child packs that come along.")
    fallback_lead: str = Field("", description="Who leads a sector without a named lead (S1-03, S4-17).")
    campaign: Campaign | None = Field(None, description="The campaign.")
    key_periods: tuple[KeyPeriod, ...] = Field((), description="Key periods.")
    criteria: tuple[Criterion, ...] = Field(
        (), description="The library of standards by which hazards are judged major, each version with its days."
    )
    stages: tuple[StageEnd, ...] = Field((), description="The campaign's stages.")
    milestones: tuple[str, ...] = Field((), description="Milestones that events may date.")
    sectors: tuple[Sector, ...] = Field((), description="The sector dictionary.")
    units: Mapping[str, tuple[UnitEntry, ...]] = Field(default_factory=dict, description="Lists of units by name.")
    stock: Stock | None = Field(None, description="The term of stock hazards.")
    four_eyes: FourEyes | None = Field(None, description="What two persons have to confirm.")
    rules: Annotated[Mapping[str, SerializeAsAny[RuleParameters]], BeforeValidator(_rule_parameters)] = Field(
        default_factory=dict, description="The rules that are on, with their parameters."
    )
    obligations: Mapping[str, Obligation] = Field(default_factory=dict, description="What is owed, by id.")
    targets: tuple[Target, ...] = Field((), description="Numeric targets.")

    def asks_for_two(self, measure: str) -> bool:
        """Whether two persons have to confirm this measure."""
        return self.four_eyes is not None and measure in self.four_eyes.measures

    @model_validator(mode="after")
    def _names_exist(self) -> "Pack":
        named = [(f"obligation {name}", duty.units) for name, duty in self.obligations.items()]
        named += [(f"rule {name}", parameters.unit_lists) for name, parameters in self.rules.items()]
        for what, lists in named:
            for units in lists:
                if units not in self.units:
                    message = f"{what}: no unit list {units!r}; lists: {', '.join(self.units)}"
                    raise ValueError(message)
        return self


def parse_pack(raw: Mapping[str, Any]) -> Pack:
    """Read a pack from its parsed YAML; pydantic's ValidationError tells every fault with its place."""
    return Pack.model_validate(raw)


__all__ = ["ABSENCES", "AfterAccident", "Obligation", "Pack", "parse_pack"]
