"""Read the inner topics while events are sent, and note when each event was first seen at which stage."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, Final

import msgspec

from contracts.decisions import Decision
from contracts.facts import Fact
from contracts.notices import Notice
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, NOTICE_FACTS, SLOTS
from runtime import broker, codec
from runtime.database import Database
from runtime.errors import Unavailable
from runtime.settings import ProcessSettings

SAMPLE: Final = 10  # every tenth fact is looked for in reporting's tables
LOOK_EVERY: Final = 0.25  # seconds

_decision = msgspec.json.Decoder(Decision).decode
_notice = msgspec.json.Decoder(Notice).decode


class Times:
    """When what was seen, in seconds of one clock. Written by several threads, each for its own stage."""

    def __init__(self) -> None:
        self.happened: dict[str, datetime] = {}
        self.sent: dict[str, float] = {}
        self.announced: dict[str, float] = {}
        self.decided: dict[str, float] = {}
        self.told: dict[str, float] = {}
        self.shown: dict[str, float] = {}
        self.doors: dict[str, list[float]] = {"kafka": [], "http": []}
        self.of_decision: dict[str, str] = {}

    def stages(self) -> Mapping[str, list[float]]:
        """Seconds by stage; an event that was not seen at a stage is missing there."""
        return {
            "door http": self.doors["http"],
            "door kafka": self.doors["kafka"],
            "intake": list(_between(self.sent, self.announced)),
            "escalation": list(_between(self.announced, self.decided)),
            "notify": list(_between(self.decided, self.told)),
            "reporting": list(_between(self.announced, self.shown)),
        }


def _between(first: Mapping[str, float], second: Mapping[str, float]) -> Iterator[float]:
    return (at - first[name] for name, at in second.items() if name in first)


class Watch(threading.Thread):
    """Reads from the topics' present ends until it is ended."""

    def __init__(self, settings: ProcessSettings, times: Times, monotonic: Callable[[], float], run: str) -> None:
        super().__init__(daemon=True, name="load-watch")
        self._times = times
        self._monotonic = monotonic
        self._prefix = run
        self._end = threading.Event()
        self._reader = broker.consumer(settings, client_id="bihuan-load")
        self._places = [
            broker.Partition(topic, slot)
            for topic in (HAZARD_FACTS, ESCALATION_FACTS, NOTICE_FACTS)
            for slot in range(SLOTS)
        ]
        ends = broker.ranges(self._reader, self._places)
        self._reader.assign(self._places)
        for place in self._places:
            self._reader.seek(place, ends[place][1])

    def end(self) -> None:
        """Stop reading."""
        self._end.set()
        self.join(30)

    def run(self) -> None:
        """Read until told to end."""
        reactions = {HAZARD_FACTS: self._announced, ESCALATION_FACTS: self._decided, NOTICE_FACTS: self._told}
        with closing(self._reader):
            while not self._end.is_set():
                for place, records in self._reader.poll(timeout_ms=200).items():
                    now = self._monotonic()
                    for record in records:
                        reactions[place.topic](codec.decode(record.value), now)

    def _announced(self, fact: Fact, now: float) -> None:
        if fact.id.startswith(self._prefix):
            self._times.announced.setdefault(fact.id, now)

    def _decided(self, fact: Fact, now: float) -> None:
        """What falls due at the moment of its event was brought by no deadline."""
        decision = _decision(fact.data)
        for cause in decision.facts:
            if self._times.happened.get(cause) == decision.at and cause not in self._times.decided:
                self._times.decided[cause] = now
                self._times.of_decision[decision.decision_id] = cause

    def _told(self, fact: Fact, now: float) -> None:
        notice = _notice(fact.data)
        for decision in (notice.decision_id, *notice.decisions):
            if cause := self._times.of_decision.get(decision):
                self._times.told.setdefault(cause, now)


class Look(threading.Thread):
    """Looks for a sample of the announced events in reporting's tables, a few times a second."""

    def __init__(self, settings: ProcessSettings, times: Times, monotonic: Callable[[], float]) -> None:
        super().__init__(daemon=True, name="load-look")
        self._settings = settings
        self._times = times
        self._monotonic = monotonic
        self._end = threading.Event()
        self._wanted: set[str] = set()
        self._seen = 0

    def end(self) -> None:
        """Stop looking."""
        self._end.set()
        self.join(30)

    @property
    def missing(self) -> int:
        """How many of the sample are not there yet."""
        return len(self._wanted)

    def run(self) -> None:
        """Look until told to end; a database that is away is asked again."""
        url = self._settings.database_url.get_secret_value()
        database = Database(url, schema="reporting", application_name="bihuan load", pool_size=1)
        try:
            while not self._end.wait(LOOK_EVERY):
                self._take_sample()
                self._ask(database)
        finally:
            database.close()

    def _take_sample(self) -> None:
        announced = list(self._times.announced)
        self._wanted.update(announced[self._seen :: SAMPLE])
        self._seen += len(range(self._seen, len(announced), SAMPLE)) * SAMPLE

    def _ask(self, database: Database) -> None:
        if not self._wanted:
            return
        try:
            with database.begin() as work:
                rows = _found(work.connection, list(self._wanted))
        except Unavailable:
            return
        now = self._monotonic()
        for name in rows:
            self._times.shown.setdefault(name, now)
            self._wanted.discard(name)


def _found(connection: Any, names: list[str]) -> list[str]:
    rows = connection.execute("SELECT event_id FROM fact WHERE event_id = ANY(%s)", (names,)).fetchall()
    return [name for (name,) in rows]
