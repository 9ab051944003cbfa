"""A source's topic gets more partitions while everything runs: nothing is overlooked, and the order is not missed."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from kafka.admin import KafkaAdminClient

from runtime import broker
from runtime.clock import SystemClock
from runtime.testing import eventually
from tests.e2e.feed import STRUCTURED, event, is_through
from tests.machine import Machine

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

SOURCE, TOPIC, TENANT = "/growing", "inspection.growing", "371082"
STEPS = (
    "hazard.closed",
    "hazard.reinspected",
    "hazard.rectified",
    "hazard.reported",
)  # as they come in: the last one first
HAZARDS = 60
WITHIN = 600.0  # seconds; clients look for new partitions once a minute


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    started = Machine(tmp_path_factory.mktemp("growing") / "local")
    try:
        started.up()
        started.run("sources", "register", "growing", "--tenant", TENANT, "--source", SOURCE)
        started.run("policy", "activate", "--all")
        yield started
    finally:
        started.down()


def test_more_partitions_change_nothing_that_is_decided(machine: Machine) -> None:
    """Steps of one hazard, scattered over partitions old and new in the wrong order, end in the same state."""
    _send(machine, "before", [(step, 0) for step in reversed(STEPS)])
    eventually(lambda: is_through(machine), within=WITHIN, every=1.0)

    _grow(machine, 3)
    _send(machine, "after", [(step, place % 3) for place, step in enumerate(STEPS)])
    eventually(lambda: _positions(machine) == [0, 1, 2], within=WITHIN, every=2.0)
    eventually(lambda: is_through(machine), within=WITHIN, every=1.0)

    states = machine.rows(
        """SELECT split_part(hazard_id, '-', 1), state, in_time, count(*) FROM reporting.hazard
        GROUP BY 1, 2, 3 ORDER BY 1"""
    )
    records = machine.rows("SELECT count(*) FROM intake.dead_letter")
    print(f"\n{states}")  # noqa: T201 (quoted)
    assert states == [("after", "closed", True, HAZARDS), ("before", "closed", True, HAZARDS)]
    assert records == [(0,)]


def _send(machine: Machine, series: str, steps: list[tuple[str, int]]) -> None:
    """Every step of all hazards, each step to its partition."""
    begun = SystemClock().now() - timedelta(hours=1)
    with closing(broker.producer(machine.settings, client_id="growing")) as producer:
        for step, partition in steps:
            for number in range(HAZARDS):
                told = _event(step, f"{series}-{number}", begun + timedelta(minutes=10 * (3 - STEPS.index(step))))
                body = json.dumps(told, ensure_ascii=False).encode()
                producer.send(TOPIC, value=body, headers=list(STRUCTURED), partition=partition)
            producer.flush()


def _event(step: str, hazard_id: str, at: datetime) -> dict[str, object]:
    data: dict[str, object] = {"hazard_id": hazard_id}
    if step == "hazard.reported":
        site = {"id": "S-1", "name": "示范厂", "address": "示范路1号", "kind": "unit", "sector": "工贸"}
        data |= {"level": "general", "category": "fire_safety", "description": "疏散通道被堵", "site": site,
                 "sector": "工贸", "found_by": "inspection", "rectify_by": "2099-01-01"}  # fmt: skip
    data |= {"by": "厂"} if step == "hazard.rectified" else {}
    data |= {"passed": True} if step == "hazard.reinspected" else {}
    told = event(step, id=f"{hazard_id}/{step}", source=SOURCE, tenant=TENANT, data=data)
    return told | {"time": at.isoformat()}


def _grow(machine: Machine, partitions: int) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=machine.here.brokers)) as admin:
        admin.create_partitions({TOPIC: partitions})


def _positions(machine: Machine) -> list[int]:
    return [
        slot for (slot,) in machine.rows("SELECT slot FROM intake.consumer_position WHERE topic = %s ORDER BY 1", TOPIC)
    ]
