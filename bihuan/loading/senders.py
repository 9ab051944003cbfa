"""Send at a steady rate, as upstream systems do: what nobody acknowledged comes again under the same id."""

import http.client
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bihuan.loading.plan import Script
from bihuan.loading.watching import Times
from runtime.broker import NotAcknowledged
from runtime.clock import SystemClock

STRUCTURED = "application/cloudevents+json; charset=utf-8"
TAKEN = {"accepted", "duplicate"}
PAUSE = 0.5  # seconds before the same event comes again
LAST_TRIES = 60  # of what was under way when the load ended: whether it was taken should be known
ACCEPTED, BUSY = 202, {429, 502, 503, 504}


class Refused(Exception):
    """The door will not take this event however often it comes."""


@dataclass(slots=True)
class Pace:
    """When the n-th event is due, and when it is over: a rate, a number, and moments of one clock."""

    rate: float
    count: int
    begun: float
    until: float

    def due(self, number: int) -> float:
        """The moment of the n-th event."""
        return self.begun + number / self.rate


@dataclass(slots=True)
class Sender:
    """One upstream: says the next thing when it is due, and does not go on before it was acknowledged."""

    script: Script
    pace: Pace
    deliver: Callable[[bytes], None]
    times: Times
    clock: SystemClock
    ended: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    again: int = 0
    trouble: str = ""

    def work(self) -> None:
        """Send everything of this upstream's share."""
        for number in range(self.pace.count):
            wait = self.pace.due(number) - self.clock.monotonic()
            if self.ended.wait(max(0.0, wait)) or self.clock.monotonic() > self.pace.until:
                return
            now = self.clock.now()
            event = self.script.next(now)
            self.times.happened[event["id"]] = now
            if not self._bring(event):
                return

    def _bring(self, event: dict[str, Any]) -> bool:
        body = json.dumps(event, ensure_ascii=False).encode()
        begun = self.clock.monotonic()
        self.times.sent[event["id"]] = begun
        left = LAST_TRIES
        while True:
            try:
                self.deliver(body)
            except Refused as refused:
                self.trouble = f"{event['id']}: {refused}"
                return False
            except (OSError, http.client.HTTPException, NotAcknowledged) as error:
                self.again += 1
                left -= self.ended.is_set()
                threading.Event().wait(PAUSE)
                if not left:
                    self.trouble = f"{event['id']} was not acknowledged: {error!r}"
                    return False
            else:
                break
        self.acknowledged.append(event["id"])
        self.times.doors[self.script.upstream.door].append(self.clock.monotonic() - begun)
        return True


class HttpDoor:
    """A connection to intake's API that is opened again when it breaks."""

    def __init__(self, url: str, key: str) -> None:
        self._told = urlsplit(url)
        self._headers = {"content-type": STRUCTURED, "authorization": f"Bearer {key}"}
        self._connection: http.client.HTTPConnection | None = None

    def __call__(self, body: bytes) -> None:
        """Post one event; raises Refused, or OSError where it has to come again."""
        try:
            status, answer = self._post(body)
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if status in BUSY:
            raise ConnectionError(f"the door answered {status}")
        if status != ACCEPTED:
            raise Refused(f"the door answered {status}: {answer[:300].decode('utf-8', 'replace')}")
        said = json.loads(answer)["outcomes"][0]
        if said["outcome"] not in TAKEN:
            raise Refused(f"{said['outcome']}: {said.get('reason', '')}")

    def close(self) -> None:
        """Shut the connection; the next post opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, body: bytes) -> tuple[int, bytes]:
        if self._connection is None:
            made = http.client.HTTPSConnection if self._told.scheme == "https" else http.client.HTTPConnection
            self._connection = made(self._told.netloc, timeout=20)
        self._connection.request("POST", f"{self._told.path.rstrip('/')}/v1/events", body, self._headers)
        with self._connection.getresponse() as answer:
            return answer.status, answer.read()


class KafkaDoor:
    """A topic of one upstream, through a producer that all of them share."""

    def __init__(self, producer: Any, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    def __call__(self, body: bytes) -> None:
        """Write one event and wait for the brokers' word."""
        headers = [("content-type", STRUCTURED.encode())]
        self._producer.send(self._topic, value=body, headers=headers).get(timeout=90)

    def close(self) -> None:
        """Nothing of its own to shut."""


def run_name(now: datetime) -> str:
    """What the ids of a run begin with, so that no two runs say the same."""
    return f"load{now:%Y%m%d%H%M%S}"
