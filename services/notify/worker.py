"""Send notices beside the consumer: one loop for each channel, so that a provider that is dead holds up no other."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from runtime import log
from runtime.clock import Clock
from runtime.database import Database
from runtime.errors import Conflict, Unavailable
from runtime.metrics import Metrics
from services.notify.channels import Adapter, Receipted
from services.notify.handlers.detouring import Detours
from services.notify.handlers.falling_back import Clocks
from services.notify.handlers.letters.answers import Answers
from services.notify.handlers.letters.rebuilding import Rebuilt
from services.notify.handlers.receipts import Receipts
from services.notify.handlers.reminding import Reminding
from services.notify.handlers.sending import Departure, Desk, Return
from services.notify.metrics import CHANNELS, LETTER_STATES
from services.notify.store import deliveries, letter_listing, pace
from services.notify.store.situation import is_stopped

if TYPE_CHECKING:
    from services.notify.core.receipts import Word

IDLE: Final = 0.25  # seconds to the next look when nothing waits
UPKEEP_EVERY: Final = 2.0  # seconds
RECEIPTS_EVERY: Final = 10.0  # seconds
LAST_ANSWERS: Final = 6.0  # seconds for attempts under way at SIGTERM, below the process's grace of 10

_logger = log.get(__name__)


class DeliveryLoop:
    """Keeps up to `concurrency` attempts of one channel under way."""

    def __init__(self, *, desk: Desk, adapter: Adapter, concurrency: int, named: bool = False) -> None:
        """`named`: the worker's name is its own, so what stands under it was left by an earlier life of it."""
        self.name = f"deliveries by {desk.channel}"
        self._desk = desk
        self._adapter = adapter
        self._concurrency = concurrency
        self._earlier_life = named
        self._under_way: dict[asyncio.Task[Return], Departure] = {}
        self._unrecorded: list[Return] = []
        self._defect: BaseException | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Take, send, record, until `stopping`; then wait a little for the last answers."""
        stop = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                try:
                    took = await self._turn()
                except (Unavailable, Conflict) as error:  # what was sent stays in hand and is recorded at the next turn
                    _logger.warning("deliveries wait", channel=self._desk.channel, error=str(error))
                    await asyncio.wait({stop}, timeout=getattr(error, "retry_after", IDLE))
                    continue
                await self._wait(stop, took=took)
            await self._finish()
        finally:
            stop.cancel()
            await self._adapter.close()

    async def _turn(self) -> bool:
        """Record what came back, then take what there is room for; whether something was taken."""
        while self._earlier_life:
            self._earlier_life = await asyncio.to_thread(self._desk.settle_earlier_life) > 0
        await self._record()
        room = self._concurrency - len(self._under_way)
        taken = await asyncio.to_thread(self._desk.take, room) if room > 0 else []
        for departure in taken:
            self._under_way[asyncio.create_task(self._send(departure))] = departure
        return bool(taken)

    async def _send(self, departure: Departure) -> Return:
        outcome = await self._adapter.deliver(departure.message, departure.address)
        return Return(departure.attempts, departure.message.notice_id, departure.address, outcome)

    async def _wait(self, stop: asyncio.Task[bool], *, took: bool) -> None:
        """Until an attempt ends, or there may be new notices, or the process stops."""
        if self._unrecorded or any(task.done() for task in self._under_way):
            return
        patience = None if took and len(self._under_way) >= self._concurrency else IDLE
        await asyncio.wait({stop, *self._under_way}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)

    async def _finish(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_ANSWERS)
        await self._record()

    async def _record(self) -> None:
        """Keep what came back. A defect of the adapter ends the process after that; its lease settles that attempt."""
        for task in [task for task in self._under_way if task.done()]:
            del self._under_way[task]
            if (defect := task.exception()) is not None:
                self._defect = defect
            else:
                self._unrecorded.append(task.result())
        if self._unrecorded:
            await asyncio.to_thread(self._desk.keep, list(self._unrecorded))
            self._unrecorded.clear()
        if self._defect is not None:
            raise self._defect


class ReceiptLoop:
    """Asks one provider what became of the messages that it took."""

    def __init__(self, *, receipts: Receipts, adapter: Receipted) -> None:
        self.name = f"receipts by {receipts.channel}"
        self._receipts = receipts
        self._adapter = adapter

    async def run(self, stopping: asyncio.Event) -> None:
        """Every few seconds until `stopping`; one question at a time."""
        try:
            while not stopping.is_set():
                try:
                    await self._once(stopping)
                except (Unavailable, Conflict) as error:
                    _logger.warning("receipts wait", error=str(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), RECEIPTS_EVERY)
        finally:
            await self._adapter.close()

    async def _once(self, stopping: asyncio.Event) -> None:
        asked = await asyncio.to_thread(self._receipts.take)
        words: dict[str, Word] = {}
        for each in asked:
            if each.reference not in words and not stopping.is_set():
                words[each.reference] = await self._adapter.receipt(
                    each.reference, each.address, taken_at=each.taken_at, now=self._receipts.now()
                )
        if asked:
            await asyncio.to_thread(self._receipts.keep, asked, words)


class Upkeep:
    """Settles attempts whose worker is gone, lets acknowledgement clocks run out, goes round dead providers, and measures."""

    name = "upkeep of notices"

    def __init__(
        self,
        *,
        desks: Sequence[Desk],
        clocks: Clocks,
        detours: Detours,
        reminding: Reminding,
        database: Database,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._desks = desks
        self._clocks = clocks
        self._detours = detours
        self._reminding = reminding
        self._database = database
        self._clock = clock
        self._metrics = metrics

    async def run(self, stopping: asyncio.Event) -> None:
        """Every few seconds until `stopping`."""
        while not stopping.is_set():
            try:
                await asyncio.to_thread(self._once)
            except (Unavailable, Conflict) as error:
                _logger.warning("upkeep waits", error=str(error))
            try:
                await asyncio.wait_for(stopping.wait(), UPKEEP_EVERY)
            except TimeoutError:
                continue

    def _once(self) -> None:
        for desk in self._desks:
            desk.settle()
        self._clocks.run_out()
        self._detours.take()
        self._reminding.remind()
        now = self._clock.now()
        with self._database.begin() as work:
            oldest = deliveries.oldest_waiting(work)
            standing = deliveries.standing(work)
            stopped = is_stopped(work)
            pace.forget(work, now)
        self._show(oldest, standing, now, stopped=stopped)

    def _show(self, oldest: dict[str, datetime], standing: dict[str, int], now: datetime, *, stopped: bool) -> None:
        for channel in CHANNELS:
            since = oldest.get(channel, now)
            self._metrics.set("notify_outbox_oldest_timestamp_seconds", since.timestamp(), channel=channel)
        for metric in self._metrics.declared:
            if metric.name == "notify_notices":
                for state in metric.labels["state"]:
                    self._metrics.set("notify_notices", standing.get(state, 0), state=state)
        self._metrics.set("notify_sending_stopped", int(stopped))


class LetterUpkeep:
    """Announces late answers to letters, plans the notices of rebuilt ones, and counts letters by where they stand."""

    name = "upkeep of letters"

    def __init__(self, *, answers: Answers, rebuilt: Rebuilt, database: Database, metrics: Metrics) -> None:
        self._answers = answers
        self._rebuilt = rebuilt
        self._database = database
        self._metrics = metrics

    async def run(self, stopping: asyncio.Event) -> None:
        """Every few seconds until `stopping`."""
        while not stopping.is_set():
            try:
                await asyncio.to_thread(self._once)
            except (Unavailable, Conflict) as error:
                _logger.warning("upkeep of letters waits", error=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), UPKEEP_EVERY)

    def _once(self) -> None:
        self._rebuilt.plan()
        missed = self._answers.announce_missed()
        if missed:
            _logger.warning("letters without receipt or answer", count=missed)
        with self._database.begin() as work:
            standing = letter_listing.standing(work)
        for state in LETTER_STATES:
            self._metrics.set("notify_letters", standing.get(state, 0), state=state)
