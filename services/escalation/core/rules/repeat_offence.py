"""See what is found open again and again, 屡查不改 (S3-12, R-REPEAT): repeat offence, kept apart from recurrence.

It counts a failed re-inspection, or a new report with the same key and another inspection while one is open.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pydantic import Field

from services.escalation.core.case import HazardAtSite
from services.escalation.core.cases.site import SiteHistory
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Measure, RuleParameters
from services.escalation.core.wording import shortened

RULE = "repeat_offence"
TWICE = 2


class Parameters(RuleParameters):
    """`inspections`: open in how many inspections it becomes a repeat offence; the notice gives no number."""

    inspections: int = Field(TWICE, ge=2, description="Found open in this many inspections.")
    measure: Measure = Field("alert", description="What follows.")


class _Sighting(NamedTuple):
    fact: Heard
    hazard: HazardAtSite
    inspection: str
    failed: bool


def find(site: SiteHistory, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield an alert for each inspection, from the `inspections`-th on, that found the same thing open."""
    for key in dict.fromkeys(hazard.repeat_key for hazard in site.hazards):
        alike = [hazard for hazard in site.hazards if hazard.repeat_key == key]
        for count, seen, opening in _repeated(alike):
            if count < parameters.inspections:
                continue
            hazard = seen.hazard
            words = "复查不合格" if seen.failed else "在未销号时又被检查发现"
            yield Finding(
                measure=parameters.measure,
                subject_kind="hazard",
                subject_id=hazard.hazard_id,
                occurrence=str(count),
                at=seen.fact.time,
                instant=True,
                tenant=hazard.tenant,
                level=where.acting(hazard.tenant, "own"),
                reason=f"{hazard.context.get('site_name', site.site_id)}的隐患"
                f"“{shortened(hazard.context.get('description', ''))}”（{hazard.hazard_id}）{words}，"
                f"已是第{count}次检查发现未整改，属屡查不改。",
                rests_on=tuple(dict.fromkeys((opening, seen.fact))),
                context=hazard.context,
            )


def _repeated(alike: list[HazardAtSite]) -> Iterator[tuple[int, _Sighting, Heard]]:
    """Each sighting while one alike was open: the how-manieth inspection it is, and the fact that opened the row."""
    sightings = [_Sighting(fact, hazard, seen, False) for hazard in alike for fact, seen in hazard.reports]
    sightings += [_Sighting(fact, hazard, seen, True) for hazard in alike for fact, seen in hazard.failures]
    count, inspections, opening = 0, set[str](), None
    for seen in sorted(sightings, key=lambda sighting: (sighting.fact.time, sighting.fact.id)):
        if opening is None or not any(_is_open(hazard, seen.fact.time) for hazard in alike):
            count, inspections, opening = 1, {seen.inspection}, seen.fact
        elif seen.failed or (seen.inspection and seen.inspection not in inspections):
            count += 1
            inspections.add(seen.inspection)
            yield count, seen, opening


def _is_open(hazard: HazardAtSite, moment: datetime) -> bool:
    return hazard.reports[0][0].time < moment and not any(closure.time <= moment for closure in hazard.closures)
