"""Say which days were counted for a decision and why, by the calendar that decided it (requirements, lead 6)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from contracts.decisions import Decision
from contracts.facts import Fact
from contracts.vocabulary import SubjectKind
from services.escalation.core.calendar import (
    ONE_DAY,
    SHANGHAI,
    SUNDAY_AND_SATURDAY,
    Unit,
    WorkCalendar,
    end_of,
    last_day_before,
    local_day,
)
from services.escalation.core.policy import AfterAccident, Obligation, Pack
from services.escalation.core.rules import (
    due_soon,
    enforcement_missing,
    frequency,
    listing_expiry,
    long_standing,
    missing_proposal,
    overdue,
    problem_list,
    recurrence,
    same_day_handover,
    talk_accident_prone,
    talk_duty_failure,
    talk_fatal_window,
)
from services.escalation.core.rules.registry import ABSENCES
from services.escalation.core.schedules import AfterEach, AfterMilestone, AfterStages
from services.escalation.core.terms import Span

WORKED, MADE_UP, WEEKEND, HOLIDAY, CALENDAR = "工作日", "调休上班的工作日", "周末", "放假", "自然日"


class CountedDay(NamedTuple):
    """One day of a span: whether it counts, and why."""

    day: date
    counts: bool
    why: str


class Count(NamedTuple):
    """A span that was counted: of what, from which day (not counted itself) and why from there, to which instant.

    `days` are empty for months and years, which end on the corresponding day. `known`: whether every year in it has
    been announced; else the working days are provisional.
    """

    about: str
    begins: date
    begins_as: str
    span: Span
    days: tuple[CountedDay, ...]
    ends: datetime
    known: bool


class Evidence(NamedTuple):
    """What a decision is counted from: its first record, the pack and calendar it stands under, its facts by id."""

    record: Decision
    pack: Pack
    calendar: WorkCalendar
    facts: Mapping[str, Fact]


def counts_of(evidence: Evidence) -> list[Count]:
    """Every span that was counted for the decision; none for what falls due at once or on a day that the pack names."""
    rule = str(evidence.record.rule)
    if rule in ABSENCES:
        return list(_of_duty(evidence))
    reader = _READERS.get(rule)
    return list(reader(evidence, evidence.pack.rules.get(rule))) if reader else []


def spanned(calendar: WorkCalendar, about: str, begins: date, begins_as: str, span: Span) -> Count:
    """A span from `begins` on."""
    last = calendar.add(begins, span.count, span.unit)
    days = days_of(calendar, begins, last, span.unit)
    known = span.unit != "working_day" or calendar.knows(begins, last)
    return Count(about, begins, begins_as, span, days, end_of(last).astimezone(SHANGHAI), known)


def days_of(calendar: WorkCalendar, begins: date, last: date, unit: Unit) -> tuple[CountedDay, ...]:
    """Every day after `begins` up to and with `last`, with why it counts or does not; none for months and years."""
    if unit not in ("calendar_day", "working_day"):
        return ()
    days = [begins + n * ONE_DAY for n in range(1, (last - begins).days + 1)]
    if unit == "calendar_day":
        return tuple(CountedDay(day, True, CALENDAR) for day in days)
    return tuple(CountedDay(day, calendar.is_worked(day), _why(calendar, day)) for day in days)


def _why(calendar: WorkCalendar, day: date) -> str:
    announced = calendar.days.get(day)
    if announced is None:
        return WORKED if calendar.is_worked(day) else WEEKEND
    kind = (WORKED if day.weekday() not in SUNDAY_AND_SATURDAY else MADE_UP) if announced else HOLIDAY
    order = calendar.orders.get(day)
    return f"{kind}（日历调整：{order}）" if order else kind


def _back(calendar: WorkCalendar, last: date, span: Span) -> date | None:
    """The day from which a span that ended with `last` was counted, None where none or several fit."""
    begins = calendar.add(last, -span.count, span.unit)
    near = [begins + n * ONE_DAY for n in range(-3, 4)]
    fitting = [day for day in near if calendar.add(day, span.count, span.unit) == last]
    return fitting[0] if len(fitting) == 1 else None


# ------------------------------------------------------------------ hazards


def _overdue(evidence: Evidence, parameters: Any) -> Iterator[Count]:
    record = evidence.record
    if record.since is None or not isinstance(parameters, overdue.Parameters):
        return
    deadline = last_day_before(record.since)
    yield from _stock(evidence, record.since)
    rung = next((rung for rung in parameters.ladder if rung.step == record.step), None)
    if rung is None or rung is parameters.ladder[0]:
        return
    base = local_day(record.at) - rung.day * ONE_DAY
    why = "整改期限日" if base == deadline else "期限过后又须整改之日"
    yield spanned(evidence.calendar, "逾期", base, why, Span(count=rung.day, unit="calendar_day"))._replace(
        ends=record.at
    )


def _stock(evidence: Evidence, due: datetime) -> Iterator[Count]:
    """The term of a stock hazard, where the first fact is a report without a date of its own."""
    stock, report = evidence.pack.stock, evidence.facts.get(evidence.record.facts[0]) if evidence.record.facts else None
    if stock is None or report is None or b'"rectify_by"' in bytes(report.data):
        return
    count = spanned(evidence.calendar, "存量隐患的整改期限", stock.issued, "文件印发日", stock.span)
    if count.ends == due:
        yield count


def _due_soon(evidence: Evidence, _parameters: Any) -> Iterator[Count]:
    record = evidence.record
    days = record.step.removeprefix("T-")
    if days.isdigit():
        last = local_day(record.at) + int(days) * ONE_DAY
        yield from _stock(evidence, end_of(last))
        span = Span(count=int(days), unit="calendar_day")
        about = "距整改期限" if record.subject.kind == SubjectKind.HAZARD else "距期限"
        yield spanned(evidence.calendar, about, local_day(record.at), "提醒当日", span)


def _aged(evidence: Evidence, parameters: Any) -> Iterator[Count]:
    record = evidence.record
    if isinstance(parameters, long_standing.Parameters) and record.since is not None:
        age = next((age for age in parameters.ages if age.step == record.step), None)
        if age is not None:
            yield spanned(evidence.calendar, "隐患存在时间", local_day(record.since), "发现之日", age.after)


def _problem(evidence: Evidence, parameters: Any) -> Iterator[Count]:
    report = _first_fact(evidence)
    if isinstance(parameters, problem_list.Parameters) and report is not None:
        yield spanned(evidence.calendar, "隐患存在时间", local_day(report.time), "发现之日", parameters.age)


def _within(evidence: Evidence, parameters: Any) -> Iterator[Count]:
    """A span that is over at the instant itself."""
    if not isinstance(parameters, missing_proposal.Parameters | enforcement_missing.Parameters):
        return
    graded = isinstance(parameters, missing_proposal.Parameters)
    begins = _back(evidence.calendar, last_day_before(evidence.record.at), parameters.within)
    if begins is not None:
        about, why = (
            ("提出处罚和追责建议的期限", "判定为重大隐患之日") if graded else ("出具执法文书的期限", "检查之日")
        )
        yield spanned(evidence.calendar, about, begins, why, parameters.within)


def _answer(evidence: Evidence, parameters: Any) -> Iterator[Count]:
    """The regulator's term, from the day of the grid's report."""
    report = _first_fact(evidence)
    if isinstance(parameters, same_day_handover.Parameters) and parameters.within is not None and report is not None:
        yield spanned(evidence.calendar, "答复期限", local_day(report.time), "上报之日", parameters.within)


def _interval(evidence: Evidence, parameters: Any) -> Iterator[Count]:
    record = evidence.record
    if isinstance(parameters, frequency.Parameters) and record.since is not None:
        spans = [one.every for one in parameters.in_periods if record.occurrence.startswith(f"{one.period}/")]
        spans += [parameters.held] if parameters.held is not None else []
        if spans:
            yield spanned(evidence.calendar, "检查间隔", local_day(record.since), "起算之日", spans[0])


def _listing(evidence: Evidence, parameters: Any) -> Iterator[Count]:
    record = evidence.record
    if isinstance(parameters, listing_expiry.Parameters) and record.since is not None:
        step = next((step for step in parameters.ladder if step.step == record.step), None)
        if step is not None and step.after.count:
            yield spanned(evidence.calendar, "挂牌期满后", last_day_before(record.since), "挂牌期限日", step.after)


def _window(evidence: Evidence, parameters: Any) -> Iterator[Count]:
    """The spans that began with each earlier fact and hold the last one."""
    windowed = (
        recurrence.Parameters,
        talk_fatal_window.Parameters,
        talk_accident_prone.Parameters,
        talk_duty_failure.Parameters,
    )
    if not isinstance(parameters, windowed):
        return
    told = [evidence.facts[name] for name in evidence.record.facts if name in evidence.facts]
    last = max((fact.time for fact in told), default=None)
    for fact in sorted(told, key=lambda fact: fact.time):
        if last is not None and fact.time < last:
            why = "前次销号之日" if isinstance(parameters, recurrence.Parameters) else "较早一起事故之日"
            yield spanned(evidence.calendar, "时间窗", local_day(fact.time), why, parameters.within)


def _first_fact(evidence: Evidence) -> Fact | None:
    return next((evidence.facts[name] for name in evidence.record.facts if name in evidence.facts), None)


_READERS: Final[Mapping[str, Callable[[Evidence, Any], Iterator[Count]]]] = {
    overdue.RULE: _overdue,
    due_soon.RULE: _due_soon,
    long_standing.RULE: _aged,
    problem_list.RULE: _problem,
    missing_proposal.RULE: _within,
    enforcement_missing.RULE: _within,
    same_day_handover.RULE: _answer,
    frequency.RULE: _interval,
    listing_expiry.RULE: _listing,
    recurrence.RULE: _window,
    talk_fatal_window.RULE: _window,
    talk_accident_prone.RULE: _window,
    talk_duty_failure.RULE: _window,
}


# ------------------------------------------------------------------ duties


def duty_of(record: Decision, pack: Pack) -> Obligation | None:
    """What the pack says of the duty that a record is about."""
    named = str(record.context.get("obligation", ""))
    found: Sequence[Obligation] = [
        duty for name, duty in pack.obligations.items() if named in (name, duty.id) and named
    ]
    weekly = "-W" in str(record.context.get("period", ""))
    fitting = [duty for duty in found if (getattr(duty.when, "kind", "") == "weekly") == weekly]
    return next(iter(fitting or found), None)


def _of_duty(evidence: Evidence) -> Iterator[Count]:
    record, calendar = evidence.record, evidence.calendar
    duty = duty_of(record, evidence.pack)
    if duty is None:
        return
    within, why = getattr(duty.when, "within", None), _BEGINNINGS.get(type(duty.when), "")
    begins = record.context.get("counted_from")
    if isinstance(within, Span) and begins:
        count = spanned(calendar, "期限", date.fromisoformat(str(begins)), why, within)
        yield count if record.since is None else count._replace(ends=record.since)


_BEGINNINGS: Final = {
    AfterAccident: "事故发生之日",
    AfterStages: "阶段结束之日",
    AfterMilestone: "节点之日",
    AfterEach: "节点之日",
}
