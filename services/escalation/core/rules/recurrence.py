"""See what was closed out and is found again (S3-12, R-REPEAT): recurrence, kept apart from repeat offence."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from pydantic import Field

from services.escalation.core.calendar import SHANGHAI, end_of, local_day
from services.escalation.core.case import HazardAtSite
from services.escalation.core.cases.site import HAZARDS, SiteHistory, found_at
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Measure, RuleParameters, Span
from services.escalation.core.wording import day_words, shortened

RULE = "recurrence"
READS = frozenset({HAZARDS})


class Parameters(RuleParameters):
    """`within`: how long after a close-out the same finding counts as its return."""

    within: Span = Field(
        default=Span(count=12, unit="month", source="proposed", leans_on="L2"), description="After the close-out."
    )
    measure: Measure = Field("alert", description="What follows.")


class _Closure(NamedTuple):
    """A close-out; of two at one instant the one of the hazard with the greater id counts as the later."""

    time: datetime
    hazard_id: str
    fact: Heard
    hazard: HazardAtSite


def find(site: SiteHistory, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one alert per report that comes after a close-out of the same key; its subject is the newest hazard."""
    closures = {alike[0].repeat_key: _closures(alike) for alike in site.returned}
    for hazard in site.hazards if closures else ():
        for number, (fact, _) in enumerate(hazard.reports):
            before = _last_before(closures.get(hazard.repeat_key, ()), fact, hazard if number == 0 else None)
            if before is None or fact.time >= _until(before.time, parameters, where):
                continue  # where the last close-out is too long ago, so are all before it
            yield Finding(
                measure=parameters.measure,
                subject_kind="hazard",
                subject_id=hazard.hazard_id,
                occurrence=str(number),
                at=fact.time,
                instant=True,
                tenant=hazard.tenant,
                level=where.acting(hazard.tenant, "own"),
                reason=partial(_reason, site, hazard, before),
                rests_on=(fact, before.fact),
                context=partial(_context, hazard, before.hazard),
            )


def _closures(alike: Sequence[HazardAtSite]) -> list[_Closure]:
    """The close-outs of one repeat key, in order of time: so every report finds the last one before it at once."""
    closures = [_Closure(fact.time, one.hazard_id, fact, one) for one in alike for fact in one.closures]
    closures.sort(key=itemgetter(0, 1))
    return closures


def _last_before(closures: Sequence[_Closure], fact: Heard, other_than: HazardAtSite | None) -> _Closure | None:
    for place in range(bisect_left(closures, fact.time, key=itemgetter(0)) - 1, -1, -1):
        if closures[place].hazard is not other_than:
            return closures[place]
    return None


def _until(closed: datetime, parameters: Parameters, where: Jurisdiction) -> datetime:
    within = parameters.within
    return end_of(where.calendar.add(local_day(closed), within.count, within.unit))


def _reason(site: SiteHistory, hazard: HazardAtSite, before: _Closure) -> str:
    again = "" if before.hazard is hazard else f"（前次为{before.hazard_id}）"
    described = shortened(hazard.context.get("description", ""))
    return (
        f"{hazard.context.get('site_name', site.site_id)}的隐患“{described}”（{hazard.hazard_id}）"
        f"在{day_words(local_day(before.time))}销号后再次发现{again}，属复发。"
    )


def _context(hazard: HazardAtSite, earlier: HazardAtSite) -> dict[str, str]:
    return hazard.context | {"found_first": found_at(earlier).astimezone(SHANGHAI).isoformat()}
