"""See a numeric target that falls behind its schedule or is not reached by its day (S0-12..14, S1-04, S2-28..34).

A target without a day is counted and opens no clock. Nothing said of a target by its day is nothing reached. What was
said later about a day in time counts for that day.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import NamedTuple

from pydantic import Field

from services.escalation.core.calendar import end_of
from services.escalation.core.cases.target import Stand, TargetProgress
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Addressee, PackModel, RuleParameters, Source
from services.escalation.core.wording import day_words

RULE = "target_behind"


class Check(PackModel):
    """A day before the end on which a share of the goal is expected."""

    step: str = Field(description="The check's name, such as 2023-Q2.")
    day: date = Field(description="The day.")
    share: float = Field(gt=0, lt=1, description="The share of the goal that is expected by then.")
    source: Source = Field("proposed", description="`notice` where the notice names this day.")


class Parameters(RuleParameters):
    """The checks before the end; the end itself is the target's own day."""

    checks: tuple[Check, ...] = Field((), description="Checks before the end, earliest first.")
    acts: Acts = Field("committee", description="The level that is told.")
    to: Addressee = Field("department", description="Whom it addresses.")


class _Mark(NamedTuple):
    step: str
    day: date
    wanted: float


def find(target: TargetProgress, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield, at each check and at the target's day, that less is reached than expected, until it is."""
    if target.due is None:
        return
    stands = list(target.stands())
    for mark in _marks(target, target.due, parameters):
        at = end_of(mark.day)
        then = next((stand for stand in reversed(stands) if stand.as_of <= mark.day), None)
        if then is not None and then.value >= mark.wanted:
            continue
        reached = next((stand for stand in stands if stand.as_of > mark.day and stand.value >= mark.wanted), None)
        yield Finding(
            measure="alert",
            step=mark.step,
            subject_kind="target",
            subject_id=target.id,
            at=at,
            instant=False,
            until=max(reached.told.time, at) if reached else None,
            tenant=target.tenant,
            level=where.acting(target.tenant, parameters.acts),
            reason=partial(_reason, target, then, mark),
            rests_on=(then.told,) if then else (),
            since=at,
            clauses=target.clauses,
            context={"target": target.id, "title": target.title, "addressee": parameters.to},
        )


def _marks(target: TargetProgress, due: date, parameters: Parameters) -> Iterator[_Mark]:
    for check in parameters.checks:
        if check.day < due:
            yield _Mark(check.step, check.day, target.goal * check.share)
    yield _Mark("due", due, target.goal)


def _reason(target: TargetProgress, then: Stand | None, mark: _Mark) -> str:
    unit = target.unit_of_count
    about = "约" if target.approximate else ""
    goal = f"{about}{target.goal:g}{unit}"
    stands = f"完成{then.value:g}{unit}" if then else "无进度上报"
    behind = "" if mark.step == "due" else f"，按序时进度应达{mark.wanted:g}{unit}"
    return f"“{target.title}”目标为{goal}，截至{day_words(mark.day)}{stands}{behind}，未达目标要求。"
