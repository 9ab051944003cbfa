"""Say that something owed is open, due soon, or did not come: the shapes behind every rule of absence."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from services.escalation.core.calendar import ONE_DAY, last_day_before, midnight
from services.escalation.core.case import Owed
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.wording import day_words, deadline_words, period_words

Say = Callable[[str, Owed, str], str]
"""The sentence about (the unit's name, what it owes, the end of its term in words)."""


def missed(obligation: Obligation, where: Jurisdiction, say: Say) -> Iterator[Finding]:
    """Yield, from the end of the term until it comes, that it is missing."""
    owed, came = obligation.owed, obligation.first
    at = obligation.missed_at()
    if at is None:
        return
    yield _found(
        owed,
        where,
        measure="missing_report",
        at=at,
        instant=False,
        until=came.time if came else None,
        reason=lambda: say(_unit(owed, where), owed, deadline_words(at)),
        since=at,
    )


def unsigned(obligation: Obligation, where: Jurisdiction) -> Iterator[Finding]:
    """Yield that the signed and sealed file is still to come, where a report came in time or late without it (S4-22)."""
    owed, came = obligation.owed, obligation.first
    if owed.written != "asked" or owed.due is None or came is None:
        return
    at, file = max(owed.due, came.time), next(iter(obligation.files), None)
    if file is not None and (file.time < owed.due or file.time <= came.time):
        return
    yield _found(
        owed,
        where,
        came,
        measure="remind",
        step="written",
        at=at,
        instant=False,
        until=file.time if file else None,
        reason=lambda: f"{_unit(owed, where)}的{owed.title}（{period_of(owed)}）已报，但未附签字盖章的书面件，请补报。",
        since=owed.due,
    )


def opened(obligation: Obligation, where: Jurisdiction, say: Say) -> Iterator[Finding]:
    """Yield the record of its own that an obligation is at what opened it, until it is done."""
    owed, came = obligation.owed, obligation.first
    if not owed.opens_measure:
        return
    term = deadline_words(owed.due) if owed.due else ""
    yield _found(
        owed,
        where,
        measure=owed.opens_measure,
        at=owed.opened_at,
        instant=True,
        until=max(came.time, owed.opened_at) if came else None,
        reason=lambda: say(_unit(owed, where), owed, term),
    )


def _found(
    owed: Owed,
    where: Jurisdiction,
    *more: Heard,
    measure: str,
    at: datetime,
    instant: bool,
    until: datetime | None,
    reason: Callable[[], str],
    step: str = "",
    since: datetime | None = None,
) -> Finding:
    """What is decided about something owed; it rests on `more` beside what opened it."""
    return Finding(
        measure=measure,
        step=step,
        subject_kind=owed.subject_kind,
        subject_id=_subject(owed),
        occurrence=_occurrence(owed),
        at=at,
        instant=instant,
        until=until,
        firm=owed.firm,
        tenant=owed.tenant,
        level=owed.level,
        reason=lambda: f"{owed.because}{reason()}",
        rests_on=(*owed.rests_on, *more),
        since=since,
        clauses=owed.clauses,
        context=lambda: _context(owed, where),
    )


def reminders(obligation: Obligation, where: Jurisdiction) -> Iterator[Finding]:
    """Yield a reminder so many days before the last day, while nothing has come."""
    owed, came = obligation.owed, obligation.first
    if owed.due is None:
        return
    due = owed.due
    for days in owed.remind:
        at = midnight(last_day_before(due) - days * ONE_DAY)
        if at < owed.opened_at or (came is not None and came.time <= at):
            continue
        yield Finding(
            measure="remind",
            step=f"T-{days}",
            subject_kind=owed.subject_kind,
            subject_id=_subject(owed),
            occurrence=_occurrence(owed),
            at=at,
            instant=False,
            until=came.time if came else None,
            lapses_at=due,
            tenant=owed.tenant,
            level=where.level_of(owed.tenant),
            reason=partial(_countdown, owed, where, due, days),
            rests_on=owed.rests_on,
            ladder=f"due_soon/{owed.obligation}/{owed.unit}",
            clauses=owed.clauses,
            context=lambda: _context(owed, where),
        )


def _countdown(owed: Owed, where: Jurisdiction, due: datetime, days: int) -> str:
    last = day_words(last_day_before(due))
    return f"{owed.because}{_unit(owed, where)}的{owed.title}应于{last}前完成，还有{days}天。"


def period_of(owed: Owed) -> str:
    """The period as one would read it out."""
    return owed.period_name or period_words(owed.period)


def _subject(owed: Owed) -> str:
    return owed.subject_id or f"{owed.obligation}/{owed.unit}/{owed.period}"


def _occurrence(owed: Owed) -> str:
    """Several units may owe something for one accident, and one may owe several things."""
    return f"{owed.obligation}/{owed.unit}" if owed.subject_id else "0"


def _unit(owed: Owed, where: Jurisdiction) -> str:
    return owed.unit_name or where.name_of(owed.unit)


def _context(owed: Owed, where: Jurisdiction) -> dict[str, str]:
    words = {
        "obligation": owed.obligation,
        "unit": owed.unit,
        "unit_name": _unit(owed, where),
        "period": owed.period,
        "title": owed.title,
    }
    return words | ({"counted_from": owed.begins.isoformat()} if owed.begins else {})
