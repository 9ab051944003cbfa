"""See what was closed out and is found again (S3-12, R-REPEAT): recurrence, kept apart from repeat offence."""

from collections.abc import Iterator

from pydantic import Field

from services.escalation.core.calendar import SHANGHAI, end_of, local_day
from services.escalation.core.cases.site import SiteHistory, found_at
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Measure, RuleParameters, Span
from services.escalation.core.wording import day_words, shortened

RULE = "recurrence"


class Parameters(RuleParameters):
    """`within`: how long after a close-out the same finding counts as its return."""

    within: Span = Field(
        default=Span(count=12, unit="month", source="proposed", leans_on="L2"), description="After the close-out."
    )
    measure: Measure = Field("alert", description="What follows.")


def find(site: SiteHistory, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one alert per report that comes after a close-out of the same key; its subject is the newest hazard."""
    within = parameters.within
    for hazard in site.hazards:
        for number, (fact, _) in enumerate(hazard.reports):
            closed = [
                (closure, other)
                for other in site.alike(hazard)
                for closure in other.closures
                if closure.time < fact.time
                and (other is not hazard or number > 0)
                and fact.time < end_of(where.calendar.add(local_day(closure.time), within.count, within.unit))
            ]
            if not closed:
                continue
            closure, earlier = max(closed, key=lambda pair: (pair[0].time, pair[1].hazard_id))
            again = "" if earlier is hazard else f"（前次为{earlier.hazard_id}）"
            described = shortened(hazard.context.get("description", ""))
            yield Finding(
                measure=parameters.measure,
                subject_kind="hazard",
                subject_id=hazard.hazard_id,
                occurrence=str(number),
                at=fact.time,
                instant=True,
                tenant=hazard.tenant,
                level=where.acting(hazard.tenant, "own"),
                reason=f"{hazard.context.get('site_name', site.site_id)}的隐患“{described}”（{hazard.hazard_id}）"
                f"在{day_words(local_day(closure.time))}销号后再次发现{again}，属复发。",
                rests_on=(fact, closure),
                context=hazard.context | {"found_first": found_at(earlier).astimezone(SHANGHAI).isoformat()},
            )
