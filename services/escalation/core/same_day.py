"""Say what was found on a day and had to be dealt with before that day, or a span after it, was over (S1-13, S3-15)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from services.escalation.core.calendar import end_of, local_day
from services.escalation.core.cases.hazard import Hazard
from services.escalation.core.cases.telling import Report
from services.escalation.core.heard import Heard
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Span


class Duty(NamedTuple):
    """One round of a hazard, from a finding that binds to its close-out.

    `number` tells a round after a close-out from the one before it. `found` says what was found and by whom, `since` is
    when the round began to count (None: from the beginning), `due` the end of the day of finding, or of the
    span after it; `firm`: no notice about working days that is still to come can move it.
    """

    number: int
    found: Heard
    report: Report
    since: datetime | None
    due: datetime
    firm: bool = True


def duties(hazard: Hazard, found_by: Sequence[str], where: Jurisdiction, within: Span | None = None) -> Iterator[Duty]:
    """Yield, for each round, the first finding by one of `found_by`; whoever finds it again in that round adds none.

    Without a span `within` it is owed on that very day. What was found before the pack binds owed nothing.
    """
    rounds: set[int] = set()
    for fact, report in hazard.reports:
        before = [closure for closure in hazard.closures if closure.time < fact.time]
        if report.found_by not in found_by or len(before) in rounds:
            continue
        rounds.add(len(before))
        if fact.time >= where.begins:
            day = local_day(fact.time)
            last = where.calendar.add(day, within.count, within.unit) if within else day
            firm = within is None or where.calendar.is_sure(day, last, within.unit)
            since = before[-1].time if before else None
            yield Duty(len(before), fact, report, since, end_of(last), firm)


def first_act(hazard: Hazard, subject: str, duty: Duty) -> datetime | None:
    """When the first fact of `subject` came in this round or later; the time of the fact counts, not of its record."""
    return next((fact.time for fact, _ in hazard.told(subject) if duty.since is None or fact.time > duty.since), None)


def waits_until(hazard: Hazard, duty: Duty) -> tuple[bool, datetime | None]:
    """Whether the hazard still waited for rectification when the day was over, and when that wait ended."""
    for work in hazard.work:
        if work.start < duty.due and (work.end is None or work.end >= duty.due):
            return True, work.end
    return False, None


def earliest(*moments: datetime | None) -> datetime | None:
    """The earliest of the moments that are known."""
    return min((moment for moment in moments if moment is not None), default=None)
