"""Print what people order, one order at a time, each in a process of its own, beside the consumer."""

import asyncio
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Final

from runtime.clock import Clock
from runtime.database import Database
from runtime.errors import Conflict, Unavailable
from runtime.log import get
from runtime.metrics import Metrics
from services.reporting.handlers import printing
from services.reporting.handlers.printing import Shop
from services.reporting.store import exports
from services.reporting.store.exports import Export

IDLE: Final = 1.0  # seconds to the next look when nothing waits
LOOK: Final = 0.2  # seconds between two looks at the process that prints
SIGN_EVERY: Final = 10.0  # seconds between two signs of life
SILENCE: Final = timedelta(minutes=1)
"""Who gives no sign of life for so long has died, and another prints the order anew."""

ATTEMPTS: Final = 3
SWEEP_EVERY: Final = 60.0  # seconds between two looks for what has expired
_STOPPED_WITHIN: Final = 5.0  # seconds

_logger = get(__name__)


class Printer:
    """Claims an order, has it printed, and settles what became of it; several workers may each have one."""

    name = "printer"

    def __init__(self, *, database: Database, metrics: Metrics, clock: Clock, shop: Shop) -> None:
        self._database = database
        self._metrics = metrics
        self._clock = clock
        self._shop = shop
        self._swept: float | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; what is being printed then is given back to be printed anew."""
        while not stopping.is_set():
            try:
                worked = await self.turn(stopping)
            except (Unavailable, Conflict) as error:  # what was claimed is claimed again after its silence
                _logger.warning("exports wait", error=str(error))
                worked = False
            if not worked:
                await _rest(stopping, IDLE)

    async def turn(self, stopping: asyncio.Event) -> bool:
        """Print one order; False where none waits."""
        order = await asyncio.to_thread(self._claim)
        if order is None:
            return False
        process = get_context("spawn").Process(target=printing.begin, args=(self._shop, order), daemon=True)
        process.start()
        stopped = await self._watch(process, order, stopping)
        await asyncio.to_thread(self._settle, order, process.exitcode, stopped)
        return True

    async def _watch(self, process: BaseProcess, order: Export, stopping: asyncio.Event) -> bool:
        """Wait for the process; True where it was stopped because we are to stop."""
        signed = self._clock.monotonic()
        try:
            while process.is_alive() and not stopping.is_set():
                if self._clock.monotonic() - signed > SIGN_EVERY:
                    signed = self._clock.monotonic()
                    await asyncio.to_thread(self._touch, order)
                await _rest(stopping, LOOK)
            stopped = process.is_alive()
        finally:
            if process.is_alive():
                process.kill()
            await asyncio.to_thread(process.join, _STOPPED_WITHIN)
        return stopped

    def _claim(self) -> Export | None:
        now = self._clock.now()
        with self._database.begin() as work:
            if self._swept is None or self._clock.monotonic() - self._swept > SWEEP_EVERY:
                exports.sweep(work, now)
                self._swept = self._clock.monotonic()
            order = exports.claim(work, now=now, silence=SILENCE, most=ATTEMPTS)
            waiting = exports.backlog(work)
        self._metrics.set("exports_oldest_timestamp_seconds", waiting.oldest.timestamp() if waiting.oldest else 0.0)
        return order

    def _touch(self, order: Export) -> None:
        with self._database.begin() as work:
            exports.touch(work, order.id, order.attempts, self._clock.now())

    def _settle(self, order: Export, status: int | None, stopped: bool) -> None:  # noqa: FBT001 (how it ended)
        with self._database.begin() as work:
            if stopped:
                exports.give_back(work, order.id, order.attempts, counts=False)
            elif status != 0 and order.attempts >= ATTEMPTS:
                exports.fail(work, order.id, order.attempts, error=exports.BROKEN_OFF, now=self._clock.now())
            elif status != 0:
                exports.give_back(work, order.id, order.attempts, counts=True)
            state = exports.state_of(work, order.id)
        if not stopped and status != 0:
            _logger.error("export broken off", export=str(order.id), status=status, attempt=order.attempts)
        outcome = state if state in {exports.DONE, exports.FAILED} else "broken_off"
        self._metrics.count("exports_total", outcome=outcome)


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
