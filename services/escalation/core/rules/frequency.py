"""See a site that is inspected too seldom (S4-08, S1-24), or not on the day that a plan had set, 应查未查 (S3-06).

Two grounds make an interval: a hazard there cannot be put right for the time being (a plan, an extension or a suspended clock says so),
or a key period runs and the site is of a sort that the period is about. The notices give no interval. A key period
whose days only milestones will tell binds sites from the version of the pack on that names its days.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pydantic import Field

from services.escalation.core.calendar import end_of, local_day, midnight
from services.escalation.core.cases.site import HAZARDS, INSPECTIONS, PLANS, REGISTRATIONS, SiteHistory
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Addressee, PackModel, RuleParameters, Span
from services.escalation.core.windows import KeyPeriod
from services.escalation.core.wording import day_words

RULE = "frequency"
READS = frozenset({HAZARDS, REGISTRATIONS, INSPECTIONS, PLANS})
PLANNED = "planned"


class InPeriod(PackModel):
    """What a key period asks of sites."""

    period: str = Field(description="The key period's id.")
    every: Span = Field(description="An inspection at least so often; the notices give no interval.")
    tags: tuple[str, ...] = Field((), description="Sites with one of these tags; empty: any.")
    sectors: tuple[str, ...] = Field((), description="Sites of one of these sectors; empty: any.")


class Parameters(RuleParameters):
    """The intervals, and who is told."""

    held: Span | None = Field(None, description="While a hazard cannot be put right: an inspection at least so often.")
    in_periods: tuple[InPeriod, ...] = Field((), description="In key periods.")
    planned: bool = Field(
        False, description="Whether an inspection that was planned has to be made by the end of its day, 应查未查."
    )
    except_kinds: tuple[str, ...] = Field(("self_check",), description="Kinds of inspections that do not count.")
    acts: Acts = Field("own", description="The level that is told.")
    to: Addressee = Field("supervising_unit", description="Whom it addresses.")


class _Window(NamedTuple):
    """A time in which `every` holds for a site; `why` says so in a sentence.

    `gone`: when the ground itself ended; the end of a period excuses nobody who did not come while it ran.
    """

    id: str
    start: datetime
    end: datetime | None
    gone: datetime | None
    every: Span
    tenant: str
    why: str
    rests_on: tuple[Heard, ...]


def find(site: SiteHistory, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield each interval and each planned day that passed without an inspection, until one came or the ground ended."""
    if parameters.planned:
        yield from _unmade(site, parameters, where)
    windows = [*_held(site, parameters), *_periods(site, parameters, where)]
    if not windows:
        return
    visits = [visit.told.time for visit in site.inspections if visit.kind not in parameters.except_kinds]
    visits += [failed.time for hazard in site.hazards for failed, _ in hazard.failures]
    visits.sort()
    for window in windows:
        every = window.every
        for number, (since, at, came) in enumerate(_gaps(window, visits, where)):
            ends = [end for end in (came, window.gone) if end is not None]
            yield Finding(
                measure="alert",
                subject_kind="site",
                subject_id=site.site_id,
                occurrence=f"{window.id}/{number}",
                at=at,
                instant=False,
                until=min(ends, default=None),
                tenant=window.tenant,
                level=where.acting(window.tenant, parameters.acts),
                reason=f"{site.name}{window.why}，应至少{_every(every)}检查1次，自{day_words(local_day(since))}起未检查。",
                rests_on=window.rests_on,
                since=since,
                context=site.context | {"addressee": parameters.to},
            )


def _unmade(site: SiteHistory, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    for plan in site.plans:
        due, made = end_of(plan.day), plan.made.told.time if plan.made else None
        if made is not None and made < due:
            continue
        tenant = plan.told.tenant
        yield Finding(
            measure="alert",
            step=PLANNED,
            subject_kind="site",
            subject_id=site.site_id,
            occurrence=f"{plan.id}/{plan.number}",
            at=due,
            instant=False,
            until=made,
            tenant=tenant,
            level=where.acting(tenant, parameters.acts),
            reason=f"{site.name}应于{day_words(plan.day)}检查（检查编号{plan.id}），当日未检查，属应查未查。",
            rests_on=(plan.told,),
            since=due,
            context=site.context | {"addressee": parameters.to, "inspection_id": plan.id},
        )


def _gaps(
    window: _Window, visits: list[datetime], where: Jurisdiction
) -> Iterator[tuple[datetime, datetime, datetime | None]]:
    """Each interval without an inspection: since when, the instant at which it was too long, and the next inspection."""
    since, every = window.start, window.every
    for came in [*(visit for visit in visits if visit > window.start), None]:
        at = end_of(where.calendar.add(local_day(since), every.count, every.unit))
        if window.end is not None and at >= window.end:
            return
        if came is None or came >= at:
            yield since, at, came
        if came is not None:
            since = came


def _held(site: SiteHistory, parameters: Parameters) -> Iterator[_Window]:
    if parameters.held is None:
        return
    for hazard in site.hazards:
        for number, (fact, end) in enumerate(hazard.held):
            why = f"的隐患（{hazard.hazard_id}）暂时无法消除"
            name = f"{hazard.hazard_id}.{number}"
            yield _Window(name, fact.time, end, end, parameters.held, hazard.tenant, why, (fact,))


def _periods(site: SiteHistory, parameters: Parameters, where: Jurisdiction) -> Iterator[_Window]:
    if not parameters.in_periods or not site.registrations:
        return
    periods = {period.id: period for period in where.key_periods}
    entry = site.registrations[-1]
    for asked in parameters.in_periods:
        period = periods.get(asked.period)
        if period is None or not _is_asked(asked, site) or (bounds := _bounds(period)) is None:
            continue
        start, end = max(bounds[0], entry.told.time), bounds[1]
        why = f"在{period.name}期间"
        if start < end:
            yield _Window(period.id, start, end, None, asked.every, entry.told.tenant, why, (entry.told,))


def _is_asked(asked: InPeriod, site: SiteHistory) -> bool:
    known = site.registered
    return (
        known is not None
        and (not asked.tags or not set(asked.tags).isdisjoint(known.tags))
        and (not asked.sectors or known.sector in asked.sectors)
    )


def _bounds(period: KeyPeriod) -> tuple[datetime, datetime] | None:
    if period.first is None or period.last is None:
        return None
    return midnight(period.first), end_of(period.last)


def _every(span: Span) -> str:
    """How often: 每日, 每7日."""
    return "每日" if (span.count, span.unit) == (1, "calendar_day") else f"每{span.words}"
