"""Turn what the broker brings into turns of the worker thread, and look after every slot, the quiet ones too."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn, ParamSpec, Protocol, TypeVar

from runtime import crash, log
from runtime.clock import Clock
from runtime.errors import Unavailable
from runtime.metrics import Metrics
from runtime.positions import Failure, Position, Slot
from runtime.streams.fuse import Fuse
from runtime.streams.lease import Lease
from runtime.streams.plan import Fetched, Mark, Rules, Stop, plan
from runtime.streams.ports import POLL, Log
from runtime.streams.records import Handler
from runtime.streams.rounds import Applies, Rounds, Turn

UPKEEP = 5.0  # seconds between two looks at every slot
STALL = 60.0  # seconds a slot may have lag and not move
TAKE_WITHIN = 30.0  # seconds to wait for the database when slots are assigned, below the driver's request timeout
WAITING_LIMIT = 20_000  # records kept for the next turn before nothing more is fetched
STOP_KINDS = ("outside_log", "recreated_topic", "newer_version", "number_ahead", "fuse")
STICKY = "fuse: "  # a stop that outlives the process until a person accepts the position

_logger = log.get(__name__)
_P = ParamSpec("_P")
_R = TypeVar("_R")


class Keeps(Applies, Protocol):
    """What is needed of the applier beside applying."""

    def missing(self, slots: Iterable[Slot]) -> list[Slot]:
        """Slots that were never read."""
        ...

    def take(
        self, slots: Sequence[Slot], starts: Mapping[Slot, int]
    ) -> tuple[dict[Slot, Position], dict[Slot, dict[int, Failure]]]:
        """Take the slots: their rows, and the records to be parked as defects."""
        ...

    def note(self, lease: Lease, slots: Iterable[Slot], topic_ids: Mapping[str, str]) -> None:
        """Write down topic ids of slots that have none, and what is stopped."""
        ...

    def accepted(self, lease: Lease) -> list[Slot]:
        """Stopped slots that a person or another worker took."""
        ...


class Describes(Protocol):
    """What is needed of the broker's administration."""

    def topic_ids(self, names: Sequence[str]) -> dict[str, str]:
        """The id of each topic that exists."""
        ...

    def unassigned(self, group: str, topics: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Partitions that no member of the group has though it is at rest."""
        ...


class BatchLoop:
    """Everything between the driver and the database; lives in the event loop, works in one thread."""

    def __init__(
        self,
        *,
        group: str,
        applier: Keeps,
        handler: Handler,
        admin: Callable[[], Describes],
        metrics: Metrics,
        clock: Clock,
        fuse: Fuse,
        numbered: frozenset[str],
        leave: Callable[[str], NoReturn] = crash.leave,
    ) -> None:
        self._group = group
        self._applier = applier
        self._rounds = Rounds(applier, metrics, leave)
        self._leave = leave
        self._handler = handler
        self._new_admin = admin
        self._admin: Describes | None = None
        self._metrics = metrics
        self._clock = clock
        self._fuse = fuse
        self._numbered = numbered
        self._topics: dict[str, str] | None = None  # ids as first seen by this process
        self._unread_before: list[Slot] = []
        self._lease: Lease | None = None
        self._busy = asyncio.Lock()  # held while a transaction runs and while ownership changes
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batches")
        self._not_before = 0.0
        self._looked_at = clock.monotonic()
        self._told_at = clock.monotonic()
        self.assigned_once = False
        self.turned_at = clock.monotonic()

    # ---- assignment

    async def assigned(self, log: Log) -> dict[Slot, int]:
        """Take ownership of the assigned slots; stop those whose position does not fit the log; go to the others'."""
        async with self._busy:
            lease = Lease(fuse=self._fuse)
            slots = log.assigned()
            if slots:
                await self._take(log, lease, slots)
            self._lease = lease
            self._gauge(lease, {})
            self.assigned_once = True
            self.turned_at = self._clock.monotonic()
            _logger.info("slots assigned", owned=len(lease.owned), stopped=len(lease.stopped))
            return {slot: own.mark.next_offset for slot, own in lease.owned.items()}

    async def revoked(self) -> None:
        """Finish the running transaction and give up every slot."""
        if self._lease is not None:
            self._lease.closing = True
        async with self._busy:
            self._lease = None

    async def _take(self, log: Log, lease: Lease, slots: Collection[Slot]) -> None:
        topic_ids = await self._patiently(self._topic_ids)
        self._topics = self._topics or topic_ids
        new = await self._patiently(self._applier.missing, slots)
        starts = await log.starts(new) if new else {}
        rows, lease.defects = await self._patiently(self._applier.take, list(slots), starts)
        # The range is read after the rows: a position read earlier than the end of the log cannot lie above it.
        ranges = await log.ranges(slots)
        unnamed = []
        for slot in slots:
            row = rows[slot]
            mark = Mark(row.next_offset, row.last_incarnation, row.last_number)
            lease.own(slot, row.epoch, mark, now=self._clock.monotonic())
            if (stop := misfit(row, ranges[slot], topic_ids.get(slot.topic))) is not None:
                lease.stop(slot, stop)
            elif row.topic_id is None:
                unnamed.append(slot)
        await self._patiently(self._applier.note, lease, unnamed, topic_ids)
        if lease.stopped:
            self._tell_stopped(lease)
            await log.hold({slot: stopped.mark.next_offset for slot, stopped in lease.stopped.items()})
        await log.go_to({slot: own.mark.next_offset for slot, own in lease.owned.items()})

    async def _patiently(self, work: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Run in the worker thread, and again while the world is away, for as long as an assignment may take."""
        until = self._clock.monotonic() + TAKE_WITHIN
        while True:
            try:
                return await self._in_thread(work, *args, **kwargs)
            except Unavailable as error:
                if self._clock.monotonic() > until:
                    raise
                _logger.warning("waiting to take slots", error=str(error))
                await asyncio.sleep(error.retry_after)

    # ---- turns

    async def pause(self) -> float:
        """Wait as long as the last turn asked for; returns the seconds to poll for, negative: do not fetch."""
        if (wait := self._not_before - self._clock.monotonic()) > 0:
            await asyncio.sleep(min(wait, POLL))
        lease = self._lease
        if lease is None:
            return POLL
        if lease.waiting_records() >= WAITING_LIMIT:
            return -1.0
        return 0.0 if lease.left or lease.unsettled else POLL

    async def turn(self, log: Log, fetched: Mapping[Slot, Fetched]) -> None:
        """Apply what was fetched and what waits; go back where a fetch was not taken whole."""
        self.turned_at = self._clock.monotonic()
        async with self._busy:
            lease = self._lease
            if lease is None or not (fetched or lease.left or lease.unsettled):
                return
            turn = await self._in_thread(self._work, lease, fetched)
            if lease is not self._lease or lease.closing:
                return
            if turn.wait:
                self._not_before = self._clock.monotonic() + turn.wait
            if turn.stops:
                await self._stopped(log, lease, turn)
            await self._go_back(log, lease, {slot: fetch.after for slot, fetch in fetched.items()})

    def _work(self, lease: Lease, fetched: Mapping[Slot, Fetched]) -> Turn:
        """In the worker thread: plan and apply."""
        rules = Rules(key_slot=self._handler.key_slot, numbered=self._numbered, defects=lease.defects)
        runs, ends = [], {}
        for slot, fetch in fetched.items():
            if slot not in lease.owned:
                continue
            mark = lease.mark(slot)
            if fetch.before != mark.next_offset:
                self._gap(slot, fetch.before, mark.next_offset)
                continue
            run, stop = plan(slot, fetch, mark, rules)
            runs.append(run)
            if stop is not None:
                ends[slot] = (run.after.next_offset, stop)
        turn = self._rounds.work_off(lease, runs)
        for slot, (offset, stop) in ends.items():
            own = lease.owned.get(slot)
            if own is not None and slot not in lease.left and own.mark.next_offset == offset:
                lease.stop(slot, stop)
                turn.stops[slot] = stop
        return turn

    async def _stopped(self, log: Log, lease: Lease, turn: Turn) -> None:
        await log.hold({slot: lease.stopped[slot].mark.next_offset for slot in turn.stops})
        self._tell_stopped(lease)
        try:
            await self._in_thread(self._applier.note, lease, (), {})
        except Unavailable as error:
            _logger.warning("stop not written down", error=str(error))

    async def _go_back(self, log: Log, lease: Lease, reached: Mapping[Slot, int | None]) -> int:
        """Seek where the broker's side stands elsewhere than we do; returns how many slots that were."""
        behind = {
            slot: mark
            for slot, position in reached.items()
            if slot in lease.owned and (mark := lease.mark(slot).next_offset) != position
        }
        if behind:
            await log.go_to(behind)
        return len(behind)

    async def out_of_range(self, log: Log, offsets: Mapping[Slot, int]) -> None:
        """The log moved past a position while we read, or lost its end: stop the slot with both numbers."""
        async with self._busy:
            lease = self._lease
            if lease is None:
                return
            ranges = await log.ranges(list(offsets))
            turn = Turn()
            for slot in offsets:
                if slot in lease.owned:
                    stop = _outside(lease.owned[slot].mark.next_offset, ranges[slot])
                    lease.stop(slot, stop)
                    turn.stops[slot] = stop
            if turn.stops:
                await self._stopped(log, lease, turn)

    # ---- upkeep

    async def upkeep(self, log: Log) -> None:
        """Every 5 s: topics still the same, quiet slots where they should be, none stuck, monitors told."""
        self.turned_at = now = self._clock.monotonic()
        if now - self._looked_at < UPKEEP:
            return
        self._looked_at = now
        await self._check_topics(log)
        async with self._busy:
            lease = self._lease
            if lease is None:
                return
            views = await log.views()
            gaps = await self._go_back(log, lease, {slot: position for slot, (position, _) in views.items()})
            for _ in range(gaps):
                self._metrics.count("consumer_incidents_total", kind="gap")
            ends = {slot: end for slot, (_, end) in views.items() if end is not None}
            self._watch(lease, ends)
            if lease.stopped:
                await self._look_at_stopped(log, lease)
            self._gauge(lease, ends)
            await self._tell_monitors(log, lease)

    async def _check_topics(self, log: Log) -> None:
        """Fetches go by name: a topic re-created while we run is seen here only, whether we have slots of it or not."""
        try:
            present = await asyncio.wait_for(asyncio.to_thread(self._topic_ids), UPKEEP)
            unread = await asyncio.wait_for(asyncio.to_thread(self._unread), UPKEEP)
        except (Unavailable, TimeoutError) as error:
            _logger.warning("topics not compared", error=str(error))
            return
        if self._topics is None:
            self._topics = present
        for topic in self._handler.topics:
            known, now = self._topics.get(topic), present.get(topic)
            if known != now:
                self._leave(f"topic {topic} had the id {known} and has {now} now")
        if unread and unread == self._unread_before:
            _logger.warning("slots without a reader: asking the group to share them out again", slots=len(unread))
            unread = []
            await log.rejoin()
        self._unread_before = unread

    def _watch(self, lease: Lease, ends: Mapping[Slot, int]) -> None:
        now = self._clock.monotonic()
        waiting = self._not_before > now - UPKEEP  # the database is away: that is no stall of ours
        for slot, own in lease.owned.items():
            end = ends.get(slot)
            if waiting or end is None or end <= own.mark.next_offset:
                own.behind_since = None
            elif own.behind_since is None or own.moved_at > own.behind_since:
                own.behind_since = now
            elif now - own.behind_since > STALL:
                self._leave(f"{slot} stands at {own.mark.next_offset} of {end} and did not move for {STALL:.0f} s")

    async def _look_at_stopped(self, log: Log, lease: Lease) -> None:
        if self._clock.monotonic() - self._told_at > STALL:
            self._tell_stopped(lease)
        try:
            accepted = await self._in_thread(self._applier.accepted, lease)
        except Unavailable:
            return
        if accepted:
            self._leave(f"the position of {accepted[0]} was accepted or taken: starting again with it")
        again = {slot: old for slot, old in lease.stopped.items() if old.stop.kind == "number_ahead"}
        for slot, old in again.items():  # the missing number may have been published meanwhile
            lease.own(slot, old.epoch, old.mark, now=self._clock.monotonic())
        if again:
            await log.release(list(again))
            await log.go_to({slot: old.mark.next_offset for slot, old in again.items()})

    async def _tell_monitors(self, log: Log, lease: Lease) -> None:
        if not lease.owned:
            return
        try:
            await log.tell_monitors({slot: own.mark.next_offset for slot, own in lease.owned.items()})
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 (nothing depends on it)
            self._metrics.count("consumer_incidents_total", kind="commit_to_broker_failed")
            _logger.info("offsets not told to the broker", error=repr(error))

    def _gauge(self, lease: Lease, ends: Mapping[Slot, int]) -> None:
        for kind in STOP_KINDS:
            stopped = sum(stopped.stop.kind == kind for stopped in lease.stopped.values())
            self._metrics.set("stopped_slots", stopped, reason=kind)
        for topic in self._handler.topics:
            own = {slot: own for slot, own in lease.owned.items() if slot.topic == topic}
            self._metrics.set("owned_slots", len(own), topic=topic)
            lag = sum(max(ends.get(slot, 0) - own.mark.next_offset, 0) for slot, own in own.items())
            self._metrics.set("consumer_lag_records", lag, topic=topic)
            late = lease.late(topic, ends, self._clock.now().timestamp())
            self._metrics.set("consumer_lag_seconds", late, topic=topic)

    def _tell_stopped(self, lease: Lease) -> None:
        self._told_at = self._clock.monotonic()
        for slot, stopped in list(lease.stopped.items())[:3]:
            _logger.error("slot stopped", slot=str(slot), why=str(stopped.stop))
        if len(lease.stopped) > 3:  # noqa: PLR2004 (as many as were told)
            _logger.error("more slots stopped", slots=len(lease.stopped))

    def _gap(self, slot: Slot, before: int, expected: int) -> None:
        self._metrics.count("consumer_incidents_total", kind="gap")
        _logger.warning("gap", slot=str(slot), fetched_from=before, expected=expected)

    def _unread(self) -> list[Slot]:
        found = self._admin.unassigned(self._group, self._handler.topics) if self._admin else []
        return [Slot(*partition) for partition in found]

    def _topic_ids(self) -> dict[str, str]:
        if self._admin is None:
            self._admin = self._new_admin()
        return self._admin.topic_ids(self._handler.topics)

    async def _in_thread(self, work: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """In the one worker thread; a cancelled caller still waits for it, because the transaction cannot be stopped."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise


def misfit(row: Position, log_range: tuple[int, int], topic_id: str | None) -> Stop | None:
    """Why a position cannot be read on from, or None when it fits the log."""
    if row.stopped is not None and row.stopped.startswith(STICKY):
        return Stop("fuse", row.stopped.removeprefix(STICKY))
    if row.topic_id is not None and topic_id != row.topic_id:
        return Stop(
            "recreated_topic",
            f"position {row.next_offset} belongs to topic id {row.topic_id}, the broker has {topic_id}",
        )
    low, high = log_range
    if not low <= row.next_offset <= high:
        return _outside(row.next_offset, log_range)
    return None


def _outside(offset: int, log_range: tuple[int, int]) -> Stop:
    return Stop("outside_log", f"position {offset} is outside the log [{log_range[0]}, {log_range[1]}]")
