"""Look again at what earlier rounds found, 回头看 (S1-05, S1-21, S4-11).

Each hazard that a task names is to be inspected again between two days. From the first on the task stands open, on the
last it is missed. Any re-inspection counts, whatever it finds: what comes back is another rule's affair.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from services.escalation.core.calendar import end_of, local_day, midnight
from services.escalation.core.cases.hazard import CLOSURES, LEVELS, Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Addressee, Clause, PackModel, RuleParameters, Source
from services.escalation.core.wording import day_words, hazard_context, hazard_words

RULE = "look_back"
READS = frozenset({LEVELS, CLOSURES, "hazard.reinspected"})


class Task(PackModel):
    """Which hazards are looked at again, and by when."""

    id: str = Field(description="The task's id; it is the step of the record.")
    title: str = Field(description="Its Chinese name, as a sentence ends with it.")
    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")
    found_from: date | None = Field(None, description="Hazards found on this day or later.")
    found_to: date | None = Field(None, description="Hazards found on this day or earlier.")
    sectors: tuple[str, ...] = Field((), description="Their sectors; empty: any.")
    levels: tuple[Literal["general", "major"], ...] = Field((), description="Their levels; empty: any.")
    closed_only: bool = Field(False, description="Only what was closed out, from the close-out on.")
    begins: date = Field(description="The first day on which a re-inspection counts.")
    due: date = Field(description="The last day.")
    source: Source = Field("notice", description="`proposed` where the days or the choice of hazards are ours.")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Task":
        if self.due < self.begins:
            message = f"task {self.id}: due {self.due} lies before begins {self.begins}"
            raise ValueError(message)
        return self


class Parameters(RuleParameters):
    """The tasks, and who is told."""

    tasks: tuple[Task, ...] = Field(min_length=1, description="The tasks.")
    acts: Acts = Field("own", description="The level that looks again.")
    to: Addressee = Field("supervising_unit", description="Whom it addresses.")


class _Owed(NamedTuple):
    step: str
    measure: str
    at: datetime
    instant: bool
    rests_on: tuple[Heard, ...]
    words: str


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield, for each task that names the hazard, that it is to be looked at, and later that nobody did."""
    found = local_day(hazard.found_at)
    for task in parameters.tasks:
        if not _names(task, hazard, found):
            continue
        since = _from(task, hazard, where)
        over = end_of(task.due)
        if since is None or since[0] >= over:
            continue
        looked = _looked_at(hazard, since[0])
        for owed in _owed(task, hazard, since, over):
            if looked is not None and looked < owed.at:
                continue
            yield Finding(
                measure=owed.measure,
                step=owed.step,
                subject_kind="hazard",
                subject_id=hazard.hazard_id,
                at=owed.at,
                instant=owed.instant,
                until=looked,
                tenant=hazard.tenant,
                level=where.acting(hazard.tenant, parameters.acts),
                reason=partial(_reason, hazard, owed.words),
                rests_on=owed.rests_on,
                ladder=f"{RULE}/{task.id}",
                clauses=task.clauses,
                context=partial(hazard_context, hazard, where, addressee=parameters.to),
            )


def _names(task: Task, hazard: Hazard, found: date) -> bool:
    return (
        (task.found_from is None or task.found_from <= found)
        and (task.found_to is None or found <= task.found_to)
        and (not task.sectors or hazard.any_report("sector", task.sectors))
        and (not task.levels or hazard.levels[-1][1] in task.levels)
        and (not task.closed_only or bool(hazard.closures))
    )


def _from(task: Task, hazard: Hazard, where: Jurisdiction) -> tuple[datetime, Heard] | None:
    """From when the task stands open for this hazard, and on what that rests."""
    begins = max(midnight(task.begins), where.begins)
    if task.closed_only:
        closure = hazard.closures[-1]
        return max(begins, closure.time), closure
    return max(begins, hazard.found_at), hazard.first


def _looked_at(hazard: Hazard, since: datetime) -> datetime | None:
    seen = [fact.time for fact, _ in hazard.told("hazard.reinspected") if fact.time > since]
    seen += [fact.time for fact, _ in hazard.reports if fact.time > since]
    return min(seen, default=None)


def _owed(task: Task, hazard: Hazard, since: tuple[datetime, Heard], over: datetime) -> Iterator[_Owed]:
    at, fact = since
    rests_on = each_once(hazard.first, fact)
    day = day_words(task.due)
    yield _Owed(task.id, "remind", at, at == fact.time, rests_on, f"列入{task.title}，请在{day}前复查")
    yield _Owed(f"{task.id}/missed", "alert", over, False, rests_on, f"列入{task.title}，至{day}仍未复查")


def _reason(hazard: Hazard, words: str) -> str:
    return f"{hazard_words(hazard)}{words}。"
