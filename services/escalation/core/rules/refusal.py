"""Propose suspension where rectification is refused (S2-23)."""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from services.escalation.core.cases.hazard import DONE, WORK, Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, RuleParameters
from services.escalation.core.wording import hazard_context, hazard_words, shortened

RULE = "refusal"
READS = frozenset({WORK, DONE, "hazard.rectification_refused"})


class Parameters(RuleParameters):
    """Which level proposes the suspension."""

    acts: Acts = Field("committee", description="The level that proposes it.")


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one proposal per refusal, until the hazard is done."""
    for number, (fact, refusal) in enumerate(hazard.told("hazard.rectification_refused")):
        done = next((work.end for work in hazard.work if work.end is not None and work.end >= fact.time), None)
        yield Finding(
            measure="suspension",
            subject_kind="hazard",
            subject_id=hazard.hazard_id,
            occurrence=str(number),
            at=fact.time,
            instant=True,
            until=done,
            tenant=hazard.tenant,
            level=where.acting(hazard.tenant, parameters.acts),
            reason=partial(_reason, hazard, refusal.reason),
            rests_on=(hazard.first, fact),
            context=partial(hazard_context, hazard, where, addressee="committee_office"),
        )


def _reason(hazard: Hazard, given: str) -> str:
    why = f"（{shortened(given)}）" if given else ""
    return f"{hazard_words(hazard)}责任单位拒不配合整改{why}，建议依法责令停产停业。"
