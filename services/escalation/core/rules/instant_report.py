"""Report a major hazard, or an important matter that is no hazard, to the committee's office at once (S1-14, S3-10, S2-13).

It goes in no digest. What an enterprise finds itself and reports is reported at once like anything else, and that is
all that follows from it under S2-22. An important matter is an event of its own; its subject is the area that told it.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from pydantic import Field

from services.escalation.core.cases.hazard import LEVELS, WORK, Hazard
from services.escalation.core.cases.matter import Matter
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Addressee, RuleParameters
from services.escalation.core.wording import FOUND_BY_WORDS, hazard_context, hazard_words, shortened

RULE = "instant_report"
READS = frozenset({WORK, LEVELS})


class Parameters(RuleParameters):
    """Who is told at once."""

    acts: Acts = Field("committee", description="The level that is told.")
    to: Addressee = Field("committee_office", description="Whom it addresses.")


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one report for each time the hazard became major, or was found again as such after a close-out."""
    for number, (at, fact) in enumerate(_became_major(hazard)):
        yield Finding(
            measure="instant_report",
            subject_kind="hazard",
            subject_id=hazard.hazard_id,
            occurrence=str(number),
            at=at,
            instant=True,
            tenant=hazard.tenant,
            level=where.acting(hazard.tenant, parameters.acts),
            reason=partial(_reason, hazard),
            rests_on=each_once(hazard.first, fact),
            context=partial(hazard_context, hazard, where, addressee=parameters.to),
        )


def find_matter(matter: Matter, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield the one report of an important matter."""
    told = matter.told
    yield Finding(
        measure="instant_report",
        subject_kind="area",
        subject_id=told.tenant,
        occurrence=f"{told.source}#{told.id}",
        at=told.time,
        instant=True,
        tenant=told.tenant,
        level=where.acting(told.tenant, parameters.acts),
        reason=f"{where.name_of(told.tenant)}报告重要情况：{shortened(matter.description)}，请及时处置。",
        rests_on=(told,),
        context={
            "description": matter.description,
            "urgency": matter.urgency,
            "area_name": where.name_of(told.tenant),
            "addressee": parameters.to,
        },
    )


def _became_major(hazard: Hazard) -> Iterator[tuple[datetime, Heard]]:
    if all(level != "major" for _, level, _ in hazard.levels):
        return iter(())
    before = ""
    moments: list[tuple[datetime, Heard]] = []
    for since, level, fact in hazard.levels:
        if level == "major" and before != "major":
            moments.append((since, fact))
        before = level
    known = [fact for _, fact in moments]
    moments += [
        (work.start, work.begun_by)
        for work in hazard.work[1:]
        if work.begun_by.subject == "hazard.reported" and work.begun_by not in known and _is_major(hazard, work.start)
    ]
    return iter(sorted(moments, key=lambda moment: moment[0]))


def _is_major(hazard: Hazard, moment: datetime) -> bool:
    levels = [level for since, level, _ in hazard.levels if since <= moment]
    return bool(levels) and levels[-1] == "major"


def _reason(hazard: Hazard) -> str:
    found = FOUND_BY_WORDS.get(hazard.report.found_by, "检查")
    return f"{hazard_words(hazard)}系{found}发现，请立即处置并按程序报告。"
