"""Look after what nobody asks about: open cases without a clock, time that stands still, room for next month's facts."""

import asyncio
from datetime import timedelta

from runtime.clock import Clock
from runtime.database import Database
from runtime.errors import Conflict, Unavailable
from runtime.log import get
from runtime.metrics import Metrics
from services.escalation.store import audit
from services.escalation.store.facts import month_of

_AHEAD = timedelta(days=20)  # early enough for a month's first fact, late enough to be made once

_logger = get(__name__)


class Auditor:
    """Runs beside the consumer in every worker: it only looks and makes room, so it may be done twice."""

    name = "auditor"

    def __init__(self, *, database: Database, metrics: Metrics, clock: Clock, every: timedelta) -> None:
        self._database = database
        self._metrics = metrics
        self._clock = clock
        self._every = every
        self._after = audit.FIRST
        self._found = 0
        self._standing = 0

    async def run(self, stopping: asyncio.Event) -> None:
        """Look every `every` until `stopping` is set; a database that is away only puts a look off."""
        while not stopping.is_set():
            try:
                await asyncio.to_thread(self.look)
            except (Unavailable, Conflict) as error:
                _logger.warning("audit put off", error=str(error))
            try:
                await asyncio.wait_for(stopping.wait(), self._every.total_seconds())
            except TimeoutError:
                continue

    def look(self) -> None:
        """Make room, look at one stretch of cases and set the gauges.

        What a whole round of stretches found stands until the next round has found less.
        """
        now = self._clock.now()
        with self._database.begin() as work:
            audit.make_room(work, {month_of(now), month_of(now + _AHEAD)})
        with self._database.begin() as work:
            nameless = audit.without_reason(work)
            stretch = audit.unarmed(work, self._after)
            behind = audit.furthest_behind(work)
        self._found += stretch.unarmed
        if stretch.following is None:
            self._standing, self._found, self._after = self._found, 0, audit.FIRST
        else:
            self._after = stretch.following
        lost = nameless + max(self._standing, self._found)
        self._metrics.set("cases_without_clock", lost)
        self._metrics.set("escalation_frontier_lag_seconds", (now - behind).total_seconds() if behind else 0.0)
        if lost:
            _logger.error("open cases without a clock", cases=lost, nameless=nameless)
