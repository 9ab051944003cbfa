"""What this worker holds between one assignment and the next revocation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from runtime.positions import Failure, Slot
from runtime.streams.fuse import Fuse, FuseState
from runtime.streams.plan import Mark, Run, Stop


class Fenced(Exception):
    """Another worker owns one of the slots: this process has nothing more to say."""


@dataclass(slots=True)
class Owned:
    """One slot of ours: the epoch that fences it, the mark the database has, and when it last moved.

    What is still to be applied was appended after `level_at` (Unix time), as far as is known since the slot was taken.
    """

    epoch: int
    mark: Mark
    fuse: FuseState
    moved_at: float
    behind_since: float | None = None
    level_at: float | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A slot of ours that does not move: why, and where it stood."""

    stop: Stop
    epoch: int
    mark: Mark


@dataclass(slots=True, kw_only=True)
class Lease:
    """The slots of one assignment. Only one thread at a time changes it: whoever holds the consumer's lock."""

    fuse: Fuse
    owned: dict[Slot, Owned] = field(default_factory=dict)
    stopped: dict[Slot, Stopped] = field(default_factory=dict)
    defects: Mapping[Slot, Mapping[int, Failure]] = field(default_factory=dict)
    left: dict[Slot, Run] = field(default_factory=dict)  # planned and not yet applied, to be tried again
    unsettled: bool = False  # a commit went out and no answer came back
    closing: bool = False  # slots are being revoked or the process stops: end after the running transaction

    def own(self, slot: Slot, epoch: int, mark: Mark, *, now: float) -> None:
        """A slot was taken, or moves again."""
        self.stopped.pop(slot, None)
        self.owned[slot] = Owned(epoch=epoch, mark=mark, fuse=FuseState(self.fuse), moved_at=now)

    def stop(self, slot: Slot, stop: Stop) -> None:
        """The slot does not move any more; what was planned for it is forgotten."""
        own = self.owned.pop(slot)
        self.stopped[slot] = Stopped(stop, own.epoch, own.mark)
        self.left.pop(slot, None)

    def mark(self, slot: Slot) -> Mark:
        """Where the next fetched record of a slot has to begin."""
        waiting = self.left.get(slot)
        return waiting.after if waiting else self.owned[slot].mark

    def postpone(self, run: Run) -> None:
        """Keep a run for the next turn, behind what already waits for its slot."""
        waiting = self.left.get(run.slot)
        if waiting is not None:
            run = Run(run.slot, waiting.before, run.after, waiting.steps + run.steps)
        self.left[run.slot] = run

    def late(self, topic: str, ends: Mapping[Slot, int], now: float) -> float:
        """For how many seconds, at most, the oldest record of a topic has waited; notes which slots are level `now`."""
        waits = [0.0]
        for slot, own in self.owned.items():
            if slot.topic != topic or (end := ends.get(slot)) is None:
                continue
            if end <= own.mark.next_offset or own.level_at is None:
                own.level_at = now
            waits.append(now - own.level_at)
        return max(waits)

    def waiting_records(self) -> int:
        """How many records are kept for the next turn."""
        return sum(len(run.steps) for run in self.left.values())
