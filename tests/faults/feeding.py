"""Send events at a steady rate to a running machine, and remember what was promised about each."""

import json
import random
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime import broker
from runtime.clock import SystemClock
from runtime.settings import ProcessSettings

SOURCE = "/faults"
TOPIC = "inspection.faults"
TENANTS = ("331081003", "331081006", "330381", "371002", "331102")
SOONEST, LATEST = 5.0, 60.0  # seconds until a deadline
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK = SystemClock()


@dataclass(slots=True)
class Truth:
    """What the feeder knows: the ground truth of one run.

    `in_time` were rectified before their deadline, on record at the broker; of `unknown` nobody can say; `never` were
    not rectified at all.
    """

    sent: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    in_time: set[str] = field(default_factory=set)
    never: set[str] = field(default_factory=set)
    last_deadline: datetime = LONG_AGO


class Feeder(threading.Thread):
    """`rate` events a second until `stop`; every acknowledgement is waited for."""

    def __init__(self, settings: ProcessSettings, rate: float, seed: int) -> None:
        super().__init__(daemon=True)
        self._settings = settings
        self._rate = rate
        self._chance = random.Random(seed)
        self._end = threading.Event()
        self._later: list[tuple[float, str, dict[str, Any], str, datetime]] = []
        self._number = 0
        self.truth = Truth()

    def stop(self) -> Truth:
        """End the feed, wait for every acknowledgement, and return what was promised."""
        self._end.set()
        self.join(120)
        return self.truth

    def run(self) -> None:
        """Send, one event after another, never faster than the rate."""
        with closing(broker.producer(self._settings, client_id="faults")) as producer:
            begun, pending = time.monotonic(), []
            while not self._end.is_set():
                event, promise = self._next()
                pending.append((event["id"], promise, producer.send(TOPIC, value=json.dumps(event).encode())))
                if len(pending) >= self._rate / 4:
                    pending = self._settled(pending)
                self._end.wait(max(0.0, begun + self._number / self._rate - time.monotonic()))
            producer.flush()
            while pending:
                pending = self._settled(pending)

    def _settled(self, pending: list[Any]) -> list[Any]:
        for event_id, promise, report in pending:
            metadata = report.get(timeout=60)
            self.truth.sent.add(event_id)
            if promise is not None:
                hazard_id, deadline = promise
                written = datetime.fromtimestamp(metadata.timestamp / 1000, UTC)
                (self.truth.in_time if written < deadline else self.truth.unknown).add(hazard_id)
        return []

    def _next(self) -> tuple[dict[str, Any], tuple[str, datetime] | None]:
        now = time.monotonic()
        due = next((entry for entry in self._later if entry[0] <= now), None)
        if due is not None:
            self._later.remove(due)
            _, kind, data, tenant, deadline = due
            promise = (data["hazard_id"], deadline) if kind == "hazard.rectified" else None
            return self._event(kind, data, tenant), promise
        return self._report(now), None

    def _report(self, now: float) -> dict[str, Any]:
        chance = self._chance
        hazard_id, tenant = f"F-{self._number:07d}", chance.choice(TENANTS)
        span = chance.uniform(SOONEST, LATEST)
        deadline = CLOCK.now() + timedelta(seconds=span)
        self.truth.last_deadline = max(self.truth.last_deadline, deadline)
        data = {
            "hazard_id": hazard_id,
            "level": "major" if chance.random() < 0.1 else "general",
            "category": chance.choice(["fire_safety", "electrical", "machinery"]),
            "description": "疏散通道被货物堵塞",
            "site_id": f"S-{chance.randint(1, 400)}",
            "sector": "工贸",
            "found_by": chance.choice(["inspection", "undercover", "self_check"]),
            "rectify_by": deadline.isoformat(),
        }
        luck = chance.random()
        if luck < 0.6:  # rectified in time, with a second to spare for the broker
            wait = chance.uniform(0.3, max(0.4, span - 1.5))
            self._later.append((now + wait, "hazard.rectified", {"hazard_id": hazard_id, "by": "厂"}, tenant, deadline))
            self._later.append((now + wait + 0.2, "hazard.closed", {"hazard_id": hazard_id}, tenant, deadline))
        elif luck < 0.8:  # too late
            self._later.append(
                (now + span + 5, "hazard.rectified", {"hazard_id": hazard_id, "by": "厂"}, tenant, deadline)
            )
        else:
            self.truth.never.add(hazard_id)
        return self._event("hazard.reported", data, tenant)

    def _event(self, kind: str, data: dict[str, Any], tenant: str) -> dict[str, Any]:
        self._number += 1
        return {
            "specversion": "1.0",
            "id": f"e-{self._number:07d}",
            "source": SOURCE,
            "type": f"{kind}.v1",
            "time": CLOCK.now().isoformat(),
            "tenant": tenant,
            "datacontenttype": "application/json",
            "data": data,
        }
