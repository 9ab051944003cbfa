"""Say that something owed did not come: the one shape behind every rule of absence."""

from collections.abc import Iterator

from services.escalation.core.calendar import last_day_before
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.wording import day_words, moment_words


def missed(obligation: Obligation, where: Jurisdiction) -> Iterator[Finding]:
    """Yield what the obligation opened and, from the end of its term until it comes, that it is missing."""
    owed = obligation.owed
    unit = owed.unit_name or where.name_of(owed.unit)
    subject = owed.subject_id or f"{owed.obligation}/{owed.unit}/{owed.period}"
    came = obligation.first
    context = {
        "obligation": owed.obligation,
        "unit": owed.unit,
        "unit_name": unit,
        "period": owed.period,
        "title": owed.title,
    }
    if owed.opens_measure:
        term = f"，应于{day_words(last_day_before(owed.due))}前完成" if owed.due else ""
        yield Finding(
            measure=owed.opens_measure,
            subject_kind=owed.subject_kind,
            subject_id=subject,
            occurrence=owed.unit,
            at=owed.opened_at,
            instant=True,
            until=came.time if came else None,
            firm=owed.firm,
            tenant=owed.tenant,
            level=owed.level,
            reason=f"{unit}应开展{owed.title}{term}。",
            rests_on=owed.rests_on,
            clauses=owed.clauses,
            context=context,
        )
    at = obligation.missed_at()
    if at is None:
        return
    yield Finding(
        measure="missing_report",
        subject_kind=owed.subject_kind,
        subject_id=subject,
        occurrence=owed.unit if owed.opens_measure else "0",
        at=at,
        instant=False,
        until=came.time if came else None,
        firm=owed.firm,
        tenant=owed.tenant,
        level=owed.level,
        reason=f"{unit}未按期完成{owed.title}（{owed.period}），期限为{moment_words(at)}。",
        rests_on=owed.rests_on,
        since=at,
        clauses=owed.clauses,
        context=context,
    )
