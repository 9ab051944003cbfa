"""See what is found open again and again, 屡查不改 (S3-12, R-REPEAT): repeat offence, kept apart from recurrence.

It counts a failed re-inspection, or a new report with the same key and another inspection while one is open.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from pydantic import Field

from services.escalation.core.case import HazardAtSite
from services.escalation.core.cases.site import HAZARDS, SiteHistory
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Measure, RuleParameters
from services.escalation.core.wording import shortened

RULE = "repeat_offence"
READS = frozenset({HAZARDS})
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
    """Yield an alert for each inspection, from the `inspections`-th on, that found the same thing open.

    Where all of them were closed out the counting begins anew, and the next row of one hazard is told from the one before.
    """
    for alike in site.returned:
        rows = Counter[tuple[str, int]]()
        for count, seen, opening in _repeated(alike):
            if count < parameters.inspections:
                continue
            hazard = seen.hazard
            row = rows[hazard.hazard_id, count]
            rows[hazard.hazard_id, count] += 1
            yield Finding(
                measure=parameters.measure,
                subject_kind="hazard",
                subject_id=hazard.hazard_id,
                occurrence=f"{count}/{row + 1}" if row else str(count),
                at=seen.fact.time,
                instant=True,
                tenant=hazard.tenant,
                level=where.acting(hazard.tenant, "own"),
                reason=partial(_reason, site, seen, count),
                rests_on=each_once(opening, seen.fact),
                context=hazard.context,
            )


def _repeated(alike: list[HazardAtSite]) -> Iterator[tuple[int, _Sighting, Heard]]:
    """Each sighting while one alike was open: the how-manieth inspection it is, and the fact that opened the row."""
    sightings = [_Sighting(fact, hazard, seen, False) for hazard in alike for fact, seen in hazard.reports]
    sightings += [_Sighting(fact, hazard, seen, True) for hazard in alike for fact, seen in hazard.failures]
    some_open = _openness(alike)
    count, inspections, opening = 0, set[str](), None
    for seen in sorted(sightings, key=lambda sighting: (sighting.fact.time, sighting.fact.id)):
        if opening is None or not some_open(seen.fact.time):
            count, inspections, opening = 1, {seen.inspection}, seen.fact
        elif seen.failed or (seen.inspection and seen.inspection not in inspections):
            count += 1
            inspections.add(seen.inspection)
            yield count, seen, opening


def _openness(alike: Sequence[HazardAtSite]) -> Callable[[datetime], bool]:
    """Whether any of the hazards was open at a moment: found before it, and never closed out up to it."""
    spans = [
        (hazard.reports[0][0].time, min((fact.time for fact in hazard.closures), default=None)) for hazard in alike
    ]
    opened = sorted(found for found, closed in spans if closed is None or closed > found)
    ended = sorted(closed for found, closed in spans if closed is not None and closed > found)
    return lambda moment: bisect_left(opened, moment) > bisect_right(ended, moment)


def _reason(site: SiteHistory, seen: _Sighting, count: int) -> str:
    hazard = seen.hazard
    words = "复查不合格" if seen.failed else "在未销号时又被检查发现"
    return (
        f"{hazard.context.get('site_name', site.site_id)}的隐患"
        f"“{shortened(hazard.context.get('description', ''))}”（{hazard.hazard_id}）{words}，"
        f"已是第{count}次检查发现未整改，属屡查不改。"
    )
