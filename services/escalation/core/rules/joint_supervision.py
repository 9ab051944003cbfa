"""Open joint supervision, and propose a penalty, for what undercover visits and superiors find (S2-22).

Three grounds: the hazard is major, it is overdue, or the enterprise's self-check failed. What an enterprise reports
itself, or an ordinary inspection finds, is never jointly supervised.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from pydantic import Field

from services.escalation.core.cases.hazard import DONE, LEVELS, TERMS, WORK, Hazard, Work
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, RuleParameters
from services.escalation.core.wording import hazard_context, hazard_words

RULE = "joint_supervision"
READS = frozenset({WORK, DONE, TERMS, LEVELS})


class Parameters(RuleParameters):
    """`found_by`: the ways of finding that are bound."""

    found_by: tuple[str, ...] = Field(("undercover", "superior"), description="Ways of finding that are bound.")
    acts: Acts = Field("committee", description="The level that supervises jointly.")


class _Ground(NamedTuple):
    at: datetime
    instant: bool
    words: str
    rests_on: tuple[Heard, ...]


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield, for each span of work, joint supervision and a penalty from the earliest ground on."""
    if not hazard.any_report("found_by", parameters.found_by):
        return
    for number, work in enumerate(hazard.work):
        ground = min(_grounds(hazard, work, parameters), default=None, key=lambda ground: ground.at)
        if ground is None:
            continue
        for measure, until, ask in (
            ("joint_supervision", work.end, "由安委办会同有关专委办联合督办"),
            ("penalty", None, "建议依法给予行政处罚"),
        ):
            yield Finding(
                measure=measure,
                subject_kind="hazard",
                subject_id=hazard.hazard_id,
                occurrence=str(number),
                at=ground.at,
                instant=ground.instant,
                until=until,
                tenant=hazard.tenant,
                level=where.acting(hazard.tenant, parameters.acts),
                reason=partial(_reason, hazard, ground, ask),
                rests_on=each_once(hazard.first, *ground.rests_on),
                context=partial(hazard_context, hazard, where, addressee="department"),
            )


def _reason(hazard: Hazard, ground: _Ground, ask: str) -> str:
    return f"{hazard_words(hazard)}{ground.words}，{ask}。"


def _grounds(hazard: Hazard, work: Work, parameters: Parameters) -> Iterator[_Ground]:
    for place, (since, level, fact) in enumerate(hazard.levels):
        following = hazard.levels[place + 1][0] if place + 1 < len(hazard.levels) else None
        at = max(since, work.start)
        if level == "major" and (following is None or at < following) and (work.end is None or at <= work.end):
            yield _Ground(at, True, "经暗查暗访或上级督查发现属重大隐患", (fact, work.begun_by))
    for late in hazard.overdue:
        if late.start >= work.start and (work.end is None or late.start < work.end):
            yield _Ground(late.start, False, "经暗查暗访或上级督查发现且逾期未整改", late.rests_on)
    for fact, report in hazard.reports:
        at = max(fact.time, work.start)
        bound = report.found_by in parameters.found_by and report.self_check_failed
        if bound and (work.end is None or at <= work.end):
            yield _Ground(at, True, "经暗查暗访或上级督查发现企业隐患自查不到位", (fact,))
