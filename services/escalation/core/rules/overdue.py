"""Decide how far an overdue hazard has climbed (S0-09, S0-11, S2-22, S3-08).

Overdue means late and nothing else: the deadline day has ended and the hazard still waits for rectification. What was
rectified in time and waits for re-inspection is not overdue; a failed re-inspection after the deadline makes it so at
that instant.
"""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from services.escalation.core.calendar import ONE_DAY, last_day_before, local_day, midnight
from services.escalation.core.cases.deadlines import Overdue
from services.escalation.core.cases.hazard import DONE, TERMS, WORK, Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import RuleParameters, Rung, days_rise
from services.escalation.core.wording import day_words, deadline_day_words, hazard_context, hazard_words

RULE = "overdue"
READS = frozenset({WORK, DONE, TERMS})


class Parameters(RuleParameters):
    """`ladder`: the first rung is the overdue instant itself; rung n falls at 00:00 of the n-th day after the deadline."""

    ladder: tuple[Rung, ...] = Field(min_length=1, description="The rungs, lowest first; days must rise.")


def rises(parameters: Parameters) -> bool:
    """Whether what is found comes in the order of time: spans of lateness follow one another, so it does if the rungs do."""
    return days_rise(parameters.ladder)


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield every rung of every span of lateness; one that began before the pack bound is not opened (interface 2)."""
    for number, late in enumerate(hazard.overdue):
        if late.start < where.begins:
            continue
        base = last_day_before(late.since) if late.since == late.start else local_day(late.start)
        for place, rung in enumerate(parameters.ladder):
            at = late.start if place == 0 else midnight(base + rung.day * ONE_DAY)
            if at < late.start or (late.end is not None and at >= late.end):
                continue
            yield Finding(
                measure=rung.measure,
                step=rung.step,
                subject_kind="hazard",
                subject_id=hazard.hazard_id,
                occurrence=str(number),
                at=at,
                instant=False,
                until=late.end,
                tenant=hazard.tenant,
                level=where.acting(hazard.tenant, rung.acts),
                reason=partial(_reason, hazard, late, rung),
                rests_on=late.rests_on,
                ladder=f"overdue/{number}",
                since=late.since,
                context=partial(hazard_context, hazard, where, addressee=rung.to),
            )


def _reason(hazard: Hazard, late: Overdue, rung: Rung) -> str:
    deadline = deadline_day_words(late.since)
    if late.start == late.since:
        what = f"整改期限为{deadline}，期满仍未整改"
    else:
        what = f"整改期限{deadline}已过，{day_words(local_day(late.start))}起仍须整改"
    days = f"{rung.day}天" if rung.day > 1 else ""
    return f"{hazard_words(hazard)}{what}，已逾期{days}。"
