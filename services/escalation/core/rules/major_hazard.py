"""Propose listed supervision for a major hazard (S2-09, S4-13, S0-17)."""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from services.escalation.core.cases.hazard import Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, RuleParameters
from services.escalation.core.wording import hazard_context, hazard_words

RULE = "major_hazard"


class Parameters(RuleParameters):
    """Which level lists a major hazard; the notices leave the criteria to the committee."""

    acts: Acts = Field("own", description="The level that lists it.")


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield a proposal for each time the hazard was graded major, until it is graded down or done."""
    for number, (since, level, fact) in enumerate(hazard.levels):
        if level != "major":
            continue
        following = hazard.levels[number + 1][0] if number + 1 < len(hazard.levels) else None
        ends = [end for end in (following, hazard.done_at) if end is not None]
        yield Finding(
            measure="listed_supervision",
            subject_kind="hazard",
            subject_id=hazard.hazard_id,
            occurrence=str(number),
            at=since,
            instant=True,
            until=min(ends, default=None),
            tenant=hazard.tenant,
            level=where.acting(hazard.tenant, parameters.acts),
            reason=f"{hazard_words(hazard)}判定为重大事故隐患，建议挂牌督办。",
            rests_on=tuple(dict.fromkeys((hazard.first, fact))),
            context=partial(hazard_context, hazard, where, addressee="supervising_unit"),
        )
