"""See what an undercover visit found and nobody reported up that same day (S1-13).

The local day of finding ends at 24:00, weekends and holidays included. The time of the report counts, however late its
record came. A fix on the spot waives the hand-over, never this report; only what was no hazard at all is waived.
"""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from services.escalation.core.calendar import local_day
from services.escalation.core.cases.hazard import CLOSURES, Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.same_day import Duty, duties, earliest, first_act
from services.escalation.core.terms import Acts, Addressee, Measure, RuleParameters
from services.escalation.core.wording import day_words, hazard_context, hazard_words

RULE = "same_day_report"
READS = frozenset({CLOSURES, "hazard.escalated_up", "hazard.withdrawn"})


class Parameters(RuleParameters):
    """Whose findings are bound, and who is told of a breach."""

    found_by: tuple[str, ...] = Field(("undercover",), min_length=1, description="Ways of finding that are bound.")
    measure: Measure = Field("alert", description="What follows.")
    acts: Acts = Field("committee", description="The level that is told.")
    to: Addressee = Field("committee_office", description="Whom it addresses.")


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield a breach at 24:00 of the day of finding, until the hazard is reported up or withdrawn."""
    if not hazard.any_report("found_by", parameters.found_by):
        return
    for duty in duties(hazard, parameters.found_by, where):
        reported = first_act(hazard, "hazard.escalated_up", duty)
        withdrawn = first_act(hazard, "hazard.withdrawn", duty)
        ended = earliest(reported, withdrawn)
        if ended is not None and ended < duty.due:
            continue
        yield Finding(
            measure=parameters.measure,
            subject_kind="hazard",
            subject_id=hazard.hazard_id,
            occurrence=str(duty.number),
            at=duty.due,
            instant=False,
            until=ended,
            tenant=hazard.tenant,
            level=where.acting(hazard.tenant, parameters.acts),
            reason=partial(_reason, hazard, duty),
            rests_on=(duty.found,),
            since=duty.due,
            context=partial(hazard_context, hazard, where, addressee=parameters.to),
        )


def _reason(hazard: Hazard, duty: Duty) -> str:
    day = day_words(local_day(duty.found.time))
    return f"{hazard_words(hazard)}{day}检查发现，至当日24时未上报安委办，不符合当日上报的要求。"
