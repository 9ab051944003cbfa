"""Apply runs in one transaction: positions first, then the handler, then dead letters; knows nothing of the broker."""

import datetime as dt
import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn

from runtime import crash, dead_letters, log, positions
from runtime.clock import Clock
from runtime.database import Database, Parked, Work
from runtime.errors import Unavailable
from runtime.metrics import Metrics
from runtime.positions import Move, Position, Slot
from runtime.streams import plan
from runtime.streams.lease import Fenced, Lease
from runtime.streams.plan import Act, Mark, Run
from runtime.streams.records import Handler, Record, SlotBatch

_logger = log.get(__name__)


class Applier:
    """Runs in one thread. Knows the database and the handler, and nothing of the broker."""

    def __init__(
        self,
        *,
        database: Database,
        handler: Handler,
        metrics: Metrics,
        clock: Clock,
        leave: Callable[[str], NoReturn] = crash.leave,
    ) -> None:
        self._database = database
        self._handler = handler
        self._metrics = metrics
        self._clock = clock
        self._leave = leave
        self.owner = f"{socket.gethostname()}:{os.getpid()}"

    # ---- ownership

    def missing(self, slots: Iterable[Slot]) -> list[Slot]:
        """Slots that were never read."""
        with self._database.begin() as work:
            return positions.missing(work, slots)

    def take(
        self, slots: Sequence[Slot], starts: Mapping[Slot, int]
    ) -> tuple[dict[Slot, Position], dict[Slot, dict[int, positions.Failure]]]:
        """Take the slots (new ones begin at `starts`): their rows, and the records to be parked as defects."""
        for topic in {slot.topic for slot in slots}:
            self._metrics.count("dead_letters_total", 0, topic=topic, reason="defect")  # so that the first one is seen
        with self._database.begin() as work:
            if starts:
                positions.begin(work, starts)
            return positions.take(work, slots, owner=self.owner), positions.defects(work, slots)

    def note(self, lease: Lease, slots: Iterable[Slot], topic_ids: Mapping[str, str]) -> None:
        """Write down topic ids of slots that have none, and what is stopped."""
        with self._database.begin() as work:
            positions.note_topic(work, slots, topic_ids)
            moving: dict[Slot, str | None] = dict.fromkeys(lease.owned)
            reasons = moving | {slot: str(stopped.stop) for slot, stopped in lease.stopped.items()}
            epochs = {slot: row.epoch for row_of in (lease.owned, lease.stopped) for slot, row in row_of.items()}
            positions.note_stopped(work, reasons, epochs)

    def accepted(self, lease: Lease) -> list[Slot]:
        """Stopped slots whose epoch has changed: a person accepted a position, or another worker took it."""
        with self._database.begin() as work:
            epochs = positions.epochs_of(work, lease.stopped)
        return [slot for slot, stopped in lease.stopped.items() if epochs.get(slot) != stopped.epoch]

    # ---- work

    def apply(self, lease: Lease, runs: Sequence[Run]) -> None:
        """One transaction over runs that begin where the lease stands; what the handler did not use up waits again.

        Raises what the handler raises, `Fenced`, and the database's errors; the lease changes only after the commit.
        """
        began = self._clock.monotonic()
        with self._database.begin() as work:
            self._move(work, lease, [(run, run.before) for run in runs])
            batches = [
                SlotBatch(*run.slot, records, lease.owned[run.slot].epoch) for run in runs if (records := run.records)
            ]
            stay = self._handler.handle(work, batches) if batches else {}
            done, left = _cut(lease, runs, stay)
            cut = [(run, whole.after.next_offset) for run, whole in zip(done, runs, strict=True) if run is not whole]
            if cut:
                self._move(work, lease, cut)
            self._park(work, done)
        self._metrics.observe("batch_seconds", self._clock.monotonic() - began)
        for run in left:
            lease.postpone(run)
        self._note_done(lease, done, work.parked)

    def _move(self, work: Work, lease: Lease, runs: Sequence[tuple[Run, int]]) -> None:
        moves = [
            Move(
                slot=run.slot,
                epoch=lease.owned[run.slot].epoch,
                expected=expected,
                next_offset=run.after.next_offset,
                incarnation=run.after.incarnation,
                number=run.after.number,
            )
            for run, expected in runs
        ]
        if not positions.advance(work, moves):
            raise Fenced(", ".join(str(move.slot) for move in moves[:3]))

    def _park(self, work: Work, runs: Iterable[Run]) -> None:
        forgotten = []
        for run in runs:
            for step in run.steps:
                if step.act is Act.PARK:
                    park_record(work, step.record, step.reason, step.detail, received_at=self._clock.now())
                    if step.reason == "defect":
                        forgotten.append((run.slot, step.record.offset))
        if forgotten:
            positions.forget_failures(work, forgotten)

    def _note_done(self, lease: Lease, done: Iterable[Run], letters: Iterable[Parked]) -> None:
        now = self._clock.monotonic()
        poison = set()
        for letter in letters:
            topic, number, offset = (letter.origin.get(name) for name in ("topic", "slot", "offset"))
            self._metrics.count("dead_letters_total", topic=str(topic), reason=letter.reason)
            if letter.poison:
                poison.add((topic, number, offset))
        for run in done:
            own = lease.owned[run.slot]
            own.mark, own.moved_at = run.after, now
            self._metrics.count("consumed_records_total", len(run.steps), topic=run.slot.topic)
            if run.steps:
                waited = self._clock.now().timestamp() - run.steps[0].record.timestamp_ms / 1000
                self._metrics.observe("applied_after_seconds", max(waited, 0.0), topic=run.slot.topic)
                own.level_at = run.steps[-1].record.timestamp_ms / 1000
            for step in run.steps:
                if step.act is Act.DROP:
                    self._metrics.count("consumer_incidents_total", kind="duplicate")
                elif why := own.fuse.note(poison=(*run.slot, step.record.offset) in poison):
                    self._blow_fuse(lease, run.slot, step.record.offset, why)

    def _blow_fuse(self, lease: Lease, slot: Slot, offset: int, why: str) -> None:
        """Write it down, so that the next life holds the slot until a person accepts its position, and leave."""
        sentence = f"{slot} at offset {offset}: {why}; repair the cause, then `bihuan positions accept`"
        try:
            with self._database.begin() as work:
                positions.note_stopped(work, {slot: f"fuse: {sentence}"}, {slot: lease.owned[slot].epoch})
        except Unavailable as error:
            _logger.warning("fuse not written down", error=str(error))
        self._leave(f"fuse: {sentence}")

    # ---- after a failure

    def settle(self, lease: Lease) -> None:
        """Read the positions once no transaction holds them: they are the marks of the lease from now on."""
        with self._database.begin() as work:
            rows = positions.locked(work, lease.owned)
        for slot, own in lease.owned.items():
            row = rows.get(slot)
            if row is None or row.epoch != own.epoch:
                raise Fenced(str(slot))
            own.mark = Mark(row.next_offset, row.last_incarnation, row.last_number)
        lease.unsettled = False

    def count_failure(self, slot: Slot, offset: int, error: str) -> int:
        """Count a defect at a record; returns how many there are."""
        with self._database.begin() as work:
            return positions.count_failure(work, slot, offset, error)


