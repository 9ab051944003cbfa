"""Say up to which instant time is complete: behind the clock by the grace, behind any backlog, or not at all in doubt."""

from datetime import datetime, timedelta

from runtime import log
from runtime.clock import Clock
from runtime.database import Database
from runtime.errors import Unavailable
from runtime.metrics import Metrics
from services.intake.core.clock_guard import Guard, Reading
from services.intake.store import clock as store
from services.intake.worker.backlog import Backlog

_logger = log.get(__name__)


class TickValue:
    """Called by the relay before each tick; None holds the ticks."""

    def __init__(
        self,
        *,
        database: Database,
        backlog: Backlog,
        clock: Clock,
        metrics: Metrics,
        grace: timedelta,
        guarded: bool,
    ) -> None:
        self._database = database
        self._backlog = backlog
        self._clock = clock
        self._metrics = metrics
        self._grace = grace
        self._guard = Guard() if guarded else None

    def __call__(self) -> datetime | None:
        """Return the instant up to which everything that came to any door is announced or will be before the tick."""
        now = self._clock.now()
        try:
            if self._guard is not None and self._in_doubt(self._guard, now):
                return None
            oldest = self._backlog.oldest()
        except Unavailable as error:
            _logger.warning("tick held", error=str(error))
            return None
        value = now - self._grace
        if oldest is not None and oldest < value:
            value = oldest
        self._metrics.set("intake_tick_behind_seconds", (now - self._grace - value).total_seconds())
        return value

    def _in_doubt(self, guard: Guard, now: datetime) -> bool:
        """Compare the clocks, and write down when ticks begin and cease to be held."""
        with self._database.begin() as work:
            state = store.state(work)
            reading = Reading(
                wall=now, database=state.database, monotonic=self._clock.monotonic(), last_tick=state.last_tick
            )
            found = guard.look(reading, held=state.trouble, accepted=state.accepted)
            if found is not None:
                store.hold(work, now, found)
            elif state.held_since is not None:
                store.release(work)
        since = 0.0
        if found is not None:
            since = (state.held_since or now).timestamp()
            _logger.error("ticks held", trouble=found.trouble, why=found.sentence)
        self._metrics.set("intake_tick_held_since_timestamp_seconds", since)
        return found is not None
