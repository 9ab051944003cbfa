"""See what was found and nobody was given that same day (S1-13, S1-17), or answered in its term (S3-15).

The local day of finding ends at 24:00, weekends and holidays included. The time of the hand-over counts, however late
its record came. What was put right by then, on the spot above all, needs no hand-over (S1-17; the form's 问题隐患 =
已整改 + 已交办). With a term it is the regulator's clock for what a grid worker reported: it is told at once, and an
answer is any of four acts.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from pydantic import Field

from services.escalation.core.calendar import last_day_before, local_day
from services.escalation.core.cases.hazard import CLOSURES, DONE, WORK, Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.same_day import Duty, duties, earliest, first_act, waits_until
from services.escalation.core.terms import Acts, Addressee, Measure, RuleParameters, Span
from services.escalation.core.wording import FOUND_BY_WORDS, day_words, hazard_context, hazard_words

RULE = "same_day_handover"
HANDED_OVER = "hazard.handed_over"
ANSWERS = (HANDED_OVER, "hazard.plan_filed", "hazard.returned", "enforcement.recorded")
"""Acts that an answer can be: given to who has to deal with it, planned, returned as another's, enforced."""
READS = frozenset({WORK, DONE, CLOSURES, *ANSWERS})


class Parameters(RuleParameters):
    """Whose findings are bound, and who is told of a breach."""

    found_by: tuple[str, ...] = Field(("undercover",), min_length=1, description="Ways of finding that are bound.")
    within: Span | None = Field(
        None,
        description="After the day of finding; absent: on that very day. With it the report is told at once (S3-15).",
    )
    measure: Measure = Field("alert", description="What follows.")
    acts: Acts = Field("committee", description="The level that is told.")
    to: Addressee = Field("committee_office", description="Whom it addresses.")


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield a breach at the end of the term, until the hazard is handed over, answered, or needs it no more."""
    if not hazard.any_report("found_by", parameters.found_by):
        return
    answers = ANSWERS if parameters.within else (HANDED_OVER,)
    for duty in duties(hazard, parameters.found_by, where, parameters.within):
        answered = earliest(*(first_act(hazard, subject, duty) for subject in answers))
        waits, done = waits_until(hazard, duty)
        if parameters.within is not None:
            yield _told(hazard, parameters, where, duty, _open_until(hazard, duty, answered))
        if not waits or (answered is not None and answered < duty.due):
            continue
        yield Finding(
            measure=parameters.measure,
            subject_kind="hazard",
            subject_id=hazard.hazard_id,
            occurrence=str(duty.number),
            at=duty.due,
            instant=False,
            until=earliest(answered, done),
            firm=duty.firm,
            tenant=hazard.tenant,
            level=where.acting(hazard.tenant, parameters.acts),
            reason=partial(_reason, hazard, duty, parameters),
            rests_on=(duty.found,),
            since=duty.due,
            context=partial(hazard_context, hazard, where, addressee=parameters.to),
        )


def _told(hazard: Hazard, parameters: Parameters, where: Jurisdiction, duty: Duty, until: datetime | None) -> Finding:
    """The report as it is told to who has to answer it."""
    return Finding(
        measure="remind",
        step="received",
        subject_kind="hazard",
        subject_id=hazard.hazard_id,
        occurrence=str(duty.number),
        at=duty.found.time,
        instant=True,
        until=until,
        tenant=hazard.tenant,
        level=where.acting(hazard.tenant, parameters.acts),
        reason=partial(_received, hazard, duty),
        rests_on=(duty.found,),
        context=partial(hazard_context, hazard, where, addressee=parameters.to),
    )


def _open_until(hazard: Hazard, duty: Duty, answered: datetime | None) -> datetime | None:
    """When nobody has to answer it any more: it was answered, or put right."""
    ends = (work.end for work in hazard.work if work.start >= duty.found.time and work.end is not None)
    return earliest(answered, next(ends, None))


def _received(hazard: Hazard, duty: Duty) -> str:
    found = FOUND_BY_WORDS.get(duty.report.found_by, "检查")
    last = day_words(last_day_before(duty.due))
    return f"{hazard_words(hazard)}系{found}发现并上报，请监管部门牵头查处，于{last}前答复处理意见。"


def _reason(hazard: Hazard, duty: Duty, parameters: Parameters) -> str:
    day = day_words(local_day(duty.found.time))
    if parameters.within is None:
        return f"{hazard_words(hazard)}{day}检查发现，至当日24时既未整改也未交办，不符合当日交办的要求。"
    found = FOUND_BY_WORDS.get(duty.report.found_by, "检查")
    last = day_words(last_day_before(duty.due))
    return f"{hazard_words(hazard)}{day}由{found}上报，监管部门至{last}24时既未查处也未答复。"
