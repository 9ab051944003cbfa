"""Speak to the product as a county's system does: CloudEvents into its Kafka topic."""

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, NOTICE_FACTS, slot_of
from runtime import broker
from runtime.clock import SystemClock
from runtime.settings import ProcessSettings
from tests.machine import Machine

STRUCTURED = (("content-type", b"application/cloudevents+json; charset=utf-8"),)

Headers = tuple[tuple[str, bytes], ...]


def event(kind: str, *, id: str, source: str, tenant: str, data: Mapping[str, Any], **more: Any) -> dict[str, Any]:  # noqa: A002 (CloudEvents' name)
    """A CloudEvent that happens now."""
    return {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": f"{kind}.v1",
        "time": SystemClock().now().isoformat(),
        "tenant": tenant,
        "data": dict(data),
        **more,
    }


def document(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def send(settings: ProcessSettings, topic: str, records: Iterable[tuple[bytes, Headers]]) -> None:
    """Write records to a topic, in order, and wait until the broker has them."""
    with closing(broker.producer(settings, client_id="e2e-county")) as producer:
        reports = [producer.send(topic, value=body, headers=list(headers)) for body, headers in records]
        producer.flush()
        for report in reports:
            report.get(timeout=60)


def is_through(machine: Machine) -> bool:
    """Whether everything sent so far has come to its effects: read, announced and delivered, from door to page.

    The stages are looked at in the order of the way, so that what left one is seen in the next.
    """
    sources = [str(topic) for (topic,) in machine.rows("SELECT topic FROM intake.source WHERE topic IS NOT NULL")]
    waiting = "SELECT count(*) FROM notify.notice WHERE state IN ('created', 'sending', 'retrying')"
    return (
        _has_read(machine, "intake", sources)
        and _has_announced(machine, "intake")
        and _has_read(machine, "escalation", [HAZARD_FACTS])
        and _has_announced(machine, "escalation")
        and _has_read(machine, "notify", [ESCALATION_FACTS])
        and machine.rows(waiting) == [(0,)]
        and _has_announced(machine, "notify")
        and _has_read(machine, "reporting", [HAZARD_FACTS, ESCALATION_FACTS, NOTICE_FACTS])
    )


def _has_read(machine: Machine, schema: str, topics: Iterable[str]) -> bool:
    """Whether a service has applied what is in the topics now."""
    with closing(broker.consumer(machine.settings, client_id="e2e-ends")) as reader:
        partitions = [broker.Partition(topic, slot) for topic in topics for slot in reader.partitions_for_topic(topic)]
        ends = {place: end for place, (first, end) in broker.ranges(reader, partitions).items() if end > first}
    rows = machine.rows(f"SELECT topic, slot, next_offset FROM {schema}.consumer_position")
    positions = {(topic, slot): offset for topic, slot, offset in rows}
    return all(positions.get(tuple(place), 0) >= end for place, end in ends.items())


def _has_announced(machine: Machine, schema: str) -> bool:
    return machine.rows(f"SELECT count(*) FROM {schema}.outbox") == [(0,)]


def has_passed(machine: Machine, committee: str, moment: datetime) -> bool:
    """Whether time is complete up to a moment for a committee."""
    return machine.rows(
        "SELECT ticked_at > %s FROM escalation.frontier WHERE slot = %s", moment, slot_of(committee)
    ) == [(True,)]
