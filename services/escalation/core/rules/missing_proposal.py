"""See a major hazard for which nobody proposed a penalty and accountability (S3-10).

The notice wants both proposed with the report; it gives no days, so the span is ours.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from pydantic import Field

from services.escalation.core.calendar import end_of, local_day
from services.escalation.core.cases.hazard import LEVELS, Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, GivenWords, RuleParameters, Span
from services.escalation.core.wording import day_words, hazard_context, hazard_words

RULE = "missing_proposal"
READS = frozenset({LEVELS, "enforcement.recorded"})
WORDS = {"penalty": "行政处罚建议", "accountability": "责任追究建议"}


class Parameters(RuleParameters):
    """By when both must stand, and which documents count as the one and the other."""

    within: Span = Field(description="After the day on which the hazard was found major.")
    penalty: GivenWords = Field(description="Kinds of enforcement documents that propose a penalty.")
    accountability: GivenWords = Field(description="Kinds of enforcement documents that propose accountability.")
    acts: Acts = Field("committee", description="The level that is alerted.")


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield, for each time the hazard was graded major, an alert until both proposals stand."""
    within = parameters.within
    penalty = _first(hazard, parameters.penalty.value)
    accountability = _first(hazard, parameters.accountability.value)
    for number, (since, level, fact) in enumerate(hazard.levels):
        following = hazard.levels[number + 1][0] if number + 1 < len(hazard.levels) else None
        day = where.calendar.add(local_day(since), within.count, within.unit)
        at = end_of(day)
        if level != "major" or (following is not None and following <= at):
            continue
        missing = [kind for kind, first in (("penalty", penalty), ("accountability", accountability)) if first is None]
        stood = [first for first in (penalty, accountability) if first is not None]
        both = None if missing else max(stood)
        if both is not None and both < at:
            continue
        lacking = [
            kind for kind, first in zip(WORDS, (penalty, accountability), strict=True) if not first or first >= at
        ]
        yield Finding(
            measure="alert",
            subject_kind="hazard",
            subject_id=hazard.hazard_id,
            occurrence=str(number),
            at=at,
            instant=False,
            until=min((end for end in (both, following) if end is not None), default=None),
            tenant=hazard.tenant,
            level=where.acting(hazard.tenant, parameters.acts),
            reason=partial(_reason, hazard, fact, lacking),
            rests_on=each_once(hazard.first, fact),
            since=at,
            context=partial(hazard_context, hazard, where, addressee="supervising_unit"),
        )


def _first(hazard: Hazard, kinds: tuple[str, ...]) -> datetime | None:
    """When the first document of one of `kinds` was recorded for this hazard."""
    documents = hazard.told("enforcement.recorded")
    return next((fact.time for fact, document in documents if document.kind in kinds), None)


def _reason(hazard: Hazard, graded: Heard, lacking: list[str]) -> str:
    wanted = "和".join(WORDS[kind] for kind in lacking)
    return f"{hazard_words(hazard)}{day_words(local_day(graded.time))}判定为重大隐患，至今未提出{wanted}。"
