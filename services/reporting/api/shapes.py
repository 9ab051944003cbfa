"""Shape what the routes answer; every instant carries the offset of Asia/Shanghai, every number its as-of moment."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from contracts.decisions import Decision
from runtime.log import redact
from services.reporting.core.days import SHANGHAI, Deadline
from services.reporting.core.rows import HazardKey, HazardRow
from services.reporting.core.summary import Counts, Group, Summary
from services.reporting.core.timeline import Entry


class Shape(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class AreaShape(Shape):
    """Where a hazard lies: division codes, empty above the tenant's own level, and the full name."""

    province: str
    city: str
    county: str
    tenant: str
    name: str


class SiteShape(Shape):
    """The site, as its registration or the report calls it."""

    id: str
    name: str
    address: str


class DeadlineShape(Shape):
    """A deadline: late from `due_at` on; `last_day` is the last day on which it can be met."""

    due_at: datetime
    last_day: date
    whole_day: bool = Field(description="a date was given: it runs to 24:00")


class PlanShape(Shape):
    """The rectification plan that was filed last."""

    target_date: str
    filed_at: datetime | None


class OutcomeShape(Shape):
    """How the close-out found it, frozen."""

    done_at: datetime
    days_left: int | None = Field(description="days in hand, negative when late, null where no deadline ran")
    in_time: bool | None


class HazardShape(Shape):
    """One hazard as it stands now."""

    id: str = Field(description="full name: committee:namespace:hazard_id")
    hazard_id: str
    namespace: str
    committee: str
    area: AreaShape
    state: str
    state_name: str
    open: bool
    overdue: bool = Field(description="decided by escalation, and not put right or ended since")
    overdue_since: datetime | None
    level: str
    category: str
    criterion: str
    description: str
    sector: str
    found_by: str
    campaign: str
    site: SiteShape
    responsible_unit: str
    supervising_unit: str
    sources: list[str]
    reports: int
    original_deadline: DeadlineShape | None
    deadline: DeadlineShape | None
    later_deadline_ignored: bool
    extensions: int
    extensions_refused: int
    suspended_at: datetime | None
    plan: PlanShape | None
    reported_at: datetime
    handed_over_at: datetime | None
    escalated_up_at: datetime | None
    returned_at: datetime | None
    refused_at: datetime | None
    rectified_at: datetime | None
    passed_at: datetime | None
    failed_at: datetime | None
    failures: int
    closed_at: datetime | None
    withdrawn_at: datetime | None
    outcome: OutcomeShape | None
    historic: bool
    known_at: datetime
    updated_at: datetime


class HazardsShape(Shape):
    """One page of hazards; `next` is the cursor of the following page, null on the last."""

    as_of: datetime | None
    items: list[HazardShape]
    next: str | None


class PolicyShape(Shape):
    """The pack under which something was decided."""

    id: str
    version: str


class DecisionShape(Shape):
    """One decision about a hazard as it stands now: the `decision_id` stays, the status moves."""

    decision_id: str
    id: str = Field(description="full name of the hazard: committee:namespace:hazard_id")
    hazard_id: str
    tenant: str = Field(description="division code of the unit in charge")
    level: str = Field(description="the level that is to act")
    acts_for: str | None = Field(description="the unit that is to act, where it is not the tenant")
    rule: str
    rule_name: str
    step: str
    measure: str
    measure_name: str
    status: str
    status_name: str
    at: datetime = Field(description="when it fell due under the rule")
    known_at: datetime = Field(description="when this state became known")
    since: datetime | None = Field(description="from when lateness counts")
    reason: str
    clauses: list[str]
    policy: PolicyShape


class DecisionsShape(Shape):
    """One page of decisions; `next` is the cursor of the following page, null on the last."""

    as_of: datetime | None
    items: list[DecisionShape]
    next: str | None


class LineShape(Shape):
    """One labelled line of an entry."""

    label: str
    text: str


class EntryShape(Shape):
    """One line of a hazard's story: when it happened, when it was known here, what it was."""

    kind: str
    at: datetime
    known_at: datetime
    type: str
    title: str
    tone: str
    mark: str
    late: bool
    tenant: str
    source: str
    reference: str
    lines: list[LineShape]
    clauses: list[str] = Field(description="ids of the clauses that a decision rests on")
    media: list[str] = Field(description="references to photographs and documents")


class StoryShape(Shape):
    """One hazard with its story."""

    as_of: datetime | None
    decided_deadline: DeadlineShape | None = Field(
        description="the one that escalation counts from, where it named one"
    )
    hazard: HazardShape
    timeline: list[EntryShape]