def park_record(work: Work, record: Record, reason: str, detail: Sequence[str], *, received_at: dt.datetime) -> int:
    """Write a record as a dead letter, with the place it was read from."""
    return dead_letters.park(
        work,
        received_at=received_at,
        reason=reason,
        detail=detail,
        door="kafka",
        origin={"topic": record.topic, "slot": record.slot, "offset": record.offset},
        body=record.value or b"",
        headers=[(name, value.decode("utf-8", "replace")) for name, value in record.headers],
    )


def _cut(lease: Lease, runs: Sequence[Run], stay: Mapping[tuple[str, int], int]) -> tuple[list[Run], list[Run]]:
    """What is done and what is left of runs whose handler stays at an offset."""
    unknown = set(stay) - {tuple(run.slot) for run in runs}
    if unknown:
        raise ValueError(f"the handler stays in slots it was not given: {sorted(unknown)}")
    done, left = [], []
    for run in runs:
        offset = stay.get((run.slot.topic, run.slot.number))
        if offset is None:
            done.append(run)
            continue
        if offset not in {record.offset for record in run.records}:
            raise ValueError(f"the handler stays at {run.slot} offset {offset}, which it was not given")
        done.append(plan.until(run, offset, lease.owned[run.slot].mark))
        left.append(plan.Run(run.slot, offset, run.after, tuple(s for s in run.steps if s.record.offset >= offset)))
    return done, left
