"""Hear when the broker got what the product published, by the broker's own clock stamps; reading late changes nothing."""

import itertools
import threading
from collections.abc import Iterable
from contextlib import closing
from typing import Final, NamedTuple

import msgspec
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from contracts.decisions import Decision
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, SLOTS
from runtime import broker, codec
from runtime.settings import ProcessSettings

STAGES: Final = ("door", "to hazard.facts", "decided", "to escalation.facts")
"""From sent to numbered by intake's relay, from there to the log, to numbered by escalation's relay, to the log."""

_decision = msgspec.json.Decoder(Decision).decode


class Stamp(NamedTuple):
    """When a fact was numbered, and when the broker got it; seconds of the machine's clock."""

    accepted: float
    appended: float


class Ear(threading.Thread):
    """Keeps when each fact came into the log of hazards, and the first decision about each subject into its own."""

    def __init__(self, settings: ProcessSettings) -> None:
        super().__init__(daemon=True)
        self._settings = settings
        self._end = threading.Event()
        self._facts: dict[str, Stamp] = {}
        self.ready = threading.Event()
        self.heard: dict[tuple[str, str], Stamp] = {}

    def run(self) -> None:
        """Listen from the end of the logs until told to stop."""
        _stamp_at_the_broker(self._settings, (HAZARD_FACTS, ESCALATION_FACTS))
        with closing(broker.consumer(self._settings, client_id="bench-ear")) as reader:
            slots = [
                broker.Partition(topic, slot) for topic in (HAZARD_FACTS, ESCALATION_FACTS) for slot in range(SLOTS)
            ]
            reader.assign(slots)
            for slot, (_, end) in broker.ranges(reader, slots).items():
                reader.seek(slot, end)
            self.ready.set()
            while not self._end.is_set():
                for records in reader.poll(timeout_ms=200).values():
                    for record in records:
                        if record.key != codec.TICK_KEY:
                            self._hear(record.topic, record.value, record.timestamp / 1000)

    def stop(self) -> None:
        """Stop listening."""
        self._end.set()
        self.join(10)

    def first(self, hazard: str) -> float | None:
        """When the first decision about a major hazard came into the log."""
        return min((stamp.appended for stamp in self._about(hazard)), default=None)

    def stages(self, fact: str, hazard: str, sent: float) -> tuple[float, ...]:
        """How long each of `STAGES` took, of the fact of this id and the first decision that it led to."""
        came, left = self._facts[fact], min(self._about(hazard))
        instants = (sent, *came, *left)
        return tuple(after - before for before, after in itertools.pairwise(instants))

    def _about(self, hazard: str) -> Iterable[Stamp]:
        return [at for rule in ("major_hazard", "instant_report") if (at := self.heard.get((hazard, rule)))]

    def _hear(self, topic: str, value: bytes, appended: float) -> None:
        fact = codec.decode(value)
        stamp = Stamp((fact.acceptedtime or fact.time).timestamp(), appended)
        if topic == HAZARD_FACTS:
            self._facts.setdefault(fact.id, stamp)
        else:
            decision = _decision(fact.data)
            self.heard.setdefault((decision.subject.id, decision.rule), stamp)


def _stamp_at_the_broker(settings: ProcessSettings, topics: Iterable[str]) -> None:
    """Let a record's time be that at which the broker appended it, not that at which its producer made it."""
    with closing(KafkaAdminClient(**broker.connection(settings), client_id="bench-ear")) as admin:
        admin.alter_configs(
            [
                ConfigResource(ConfigResourceType.TOPIC, topic, configs={"message.timestamp.type": "LogAppendTime"})
                for topic in topics
            ]
        )