class CountsShape(Shape):
    """`reported` = `open` + `closed` + `withdrawn`; `overdue`, `awaiting_reinspection` and `failed` are parts of `open`."""

    reported: int
    open: int
    overdue: int
    awaiting_reinspection: int
    failed: int
    closed: int
    withdrawn: int
    major_open: int
    major_overdue: int
    major_reported: int


class GroupShape(CountsShape):
    """The counts of one area or sector."""

    code: str
    name: str
    oldest_overdue_since: datetime | None


class SummaryShape(Shape):
    """The counts of a scope, by area and by sector; each list adds up to the total."""

    tenant: str
    name: str
    as_of: datetime | None = Field(description="everything that happened up to here is counted; null: nothing yet")
    total: CountsShape
    area_level: str
    areas: list[GroupShape]
    sectors: list[GroupShape]


def hazard_shape(row: HazardRow, area_name: str) -> HazardShape:
    """The answer's shape of a row; free text is redacted (telephone and identity card numbers)."""
    plain = {name: _local(getattr(row, name)) for name in _PLAIN}
    return HazardShape(
        **plain,
        id=str(row.key),
        area=AreaShape(province=row.province, city=row.city, county=row.county, tenant=row.tenant, name=area_name),
        state_name=row.standing_state.chinese,
        open=row.is_open,
        overdue=row.overdue,
        description=redact(row.description),
        site=SiteShape(id=row.site_id, name=redact(row.site_name), address=redact(row.address)),
        original_deadline=deadline_shape(row.original),
        deadline=deadline_shape(row.deadline),
        plan=PlanShape(target_date=row.plan_target_date, filed_at=_local(row.plan_filed_at))
        if row.plan_target_date is not None
        else None,
        outcome=OutcomeShape(done_at=_local(row.done_at), days_left=row.days_left, in_time=row.in_time)
        if row.done_at is not None
        else None,
    )


def decision_shape(decision: Decision, hazard: HazardKey) -> DecisionShape:
    """The answer's shape of one decision, free text redacted."""
    return DecisionShape(
        decision_id=decision.decision_id,
        id=str(hazard),
        hazard_id=hazard.hazard_id,
        tenant=decision.tenant,
        level=decision.level,
        acts_for=decision.acts_for,
        rule=decision.rule,
        rule_name=decision.rule.chinese,
        step=decision.step,
        measure=decision.measure,
        measure_name=decision.measure.chinese,
        status=decision.status,
        status_name=decision.status.chinese,
        at=decision.at.astimezone(SHANGHAI),
        known_at=decision.known_at.astimezone(SHANGHAI),
        since=local(decision.since),
        reason=redact(decision.reason),
        clauses=list(decision.clauses),
        policy=PolicyShape(id=decision.policy.id, version=decision.policy.version),
    )


def entry_shape(entry: Entry) -> EntryShape:
    """The answer's shape of one line of a story, free text redacted."""
    fields = {name: _local(getattr(entry, name)) for name in Entry.__struct_fields__ if name not in _LISTED}
    return EntryShape(
        **fields,
        clauses=list(entry.clauses),
        media=list(entry.media),
        lines=[LineShape(label=label, text=redact(text)) for label, text in entry.lines],
    )


def summary_shape(summary: Summary) -> SummaryShape:
    """The answer's shape of a summary."""
    return SummaryShape(
        tenant=summary.scope,
        name=summary.scope_name,
        as_of=_local(summary.as_of),
        total=CountsShape(**_counts(summary.total)),
        area_level=summary.area_column,
        areas=[_group(group) for group in summary.areas],
        sectors=[_group(group) for group in summary.sectors],
    )


def local(moment: datetime | None) -> datetime | None:
    """The same instant with the offset of Asia/Shanghai."""
    return moment.astimezone(SHANGHAI) if moment else None


_COMPUTED = frozenset(
    {
        "id",
        "area",
        "state_name",
        "open",
        "overdue",
        "description",
        "site",
        "original_deadline",
        "deadline",
        "plan",
        "outcome",
    }
)
_PLAIN = tuple(name for name in HazardShape.model_fields if name not in _COMPUTED)


_LISTED = frozenset({"lines", "clauses", "media"})


def _local(value: Any) -> Any:
    return local(value) if isinstance(value, datetime) else value


def deadline_shape(deadline: Deadline | None) -> DeadlineShape | None:
    """The answer's shape of a deadline; none is null."""
    if deadline is None:
        return None
    return DeadlineShape(
        due_at=deadline.due_at.astimezone(SHANGHAI), last_day=deadline.last_day, whole_day=deadline.whole_day
    )


def _counts(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in Counts.__struct_fields__}


def _group(group: Group) -> GroupShape:
    return GroupShape(
        **_counts(group.counts), code=group.code, name=group.name, oldest_overdue_since=local(group.oldest)
    )
