"""Invent what simulated upstream systems say: hazards from report to close-out, the same for the same seed.

One in five is major, which most policies report upwards at once; a fifth of the others is due within a minute or two and
never put right, so that clocks run out during the load too.
"""

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Door = Literal["kafka", "http"]

TENANTS = ("331081003", "330381", "371082", "331102", "330402")
"""A town or county under each of the five notices."""

MAJOR, NEVER = 0.2, 0.2  # shares
SOON = (30.0, 90.0)  # seconds until the deadline of what is never put right
LATER = timedelta(days=15)
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("hazard.handed_over", {"to_unit": "示范科"}),
    ("hazard.rectified", {"by": "示范厂"}),
    ("hazard.reinspected", {"passed": True}),
    ("hazard.closed", {}),
)
PAUSE = (2.0, 15.0)  # seconds between two steps of one hazard
SITES = 200  # of one upstream


@dataclass(frozen=True, slots=True)
class Upstream:
    """One simulated system: its registered name, the `source` it uses, for whom it speaks, and by which door."""

    slug: str
    tenant: str
    door: Door

    @property
    def source(self) -> str:
        """Its CloudEvents `source`."""
        return f"/{self.slug}"


def upstreams(count: int, door: Door | Literal["both"], tenants: Sequence[str]) -> list[Upstream]:
    """`count` systems, their tenants in turn; with both doors every second one posts."""
    doors: tuple[Door, ...] = ("kafka", "http") if door == "both" else (door,)
    return [
        Upstream(f"load-{number + 1}-{doors[number % len(doors)]}", tenants[number % len(tenants)],
                 doors[number % len(doors)])
        for number in range(count)
    ]  # fmt: skip


@dataclass(slots=True)
class Script:
    """What one upstream says next; `run` makes the ids of this run its own."""

    upstream: Upstream
    run: str
    chance: random.Random
    _number: int = 0
    _waiting: list[tuple[datetime, int, int, str]] = field(default_factory=list)

    def next(self, now: datetime) -> dict[str, Any]:
        """A step of a hazard that is due, else a new hazard's report."""
        if self._waiting and self._waiting[0][0] <= now:
            _, _, step, hazard_id = heapq.heappop(self._waiting)
            kind, data = STEPS[step]
            self._plan(step + 1, hazard_id, now)
            return self._event(f"{hazard_id}/{step}", kind, {"hazard_id": hazard_id, **data}, now)
        return self._report(now)

    def _report(self, now: datetime) -> dict[str, Any]:
        self._number += 1
        hazard_id = f"{self.run}-{self.upstream.slug}-{self._number:06}"
        never = self.chance.random() < NEVER
        due = timedelta(seconds=self.chance.uniform(*SOON)) if never else LATER
        if not never:
            self._plan(0, hazard_id, now)
        data = {
            "hazard_id": hazard_id,
            "level": "major" if self.chance.random() < MAJOR else "general",
            "category": self.chance.choice(("fire_safety", "electrical", "machinery", "confined_space")),
            "description": "压力测试：疏散通道被货物堵塞",
            "site_id": f"LS-{self.chance.randrange(SITES)}",
            "sector": "工贸",
            "found_by": self.chance.choice(("inspection", "undercover", "self_check")),
            "rectify_by": (now + due).isoformat(),
        }
        return self._event(hazard_id, "hazard.reported", data, now)

    def _plan(self, step: int, hazard_id: str, now: datetime) -> None:
        if step < len(STEPS):
            at = now + timedelta(seconds=self.chance.uniform(*PAUSE))
            heapq.heappush(self._waiting, (at, self._number, step, hazard_id))

    def _event(self, event_id: str, kind: str, data: dict[str, Any], now: datetime) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": event_id,
            "source": self.upstream.source,
            "type": f"{kind}.v1",
            "time": now.isoformat(),
            "tenant": self.upstream.tenant,
            "data": data,
        }
