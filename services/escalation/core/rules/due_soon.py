"""Remind before a deadline, so that overdue means late and nothing else (S0-09, S3-08)."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from pydantic import Field

from services.escalation.core.calendar import ONE_DAY, last_day_before, midnight
from services.escalation.core.cases.hazard import DONE, TERMS, WORK, Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.heard import each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import RuleParameters, Rung, days_rise
from services.escalation.core.wording import day_words, hazard_context, hazard_words

RULE = "due_soon"
READS = frozenset({WORK, DONE, TERMS})


class Parameters(RuleParameters):
    """`ladder`: rung -n falls at 00:00 of the n-th day before the deadline day."""

    ladder: tuple[Rung, ...] = Field(min_length=1, description="The reminders, earliest first; days are negative.")


def rises(parameters: Parameters) -> bool:
    """Whether what is found comes in the order of time: terms follow one another, so it does if the rungs do."""
    return days_rise(parameters.ladder)


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield a reminder for each term that ran while the hazard waited for rectification."""
    for number, (term, following) in enumerate(zip(hazard.terms, [*hazard.terms[1:], None], strict=True)):
        if term.due is None:
            continue
        day = last_day_before(term.due)
        for rung in parameters.ladder:
            at = midnight(day + rung.day * ONE_DAY)
            replaced = following is not None and following.start <= at
            if at < term.start or replaced or not _waits(hazard, at):
                continue
            yield Finding(
                measure=rung.measure,
                step=rung.step,
                subject_kind="hazard",
                subject_id=hazard.hazard_id,
                occurrence=str(number),
                at=at,
                instant=False,
                lapses_at=term.due,
                tenant=hazard.tenant,
                level=where.acting(hazard.tenant, rung.acts),
                reason=partial(_reason, hazard, day, rung),
                rests_on=each_once(hazard.first, term.cause),
                ladder=f"due_soon/{number}",
                context=partial(hazard_context, hazard, where, addressee=rung.to),
            )


def _waits(hazard: Hazard, at: datetime) -> bool:
    return any(work.start <= at and (work.end is None or at < work.end) for work in hazard.work)


def _reason(hazard: Hazard, day: date, rung: Rung) -> str:
    return f"{hazard_words(hazard)}整改期限{day_words(day)}将至，还有{-rung.day}天。"
