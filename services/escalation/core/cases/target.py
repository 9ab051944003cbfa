"""Fold one numeric target: how far each unit has come with it, and when (S0-12..14, S1-04, S2-28..34)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from services.escalation.core.calendar import local_day
from services.escalation.core.cases.deadlines import due_instant
from services.escalation.core.heard import Heard, in_order

PERCENT = "%"


class _Said(msgspec.Struct, frozen=True):
    """What the rules read of `target.progressed`."""

    target: str = ""
    unit: str = ""
    value: float = 0.0
    as_of: str = ""


class Progress(NamedTuple):
    """What one unit said: its running total as of a day."""

    told: Heard
    unit: str
    value: float
    as_of: date


class Stand(NamedTuple):
    """What all units together had reached on a day, and the word that brought them there."""

    as_of: date
    value: float
    told: Heard


@dataclass(frozen=True, slots=True)
class TargetProgress:
    """A target with its goal and what was said of it, in order of the days that the words are about."""

    id: str
    title: str
    tenant: str
    goal: float
    unit_of_count: str
    due: date | None
    approximate: bool
    clauses: tuple[str, ...]
    said: tuple[Progress, ...]

    def stands(self) -> Iterator[Stand]:
        """The total after each word: running totals of the units are added, of percentages the lowest counts."""
        latest: dict[str, float] = {}
        for progress in self.said:
            latest[progress.unit] = progress.value
            whole = min(latest.values()) if self.unit_of_count == PERCENT else sum(latest.values())
            yield Stand(progress.as_of, whole, progress.told)


_said_of = msgspec.json.Decoder(_Said).decode


def progresses(target_id: str, facts: Sequence[Heard], unit_id: Callable[[Heard, str], str]) -> list[Progress]:
    """What `facts` say of the target, in order of the days that they are about; `unit_id` settles a unit's spelling."""
    said: list[Progress] = []
    for fact in in_order(facts):
        word = _said_of(fact.data)
        if fact.subject == "target.progressed" and word.target == target_id:
            told = msgspec.structs.replace(fact, data=b"")
            said.append(Progress(told, unit_id(fact, word.unit), word.value, _day(word.as_of, fact.time)))
    return sorted(said, key=lambda progress: progress.as_of)  # stable: of one day the later word counts


def _day(as_of: str, told: datetime) -> date:
    """A day as it is; an instant by its day in Asia/Shanghai."""
    if not as_of:
        return local_day(told)
    return date.fromisoformat(as_of) if len(as_of) == len("2023-06-30") else local_day(due_instant(as_of))
