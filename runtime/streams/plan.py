"""Decide, without any side effect, what is to be done with each fetched record, and where the slot stands after it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from runtime.codec import TICK_KEY, sequence_of
from runtime.positions import Failure, Slot
from runtime.streams.records import Record


class Act(Enum):
    """What happens to a record."""

    APPLY = "apply"  # the handler gets it
    DROP = "drop"  # its number was applied before
    PARK = "park"  # it becomes a dead letter


class Mark(NamedTuple):
    """Where a slot stands: the next offset and the last sequence; incarnation 0 means that none is known yet."""

    next_offset: int
    incarnation: int
    number: int


class Step(NamedTuple):
    """One record with its act and the mark after it."""

    record: Record
    act: Act
    after: Mark
    reason: str = ""
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive steps of one slot, from offset `before` to `after`; markers alone make a run without steps."""

    slot: Slot
    before: int
    after: Mark
    steps: tuple[Step, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """What the handler gets."""
        return tuple(step.record for step in self.steps if step.act is Act.APPLY)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a slot does not move: a kind of the metric `stopped_slots` and a sentence with the numbers."""

    kind: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"


class Fetched(NamedTuple):
    """What one fetch brought for a slot: the consumer's position before and after it, and the records."""

    before: int
    after: int
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the plan needs to know about the topics: the key check, the numbered topics, the records to be parked."""

    key_slot: Callable[[Record], int | None]
    numbered: frozenset[str]
    defects: Mapping[Slot, Mapping[int, Failure]]


def plan(slot: Slot, fetched: Fetched, mark: Mark, rules: Rules) -> tuple[Run, Stop | None]:
    """The run of a fetch that begins at the mark, and why the slot stops at its end, if it does.

    A sequence that was applied is dropped. One above the next is dropped too when the missing one follows in the same
    fetch (the relay publishes a batch that failed in part again, whole and in order), else the slot stops at it.
    """
    records = fetched.records
    incarnation, number = mark.incarnation, mark.number
    defects = rules.defects.get(slot, {})
    numbered = slot.topic in rules.numbered
    steps: list[Step] = []
    for index, record in enumerate(records):
        following = records[index + 1].offset if index + 1 < len(records) else fetched.after
        sequence = sequence_of(record.value) if numbered and record.value and record.key != TICK_KEY else None
        act = Act.APPLY
        if sequence is not None:
            if is_applied(sequence, incarnation, number):
                act = Act.DROP
            elif sequence[0] == incarnation and sequence[1] > number + 1:
                if not _comes_later(records[index + 1 :], (incarnation, number + 1)):
                    run = Run(slot, fetched.before, Mark(record.offset, incarnation, number), tuple(steps))
                    return run, _ahead(record, sequence, incarnation, number)
                act = Act.DROP
            else:
                incarnation, number = sequence
        after = Mark(following, incarnation, number)
        if act is Act.APPLY:
            steps.append(_judged(record, after, rules, defects))
        else:
            steps.append(Step(record, act, after))
    return Run(slot, fetched.before, Mark(fetched.after, incarnation, number), tuple(steps)), None


def is_applied(sequence: tuple[int, int], incarnation: int, number: int) -> bool:
    """Whether a sequence is not greater than the last one applied."""
    return sequence <= (incarnation, number)


def rest(run: Run, offset: int) -> Run | None:
    """What remains of a run whose slot stands at `offset`: all of it, a part of it, or nothing."""
    if offset == run.before:
        return run
    if not run.before < offset < run.after.next_offset:
        return None
    kept = tuple(step for step in run.steps if step.record.offset >= offset)
    return Run(run.slot, offset, run.after, kept)


def until(run: Run, offset: int, mark: Mark) -> Run:
    """The part of a run before `offset`; `mark` is where the slot stood before the run."""
    kept = tuple(step for step in run.steps if step.record.offset < offset)
    after = kept[-1].after if kept else mark
    return Run(run.slot, run.before, after._replace(next_offset=offset), kept)


def halves(runs: Sequence[Run]) -> tuple[list[Run], list[Run]]:
    """The runs in two parts of about as many steps each; the order inside a slot stays."""
    total = sum(len(run.steps) for run in runs)
    first: list[Run] = []
    second: list[Run] = []
    room = total // 2
    for run in runs:
        if second or (room == 0 and run.steps):
            second.append(run)
        elif len(run.steps) <= room:
            first.append(run)
            room -= len(run.steps)
        else:
            cut = run.steps[room].record.offset
            first.append(Run(run.slot, run.before, run.steps[room - 1].after, run.steps[:room]))
            second.append(Run(run.slot, cut, run.after, run.steps[room:]))
            room = 0
    return first, second


def parked(run: Run, reason: str, detail: tuple[str, ...]) -> Run:
    """The run of one single step with that step turned into a dead letter."""
    (step,) = run.steps
    return replace(run, steps=(step._replace(act=Act.PARK, reason=reason, detail=detail),))


def _judged(record: Record, after: Mark, rules: Rules, defects: Mapping[int, Failure]) -> Step:
    if (failure := defects.get(record.offset)) is not None:
        return Step(record, Act.PARK, after, "defect", (failure.error, f"failed {failure.failures} times"))
    belongs = rules.key_slot(record)
    if belongs is not None and belongs != record.slot:
        sentence = f"its key belongs to slot {belongs}, it was read from slot {record.slot}"
        return Step(record, Act.PARK, after, "misrouted", (sentence,))
    return Step(record, Act.APPLY, after)


def _comes_later(records: Sequence[Record], wanted: tuple[int, int]) -> bool:
    return any(record.value and sequence_of(record.value) == wanted for record in records)


def _ahead(record: Record, sequence: tuple[int, int], incarnation: int, number: int) -> Stop:
    return Stop(
        "number_ahead",
        f"offset {record.offset} has the number {sequence[0]}:{sequence[1]}, the last one applied is "
        f"{incarnation}:{number}: what lies between was never published",
    )
