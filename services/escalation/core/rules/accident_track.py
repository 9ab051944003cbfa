"""Follow a hazard up like an accident, 视同事故 (S3-12): what inspections find again and again, and what people tell of.

A track, not a statistic: it enters no accident or death count. A tip-off opens it on receipt, provisional until it is
verified (trap T9; the notice says 一律, and rewards only what is true); one that is not true takes it back. What was
closed out and came back opens it only where the pack says so: recurrence is another thing than repeat offence.
"""

from collections.abc import Iterator
from functools import partial
from typing import Literal, NamedTuple

from pydantic import Field

from services.escalation.core.cases.hazard import Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Addressee, GivenFlag, RuleParameters
from services.escalation.core.wording import hazard_context, hazard_words

RULE = "accident_track"
READS = frozenset[str]()

Grounds = Literal["repeat_offence", "tip_off", "recurrence"]
WORDS: dict[str, str] = {
    "repeat_offence": "屡查不改",
    "tip_off": "系群众举报",
    "recurrence": "销号后复发",
}


class Parameters(RuleParameters):
    """What opens the track, and whether a tip-off has to be verified first."""

    grounds: tuple[Grounds, ...] = Field(("repeat_offence", "tip_off"), min_length=1, description="What opens it.")
    verified_only: GivenFlag = Field(
        description="Whether a tip-off is provisional until it is verified; the notice says 一律, so `true` is ours."
    )
    acts: Acts = Field("own", description="The level that follows it up.")
    to: Addressee = Field("supervising_unit", description="Whom it addresses.")


class _Ground(NamedTuple):
    kind: str
    facts: tuple[Heard, ...]
    firm: bool


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one track per hazard, from its first ground on; it is firm as soon as one ground is."""
    grounds = list(_grounds(hazard, parameters))
    if not grounds:
        return
    at = min(max(hazard.found_at, ground.facts[0].time) for ground in grounds)
    firm = any(ground.firm for ground in grounds)
    yield Finding(
        measure="accident_track",
        subject_kind="hazard",
        subject_id=hazard.hazard_id,
        at=at,
        instant=True,
        firm=firm,
        tenant=hazard.tenant,
        level=where.acting(hazard.tenant, parameters.acts),
        reason=partial(_reason, hazard, [ground.kind for ground in grounds], firm),
        rests_on=each_once(hazard.first, *(fact for ground in grounds for fact in ground.facts)),
        context=partial(hazard_context, hazard, where, addressee=parameters.to),
    )


def _grounds(hazard: Hazard, parameters: Parameters) -> Iterator[_Ground]:
    again = hazard.seen_again
    if "repeat_offence" in parameters.grounds and again is not None and again.repeats:
        yield _Ground("repeat_offence", again.repeats[:1], True)
    if "recurrence" in parameters.grounds and again is not None and again.returns:
        yield _Ground("recurrence", again.returns[:1], True)
    if "tip_off" in parameters.grounds:
        yield from _by_tip_off(hazard, parameters)


def _by_tip_off(hazard: Hazard, parameters: Parameters) -> Iterator[_Ground]:
    told = [fact for fact, report in hazard.reports if report.found_by == "tip_off"]
    told += [tip_off.received for tip_off in hazard.tip_offs if tip_off.is_true is not False]
    true = [tip_off.verified for tip_off in hazard.tip_offs if tip_off.is_true and tip_off.verified is not None]
    refuted = bool(hazard.tip_offs) and all(tip_off.is_true is False for tip_off in hazard.tip_offs)
    if not told or (refuted and parameters.verified_only.value):
        return
    first = min(told, key=lambda fact: (fact.time, fact.id))
    yield _Ground("tip_off", (first, *true[:1]), bool(true) or not parameters.verified_only.value)


def _reason(hazard: Hazard, kinds: list[str], firm: bool) -> str:  # noqa: FBT001  # two sentences of one kind
    why = "、".join(WORDS[kind] for kind in kinds)
    pending = "" if firm else "（举报待核实）"
    return f"{hazard_words(hazard)}{why}{pending}，视同事故严肃处理；不计入事故和死亡人数。"
