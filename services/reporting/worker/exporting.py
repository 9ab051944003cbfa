"""Export gauges from the tables beside the consumer: one worker of several does it, by lease."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from contracts.vocabulary import Level, RuleId
from runtime.clock import Clock
from runtime.database import Database
from runtime.errors import Conflict, Unavailable
from runtime.log import get
from runtime.metrics import Metrics
from services.reporting.core.scope import EVERYTHING
from services.reporting.metrics import SEVERITIES
from services.reporting.store import frontier, hazards, lease, sums

LEASE_ROUNDS: Final = 3
"""The lease outlives this many rounds, so that a slow round does not lose it."""

_logger = get(__name__)


class Exporter:
    """Reads the tables every `every` and sets the gauges; every `checked_every` it compares sums and rows."""

    name = "exporter"

    def __init__(
        self,
        *,
        database: Database,
        metrics: Metrics,
        clock: Clock,
        owner: str,
        every: timedelta,
        checked_every: timedelta,
    ) -> None:
        self._database = database
        self._metrics = metrics
        self._clock = clock
        self._owner = owner or str(clock.uuid())
        self._every = every
        self._checked_every = checked_every
        self._checked_at: float | None = None
        self._counted: dict[tuple[str, str], int] = {}
        self._counties: set[str] = set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; a database that is away for a while only leaves the gauges as they are."""
        while not stopping.is_set():
            try:
                await asyncio.to_thread(self.refresh)
            except (Unavailable, Conflict) as error:
                _logger.warning("gauges not refreshed", error=str(error))
            try:
                await asyncio.wait_for(stopping.wait(), self._every.total_seconds())
            except TimeoutError:
                continue

    def refresh(self) -> None:
        """Set every gauge once, if this worker holds the lease."""
        with self._database.begin() as work:
            held = lease.hold(work, self._owner, LEASE_ROUNDS * self._every)
            self._metrics.set("reporting_exporter_active", float(held))
            if not held:
                self._forget()
                return
            self._set_cases(sums.open_by_county(work), sums.oldest(work, EVERYTHING, "county"))
            self._count_escalations(sums.escalations(work))
            as_of = frontier.as_of(work, EVERYTHING)
            self._metrics.set("reporting_as_of_timestamp_seconds", as_of.timestamp() if as_of else 0.0)
        self._check_sums()

    def _set_cases(self, found: list[sums.Sum], oldest: dict[str, datetime]) -> None:
        self._counties |= {row.county for row in found}
        opened = dict.fromkeys(((county, severity) for county in self._counties for severity in SEVERITIES), 0)
        overdue = dict.fromkeys(self._counties, 0)
        for row in found:
            opened[row.county, row.level] += row.hazards
            overdue[row.county] += row.hazards if row.overdue else 0
        for (county, severity), hazards_open in opened.items():
            self._metrics.set("open_cases", hazards_open, county=county, severity=severity)
        for county, hazards_overdue in overdue.items():
            self._metrics.set("overdue_cases", hazards_overdue, county=county)
            since = oldest.get(county)
            self._metrics.set("overdue_oldest_timestamp_seconds", since.timestamp() if since else 0.0, county=county)

    def _count_escalations(self, found: list[tuple[str, str, int]]) -> None:
        """Every pair starts at zero with the first reading, never before: a restart is no burst of decisions."""
        total = {(str(level), str(rule)): 0 for level in Level for rule in RuleId}
        total |= {(level, rule): count for level, rule, count in found}
        for (level, rule), count in total.items():
            grown = count - self._counted.get((level, rule), 0)
            self._metrics.count("escalations_total", max(grown, 0), level=level, rule=rule)
        self._counted = total

    def _forget(self) -> None:
        """Say nothing any more: the holder says it, and nothing is to be added up twice."""
        for name in ("open_cases", "overdue_cases", "overdue_oldest_timestamp_seconds", "escalations_total"):
            self._metrics.clear(name)
        self._counted = {}

    def _check_sums(self) -> None:
        now = self._clock.monotonic()
        if self._checked_at is not None and now - self._checked_at < self._checked_every.total_seconds():
            return
        self._checked_at = now
        with self._database.begin() as work:
            hazards.drop_empty_sums(work)
            differing = hazards.mismatch(work)
        self._metrics.set("reporting_total_mismatch", differing)
        if differing:
            _logger.error("sums differ from rows", hazards=differing)
