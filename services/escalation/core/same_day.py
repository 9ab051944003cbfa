"""Say what was found on a day and had to be dealt with before that day was over (S1-13)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from services.escalation.core.calendar import end_of, local_day
from services.escalation.core.cases.hazard import Hazard
from services.escalation.core.cases.telling import Report
from services.escalation.core.heard import Heard


class Duty(NamedTuple):
    """One round of a hazard, from a finding that binds to its close-out.

    `number` tells a round after a close-out from the one before it. `found` says what was found and by whom, `since` is
    when the round began to count (None: from the beginning), `due` the end of the day of finding.
    """

    number: int
    found: Heard
    report: Report
    since: datetime | None
    due: datetime


def duties(hazard: Hazard, found_by: Sequence[str], begins: datetime) -> Iterator[Duty]:
    """Yield, for each round, the first finding by one of `found_by`; whoever finds it again in that round adds none.

    What was found before `begins` owed nothing on its day.
    """
    rounds: set[int] = set()
    for fact, report in hazard.reports:
        before = [closure for closure in hazard.closures if closure.time < fact.time]
        if report.found_by not in found_by or len(before) in rounds:
            continue
        rounds.add(len(before))
        if fact.time >= begins:
            yield Duty(len(before), fact, report, before[-1].time if before else None, end_of(local_day(fact.time)))


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
