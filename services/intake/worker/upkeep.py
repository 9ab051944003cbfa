"""Upkeep of intake: notice a changed registry, make and drop months, forget informers in time, count open letters."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

from contracts.topics import HAZARD_FACTS, slot_of
from runtime import crash, dead_letters, log, outbox
from runtime.clock import Clock
from runtime.database import Database
from runtime.errors import Conflict, Unavailable
from runtime.metrics import Metrics
from services.intake.handlers.counting import Counter
from services.intake.store import heard, quotas, sources

EVERY: Final = 5.0
"""Seconds between two looks; a new source is read after this and a restart of the worker."""

_logger = log.get(__name__)


class Upkeep:
    """Runs beside the consumer in every worker; each of its acts may be done twice."""

    name = "upkeep"

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        metrics: Metrics,
        counter: Counter,
        topics: Iterable[str],
        roots: Iterable[str],
        remember: timedelta,
        forget: Callable[[], int],
    ) -> None:
        """`forget` destroys what was kept of informers long enough and says of how many; it is called once a day."""
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._counter = counter
        self._topics = tuple(topics)
        self._slots = sorted({slot_of(root) for root in roots})
        self._remember = remember
        self._forget = forget
        self._forgot_on: date | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; leave the process when the sources have other topics than it reads."""
        while not stopping.is_set():
            try:
                topics = await asyncio.to_thread(self.look)
            except (Unavailable, Conflict) as error:
                _logger.warning("upkeep put off", error=str(error))
                topics = self._topics
            if topics != self._topics:
                crash.leave(f"the registered topics are now {', '.join(topics)}: begin again with them")
            try:
                await asyncio.wait_for(stopping.wait(), EVERY)
            except TimeoutError:
                continue

    def look(self) -> tuple[str, ...]:
        """Do what is due and return the topics that are registered now."""
        now = self._clock.now()
        month = heard.first_of(now)
        with self._database.begin() as work:
            registry = sources.load(work)
            for ahead in (month, heard.next_month(month)):
                heard.ensure_month(work, ahead)
            dropped = heard.forget_before(work, heard.first_of(now - self._remember))
            outbox.open_slots(work, HAZARD_FACTS, self._slots)
            quotas.forget_senders(work)
            waiting = dead_letters.count_open(work)
        self._counter.show(registry)
        self._metrics.set("dead_letters_open", waiting)
        if self._forgot_on != now.date():
            if forgotten := self._forget():
                _logger.info("informers forgotten", count=forgotten)
            self._forgot_on = now.date()
        if dropped:
            _logger.info("months forgotten", tables=dropped)
        return registry.topics
