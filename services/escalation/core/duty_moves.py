"""Carry what is owed over to another version of its pack, or to a calendar that was changed: the same unit and period.

What fell due up to the move stays as it was. Nobody is late by the move itself: where the other term has passed
already, the move's own day is the last one. A term that was over but only provisional is counted anew as the year that
was published has it. What had come before the calendar changed keeps the term by which it came.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import takewhile
from typing import NamedTuple

import msgspec

from services.escalation.core.calendar import WorkCalendar, end_of, local_day
from services.escalation.core.case import Case, Owed
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.law import Law
from services.escalation.core.moving import Term, terms
from services.escalation.core.policy import AfterAccident, Pack
from services.escalation.core.policy import Obligation as Spec
from services.escalation.core.schedules import AfterEach, AfterMilestone, AfterStages, KeyPeriodDays, Untimed

SPANS = (AfterStages, AfterMilestone, AfterEach)
WORKED = "working_day"


class Spell(NamedTuple):
    """A version under which a duty stands for some time, and what is owed by it."""

    term: Term
    owed: Owed


class _Due(NamedTuple):
    at: datetime | None
    is_sure: bool = True


def spells(law: Law, case: Case, duty: Obligation) -> list[Spell]:
    """Every version and calendar under which the duty ever stood, in order, each with its term; none without its pack."""
    found: list[Spell] = []
    owed, calendar = duty.owed, law.calendar_of(case.key.committee)
    for term in terms(law, case, law.version(owed.policy_id, owed.policy_version)):
        if term.after is not None and not (owed.due is not None and owed.due <= term.after):
            owed = owed_under(owed, term.pack, calendar.as_of(term.after), term.after) or owed
        found.append(Spell(term, owed))
        for at, changed in _changes(duty, owed, calendar, term):
            recounted = _recounted(owed, term.pack, changed, at)
            if recounted == owed:
                continue
            if owed.due is not None and owed.due <= at:  # it was provisional: the same term, better known
                found = [spell._replace(owed=recounted) if spell.owed is owed else spell for spell in found]
            else:
                last = found[-1].term
                found[-1:] = [
                    found[-1]._replace(term=last._replace(to=at)),
                    Spell(last._replace(after=at), recounted),
                ]
            owed = recounted
    return found


def moves(law: Law, case: Case, owed: Owed) -> bool:
    """Whether the duty ever came to stand under another version or another calendar than the first."""
    return bool(case.moves) or (
        owed.begins is not None and bool(law.calendar_of(case.key.committee).changed_after(owed.opened_at))
    )


def standing(law: Law, case: Case, duty: Obligation) -> Obligation:
    """The duty by the term of the version and calendar under which it stands now."""
    found = spells(law, case, duty) if moves(law, case, duty.owed) else []
    return duty.owing(found[-1].owed) if found else duty


def _changes(
    duty: Obligation, owed: Owed, calendar: WorkCalendar, term: Term
) -> Iterator[tuple[datetime, WorkCalendar]]:
    """When the calendar changed while the duty stood under this version and was still to come, and what it was then."""
    if owed.begins is None:
        return
    came = duty.first.time if duty.first else None
    for changed in calendar.changed_after(term.after or owed.opened_at):
        at = changed.changed_at
        if at is not None and (term.to is None or at <= term.to) and (came is None or at < came):
            yield at, changed


def _recounted(owed: Owed, pack: Pack, calendar: WorkCalendar, changed_at: datetime) -> Owed:
    """The same by this calendar; a firm term that was over by then, and one without a span, stay as they are."""
    over = owed.due is not None and owed.due <= changed_at
    spec = next((spec for name, spec in pack.obligations.items() if (spec.id or name) == owed.obligation), None)
    within = getattr(spec.when, "within", None) if spec else None
    if spec is None or within is None or within.unit != WORKED or (over and owed.firm):
        return owed
    due = _due(spec, owed, calendar)
    if due is None or due.at is None:
        return owed
    return msgspec.structs.replace(
        owed, due=due.at if over else max(due.at, end_of(local_day(changed_at))), firm=due.is_sure
    )


def owed_under(owed: Owed, pack: Pack, calendar: WorkCalendar, moved_at: datetime) -> Owed | None:
    """What is owed by this version from `moved_at` on; None where it knows no such duty, or not this period of it."""
    for name, spec in pack.obligations.items():
        due = _due(spec, owed, calendar) if (spec.id or name) == owed.obligation else None
        if due is not None:
            today = end_of(local_day(moved_at))
            return msgspec.structs.replace(
                owed,
                due=max(due.at, today) if due.at is not None else None,
                firm=due.is_sure,
                title=spec.title,
                clauses=spec.clauses,
                remind=spec.remind,
                written=spec.written,
                policy_id=pack.id,
                policy_version=pack.version,
            )
    return None


def _due(spec: Spec, owed: Owed, calendar: WorkCalendar) -> _Due | None:
    """The end of the term of this very period; None where the schedule has no such period."""
    when = spec.when
    if isinstance(when, AfterAccident):
        return _after_accident(when, owed, calendar)
    if isinstance(when, Untimed):
        return _Due(None) if when.period == owed.period else None
    if isinstance(when, SPANS):
        return _Due(*when.after(owed.begins, when.within, calendar)) if owed.begins else None
    if isinstance(when, KeyPeriodDays):
        return _Due(when.end(date.fromisoformat(owed.period)))
    start, latest = local_day(owed.opened_at), max(owed.opened_at, owed.due or owed.opened_at)
    periods = takewhile(lambda period: period.opens_at <= latest, when.periods(start, {}, calendar))
    return next((_Due(period.due, period.firm) for period in periods if period.label == owed.period), None)


def _after_accident(when: AfterAccident, owed: Owed, calendar: WorkCalendar) -> _Due | None:
    """A span is counted anew from the accident's day; the next day of a milestone stays what it is."""
    if when.until_milestone:
        return _Due(owed.due, owed.firm)
    if when.within is None:
        return _Due(None)
    if owed.begins is None:
        return None
    last = calendar.add(owed.begins, when.within.count, when.within.unit)
    return _Due(end_of(last), calendar.is_sure(owed.begins, last, when.within.unit))
