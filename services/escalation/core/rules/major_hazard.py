"""Propose listed supervision for a major hazard (S2-09, S4-13, S0-17), and say by which criterion it is one (S2-15)."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from pydantic import Field

from services.escalation.core.calendar import local_day
from services.escalation.core.cases.hazard import DONE, LEVELS, WORK, Hazard, Work
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, RuleParameters
from services.escalation.core.wording import hazard_context, hazard_words, verdict_words

RULE = "major_hazard"
READS = frozenset({WORK, DONE, LEVELS})


class Parameters(RuleParameters):
    """Which level lists a major hazard; the notices leave the criteria to the committee."""

    acts: Acts = Field("own", description="The level that lists it.")


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield a proposal for each span of work in which the hazard was major, until it is graded down or done."""
    spans = [span for work in hazard.work for span in _major_spans(hazard, work)]
    for number, (since, until, fact) in enumerate(spans):
        yield Finding(
            measure="listed_supervision",
            subject_kind="hazard",
            subject_id=hazard.hazard_id,
            occurrence=str(number),
            at=since,
            instant=True,
            until=until,
            tenant=hazard.tenant,
            level=where.acting(hazard.tenant, parameters.acts),
            reason=partial(_reason, hazard, since, where),
            rests_on=each_once(hazard.first, fact),
            context=partial(hazard_context, hazard, where, addressee="supervising_unit"),
        )


def _major_spans(hazard: Hazard, work: Work) -> Iterator[tuple[datetime, datetime | None, Heard]]:
    for (since, level, fact), following in zip(hazard.levels, [*hazard.levels[1:], None], strict=True):
        start = max(since, work.start)
        ends = [end for end in (following[0] if following else None, work.end) if end is not None]
        until = min(ends, default=None)
        if level == "major" and (until is None or start <= until):
            yield start, until, fact


def _reason(hazard: Hazard, since: datetime, where: Jurisdiction) -> str:
    verdict = verdict_words(hazard.report.criterion, local_day(since), where)
    return f"{hazard_words(hazard)}判定为重大事故隐患{verdict}，建议挂牌督办。"
