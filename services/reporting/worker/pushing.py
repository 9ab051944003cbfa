"""Tell a city's risk platform of every hazard that changed, again until it knows, or park it for a person (S0-24)."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from runtime import dead_letters
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.errors import Conflict, Unavailable
from runtime.log import get
from runtime.metrics import Metrics
from services.reporting.channels.risk_map import PATIENCE, Answer, RiskPlatform
from services.reporting.core.pushing import Next, Verdict, judge
from services.reporting.core.risk import hazard_feature
from services.reporting.core.scope import EVERYTHING
from services.reporting.store import lists, pushes
from services.reporting.store.pushes import Due

DOOR: Final = "risk_map"
REASON: Final = "not_taken"
AT_ONCE: Final = 32
IDLE: Final = 1.0  # seconds to the next look when nothing waits
LEASE: Final = timedelta(seconds=4 * PATIENCE)
"""What is claimed and not settled by then was left by a process that died."""

_logger = get(__name__)


class Told(NamedTuple):
    """One attempt with what it sent and what became of it."""

    due: Due
    feature: dict[str, Any]
    answer: Answer
    next: Next


class Pusher:
    """Claims what is due, tells it with a few connections, and settles the outcomes in one transaction."""

    name = "risk map"

    def __init__(self, *, database: Database, platform: RiskPlatform, metrics: Metrics, clock: Clock) -> None:
        self._database = database
        self._platform = platform
        self._metrics = metrics
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; what is under way is settled first."""
        try:
            while not stopping.is_set():
                if not await self._turn():
                    await self._rest(stopping)
        finally:
            await self._platform.close()

    async def turn(self) -> int:
        """Tell what is due now; returns how much that was."""
        features = await asyncio.to_thread(self._claim)
        told = await asyncio.gather(*(self._tell(due, feature) for due, feature in features))
        await asyncio.to_thread(self._settle, told)
        return len(told)

    async def _turn(self) -> int:
        try:
            return await self.turn()
        except (Unavailable, Conflict) as error:  # what was claimed is claimed again after its lease
            _logger.warning("the risk map waits", error=str(error))
            return 0

    async def _rest(self, stopping: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(stopping.wait(), IDLE)
        except TimeoutError:
            return

    def _claim(self) -> list[tuple[Due, dict[str, Any]]]:
        with self._database.begin() as work:
            claimed = pushes.claim(work, now=self._clock.now(), patience=LEASE, limit=AT_ONCE)
            return [(due, _feature(work, due)) for due in claimed]

    async def _tell(self, due: Due, feature: dict[str, Any]) -> Told:
        answer = await self._platform.tell(feature, key=f"{due.key}/{due.version}", at=self._clock.now())
        return Told(due, feature, answer, judge(answer.status, due.attempt, answer.retry_after))

    def _settle(self, told: list[Told]) -> None:
        now = self._clock.now()
        with self._database.begin() as work:
            for one in told:
                if one.next.verdict is Verdict.RETRIED:
                    pushes.postpone(work, one.due, until=now + one.next.pause, error=one.answer.said)
                elif one.next.verdict is Verdict.DEAD:
                    _park(work, one, now)
            pushes.settle(work, [one.due for one in told if one.next.verdict is not Verdict.RETRIED])
            waiting = pushes.backlog(work)
        for one in told:
            self._metrics.count("risk_map_pushes_total", outcome=str(one.next.verdict))
            if one.next.verdict is Verdict.DELIVERED:
                self._metrics.observe("risk_map_lag_seconds", max((now - one.due.changed_at).total_seconds(), 0.0))
        self._metrics.set("risk_map_waiting", waiting.waiting)
        self._metrics.set("risk_map_oldest_timestamp_seconds", waiting.oldest.timestamp() if waiting.oldest else 0.0)


def _feature(work: Work, due: Due) -> dict[str, Any]:
    """What is told of a hazard; one whose report was voided is said to be gone."""
    row = lists.one(work, due.key, EVERYTHING)
    if row is None:
        return {
            "type": "Feature",
            "id": str(due.key),
            "geometry": None,
            "properties": {"state": "voided", "open": False},
        }
    return hazard_feature(row, due.lon, due.lat, due.coord_sys)


def _park(work: Work, told: Told, now: datetime) -> None:
    """Keep what the platform would not take, with its answer, until a person sends it again."""
    dead_letters.park(
        work,
        received_at=now,
        reason=REASON,
        detail=[told.answer.said, f"{told.due.attempt} attempts"],
        door=DOOR,
        origin={"hazard": str(told.due.key), "version": told.due.version},
        tenant=told.feature["properties"].get("tenant"),
        event_id=str(told.due.key),
        body=json.dumps(told.feature, ensure_ascii=False).encode(),
        poison=False,
    )
    _logger.error("the risk map did not take a hazard", hazard=str(told.due.key), answer=told.answer.said)
