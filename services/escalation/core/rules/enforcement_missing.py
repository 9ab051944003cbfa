"""See an inspection that found hazards and led to no enforcement document: 凡检查必执法 (S3-09)."""

from collections.abc import Iterator

from pydantic import Field

from services.escalation.core.calendar import end_of, local_day, midnight
from services.escalation.core.cases.site import DOCUMENTS, HAZARDS, INSPECTIONS, Document, Inspection, SiteHistory
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, GivenWords, RuleParameters, Span
from services.escalation.core.wording import day_words

RULE = "enforcement_missing"
READS = frozenset({HAZARDS, INSPECTIONS, DOCUMENTS})


class Parameters(RuleParameters):
    """By when a document must stand, and which inspections enforce nothing."""

    within: Span = Field(description="After the day of the inspection; the notice gives no days.")
    except_kinds: GivenWords = Field(description="Kinds of inspections that are nobody's enforcement.")
    acts: Acts = Field("committee", description="The level that is alerted.")


def find(site: SiteHistory, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield an alert for each such inspection from the end of the span until a document comes; its subject is the site."""
    within = parameters.within
    for inspection in site.inspections:
        hazards = site.found_by(inspection)
        if (
            inspection.kind in parameters.except_kinds.value
            or not (inspection.found or hazards)
            or inspection.documents
        ):
            continue
        last = where.calendar.add(local_day(inspection.told.time), within.count, within.unit)
        at = end_of(last)
        came = next((document for document in site.documents if _serves(document, inspection, site)), None)
        if came is not None and came.told.time < at:
            continue
        count = max(inspection.found, len(hazards))
        yield Finding(
            measure="alert",
            subject_kind="site",
            subject_id=site.site_id,
            occurrence=inspection.id,
            at=at,
            instant=False,
            until=came.told.time if came else None,
            tenant=inspection.told.tenant,
            level=where.acting(inspection.told.tenant, parameters.acts),
            reason=f"{day_words(local_day(inspection.told.time))}对{site.name}的检查（{inspection.id}）发现隐患{count}处，"
            f"至{day_words(last)}仍无执法文书，不符合“凡检查必执法”的要求。",
            rests_on=(inspection.told,),
            since=at,
            context=site.context | {"inspection_id": inspection.id, "addressee": "supervising_unit"},
        )


def _serves(document: Document, inspection: Inspection, site: SiteHistory) -> bool:
    """Whether a document may follow from this inspection: not before its day, and not about others' hazards alone."""
    if document.told.time < midnight(local_day(inspection.told.time)):
        return False
    others = {hazard.hazard_id for hazard in site.hazards if site.is_of_another(hazard, inspection)}
    return not document.hazard_ids or bool(set(document.hazard_ids) - others)
