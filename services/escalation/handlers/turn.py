"""What one transaction takes on: the records of each slot as read, and what they came to."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from contracts.events import TICK_TYPE
from contracts.facts import Fact
from runtime.outbox import Outgoing
from runtime.streams import Record
from services.escalation.core.case import CaseKey
from services.escalation.core.slot import Due


class Step(NamedTuple):
    """One record as read: its fact and the cases that it belongs to, or why it cannot be applied."""

    record: Record
    fact: Fact | None
    keys: tuple[CaseKey, ...] = ()
    refused: str = ""
    detail: tuple[str, ...] = ()


@dataclass(slots=True)
class Turn:
    """One call of the handler: the steps of each slot, and what they came to.

    It takes on so many records and lets `room` deadlines pass, and ends at `until` (monotonic): what is left of the log
    waits for the next one.
    """

    steps: dict[int, list[Step]]
    size: int
    room: int
    until: float = 0.0
    due: dict[int, list[Due]] = field(default_factory=dict)
    limit: int = 0
    stays: dict[tuple[str, int], int] = field(default_factory=dict)
    ticked: dict[int, datetime] = field(default_factory=dict)
    stale: list[tuple[int, Due]] = field(default_factory=list)
    applied: int = 0
    passed: int = 0
    unsaved: int = 0
    announced: list[Outgoing] = field(default_factory=list)
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    def ticks(self) -> dict[int, datetime]:
        """The last tick of each slot that has one."""
        found: dict[int, datetime] = {}
        for slot, steps in self.steps.items():
            for step in steps:
                if step.fact is not None and step.fact.type == TICK_TYPE:
                    found[slot] = max(step.fact.time, found.get(slot, step.fact.time))
        return found
