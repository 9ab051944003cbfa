"""Whatever fails in a batch, every other record takes effect once and in order, and each failure has its own end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import Conflict, NewerVersion, OutcomeUnknown, Rejected, Unavailable
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.positions import Slot
from runtime.streams.fuse import Fuse
from runtime.streams.lease import Fenced, Lease
from runtime.streams.plan import Act, Fetched, Mark, Rules, Run, plan, until
from runtime.streams.records import Record
from runtime.streams.rounds import CONFLICT_TRIES, Rounds

Place = tuple[Slot, int]


class Left(Exception):
    """The process would have ended."""


def leave(why: str) -> NoReturn:
    raise Left(why)


@dataclass
class Memory:
    """An applier that keeps its effects in memory: all of a batch or nothing, like the real one."""

    verdicts: dict[Place, str] = field(default_factory=dict)  # what the handler does at a record
    parts: dict[Place, int] = field(default_factory=dict)  # how often a tick still has to stay
    troubles: Iterator[Exception | str] = field(default_factory=lambda: iter(()))  # what happens to transactions
    applied: list[Place] = field(default_factory=list)
    parked: list[tuple[Place, str]] = field(default_factory=list)
    failures: dict[Place, int] = field(default_factory=dict)
    marks: dict[Slot, Mark] = field(default_factory=dict)

    def apply(self, lease: Lease, runs: Sequence[Run]) -> None:
        trouble = next(self.troubles, None)
        if isinstance(trouble, Exception):
            raise trouble
        applied: list[Place] = []
        parked: list[tuple[Place, str]] = []
        done: list[Run] = []
        for run in runs:
            assert run.before == lease.owned[run.slot].mark.next_offset
            end = None
            for step in run.steps:
                place = (run.slot, step.record.offset)
                if step.act is Act.PARK:
                    parked.append((place, step.reason))
                    continue
                self.judge(place)
                if self.parts.get(place, 0):
                    end = step.record.offset
                    break
                applied.append(place)
            done.append(run if end is None else until(run, end, lease.owned[run.slot].mark))
        for run, whole in zip(done, runs, strict=True):
            if run is not whole:
                self.parts[run.slot, run.after.next_offset] -= 1
        self.applied += applied
        self.parked += parked
        self.marks |= {run.slot: run.after for run in done}
        if trouble == "no answer":
            raise OutcomeUnknown("cut at COMMIT")
        for run, whole in zip(done, runs, strict=True):
            lease.owned[run.slot].mark = run.after
            if run is not whole:
                left = tuple(step for step in whole.steps if step.record.offset >= run.after.next_offset)
                lease.postpone(Run(run.slot, run.after.next_offset, whole.after, left))

    def judge(self, place: Place) -> None:
        match self.verdicts.get(place):
            case "poison":
                raise Rejected("poison", ["bad"])
            case "defect":
                raise ZeroDivisionError(place)
            case "newer":
                raise NewerVersion("v2")

    def settle(self, lease: Lease) -> None:
        for slot, own in lease.owned.items():
            own.mark = self.marks.get(slot, own.mark)
        lease.unsettled = False

    def count_failure(self, slot: Slot, offset: int, error: str) -> int:
        self.failures[slot, offset] = self.failures.get((slot, offset), 0) + 1
        return self.failures[slot, offset]


def held(slots: int) -> Lease:
    lease = Lease(fuse=Fuse())
    for number in range(slots):
        lease.own(Slot("facts", number), 1, Mark(0, 0, 0), now=0.0)
    return lease


def runs(slots: int, records: int) -> list[Run]:
    rules = Rules(key_slot=lambda _: None, numbered=frozenset(), defects={})
    found = []
    for number in range(slots):
        batch = [Record("facts", number, offset, None, b"", (), 0) for offset in range(records)]
        found.append(plan(Slot("facts", number), Fetched(0, records, batch), Mark(0, 0, 0), rules)[0])
    return found


def worked(memory: Memory, lease: Lease, todo: list[Run]) -> tuple[Rounds, int]:
    """Turns until nothing is left; returns the rounds and how many turns asked for a pause."""
    rounds = Rounds(memory, Metrics(RUNTIME_METRICS), leave)
    pauses = 0
    for turn_number in range(500):
        turn = rounds.work_off(lease, todo if turn_number == 0 else [])
        pauses += turn.wait > 0
        if not lease.left and not lease.unsettled:
            return rounds, pauses
    raise AssertionError("it never ends")


verdicts = st.dictionaries(
    st.tuples(st.integers(0, 3).map(lambda n: Slot("facts", n)), st.integers(0, 11)),
    st.sampled_from(["poison", "tick"]),
    max_size=12,
)
troubles = st.lists(
    st.sampled_from(["fine", "no answer", Unavailable("away"), Conflict("moved"), OutcomeUnknown("not committed")]),
    max_size=12,
)


@given(verdicts, troubles)
def test_every_record_takes_effect_once_in_order_and_poison_is_parked_once(
    asked: dict[Place, str], trouble: list[Exception | str]
) -> None:
    """With any mix of poison, ticks that do not fit, lost answers, conflicts and a database that goes away."""
    poison = {place for place, verdict in asked.items() if verdict == "poison"}
    ticks = {place: 2 for place, verdict in asked.items() if verdict == "tick"}
    memory = Memory(verdicts=dict.fromkeys(poison, "poison"), parts=ticks, troubles=iter(trouble))
    lease = held(4)
    worked(memory, lease, runs(4, 12))

    for number in range(4):
        slot = Slot("facts", number)
        good = [(slot, offset) for offset in range(12) if (slot, offset) not in poison]
        assert good == [place for place in memory.applied if place[0] == slot]
        assert lease.owned[slot].mark == Mark(12, 0, 0)
    assert sorted(poison) == sorted(place for place, _ in memory.parked)
    assert set(ticks.values()) <= {0}


def test_a_defect_is_found_by_halves_counted_and_ends_the_process() -> None:
    """Everything before the record is committed, nothing of the record is."""
    culprit = (Slot("facts", 1), 7)
    memory, lease = Memory(verdicts={culprit: "defect"}), held(3)
    with pytest.raises(Left, match=r"failure 1 at facts\[1\] offset 7: ZeroDivisionError"):
        worked(memory, lease, runs(3, 10))

    assert memory.failures == {culprit: 1}
    assert culprit not in memory.applied
    assert {(Slot("facts", 1), offset) for offset in range(7)} <= set(memory.applied)


def test_a_batch_that_fails_whole_and_in_no_part_ends_the_process_without_blaming_a_record() -> None:
    """All of it is committed by then, so the next life does not meet it again."""
    memory, lease = Memory(troubles=iter([ZeroDivisionError("together")])), held(2)
    with pytest.raises(Left, match="failed as a batch, in no part of it"):
        worked(memory, lease, runs(2, 4))

    assert (len(memory.applied), memory.failures) == (8, {})


def test_a_newer_version_holds_its_slot_at_the_record_and_no_other() -> None:
    """Before it everything is applied; the other slots go on to their end."""
    memory, lease = Memory(verdicts={(Slot("facts", 0), 4): "newer"}), held(2)
    worked(memory, lease, runs(2, 8))

    stopped = lease.stopped[Slot("facts", 0)]
    assert (stopped.stop.kind, stopped.mark.next_offset) == ("newer_version", 4)
    assert "offset 4: v2; upgrade this service" in stopped.stop.sentence
    assert [offset for slot, offset in memory.applied if slot.number == 0] == [0, 1, 2, 3]
    assert lease.owned[Slot("facts", 1)].mark.next_offset == 8


def test_a_fenced_owner_leaves() -> None:
    """Another worker has the slot: nothing this one knows is true any more."""
    memory, lease = Memory(troubles=iter([Fenced("facts[0]")])), held(1)
    with pytest.raises(Left, match="another worker took a slot of ours"):
        worked(memory, lease, runs(1, 3))


def test_conflicts_are_tried_again_at_once_and_then_with_a_pause() -> None:
    """So that two who keep meeting do not spin."""
    memory, lease = Memory(troubles=iter([Conflict("moved")] * CONFLICT_TRIES)), held(1)
    _, pauses = worked(memory, lease, runs(1, 3))

    assert (pauses, len(memory.applied)) == (1, 3)


def test_a_closing_lease_ends_after_the_running_transaction() -> None:
    """Slots are being revoked: what is left will be read by whoever gets them."""
    memory, lease = Memory(), held(2)
    lease.closing = True
    Rounds(memory, Metrics(RUNTIME_METRICS), leave).work_off(lease, runs(2, 3))

    assert memory.applied == []


def test_a_failure_without_any_record_is_blamed_on_none() -> None:
    """A run of markers alone that fails is a defect of ours."""
    memory, lease = Memory(troubles=iter([ZeroDivisionError("sql")])), held(1)
    with pytest.raises(Left, match="failed without any record"):
        worked(memory, lease, [Run(Slot("facts", 0), 0, Mark(5, 0, 0), ())])
