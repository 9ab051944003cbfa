"""Kill, freeze and stop the services under load: what comes out equals what the log says, and nobody is told twice."""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import msgspec
import psutil
import pytest

from contracts.decisions import Decision
from contracts.divisions import load as load_divisions
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS
from runtime import broker
from runtime.clock import SystemClock
from runtime.testing import eventually
from services.escalation.packs import law_of, read_packs
from tests.faults.feeding import SOURCE, TOPIC, Feeder
from tests.faults.reference import decide, differences, facts_of, plain
from tests.machine import Machine

pytestmark = [pytest.mark.faults, pytest.mark.timeout(7200)]

ROUNDS = int(os.environ.get("ROUNDS", "10"))
RATE = float(os.environ.get("RATE", "200"))  # events a second
SEED = int(os.environ.get("SEED", "1"))
FROZEN = 20.0  # seconds
STOPPED = 60.0  # seconds that intake stands still
GRACE = timedelta(seconds=30)  # ticks come each 5 s and lie 10 s back


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with the policies in force and one registered source."""
    started = Machine(tmp_path_factory.mktemp("faults") / "local")
    try:
        started.up()
        tenants = [word for root in ("331081", "330300", "371000", "331100") for word in ("--tenant", root)]
        started.run("sources", "register", "faults", "--source", SOURCE, *tenants)
        started.run("policy", "activate", "--all")
        yield started
    finally:
        started.down()


def services(running: Machine) -> list[str]:
    return [program.name for program in running.here.programs if program.is_service]


def torment(running: Machine, chance: random.Random) -> None:
    """Ten rounds of kill -9, one freeze, one stop of intake, in random order."""
    acts = ["kill"] * ROUNDS + ["freeze", "stop"]
    chance.shuffle(acts)
    for act in acts:
        if act == "kill":
            running.kill(chance.choice(services(running)))
            pause(chance.uniform(2, 6))
        elif act == "freeze":
            worker = psutil.Process(
                running.pid(chance.choice(["escalation-worker", "notify-worker", "reporting-worker"]))
            )
            worker.suspend()
            pause(FROZEN)
            worker.resume()
        else:
            for name in ("intake-worker", "intake-api"):
                running.stop(name)
            pause(STOPPED)
            for name in ("intake-worker", "intake-api"):
                running.start(name)


def pause(seconds: float) -> None:
    """The load goes on meanwhile: the length of a fault is part of it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        signal.sigtimedwait((), min(1.0, max(0.0, deadline - time.monotonic())))


def is_quiet(running: Machine, until: datetime) -> bool:
    """Whether everything sent is taken in, time has passed `until` in every slot, and nothing waits to be announced."""
    partition = broker.Partition(TOPIC, 0)
    with closing(broker.consumer(running.settings, client_id="faults-quiet")) as reader:
        end = broker.ranges(reader, [partition])[partition][1]
    taken = running.rows("SELECT next_offset FROM intake.consumer_position WHERE topic = %s", TOPIC)
    waiting = running.rows(
        "SELECT (SELECT count(*) FROM intake.outbox) + (SELECT count(*) FROM escalation.outbox)"
        " + (SELECT count(*) FROM notify.outbox)"
    )
    passed = running.rows("SELECT count(*) FROM escalation.frontier WHERE ticked_at < %s", until)
    return taken == [(end,)] and waiting == [(0,)] and passed == [(0,)]


def read_up(running: Machine) -> bool:
    """Whether the readers of decisions have read them all."""
    with closing(broker.consumer(running.settings, client_id="faults-quiet")) as reader:
        ends = {
            slot: broker.ranges(reader, [broker.Partition(ESCALATION_FACTS, slot)])[
                broker.Partition(ESCALATION_FACTS, slot)
            ][1]
            for slot in range(64)
        }
    for schema in ("notify", "reporting"):
        found = dict(
            running.rows(f"SELECT slot, next_offset FROM {schema}.consumer_position WHERE topic = %s", ESCALATION_FACTS)
        )
        if any(found.get(slot) != end for slot, end in ends.items() if end):
            return False
    return True


def test_what_comes_out_equals_what_the_log_says(running: Machine) -> None:
    """0 lost, 0 doubled, nobody escalated against a fact that was already in a topic, nobody told twice."""
    feeder = Feeder(running.settings, RATE, SEED)
    feeder.start()
    torment(running, random.Random(SEED))
    truth = feeder.stop()
    until = max(truth.last_deadline, SystemClock().now()) + GRACE
    eventually(lambda: is_quiet(running, until), within=600, every=2)
    eventually(lambda: read_up(running), within=300, every=2)

    log = facts_of(running.settings, HAZARD_FACTS)
    arrived = Counter(fact.id for slot in log.values() for fact in slot if fact.source == SOURCE)
    law = law_of(read_packs(None), load_divisions())
    expected: list[str] = []
    states: dict[tuple[str, str], object] = {}
    for slot in log.values():
        records, cases = decide(law, slot)
        expected += [plain(record) for record in records]
        states |= {
            (key.committee, f"{key.kind}|{key.namespace}|{key.id}"): case.next_at for key, case in cases.cases.items()
        }
    announced = [
        plain(msgspec.json.decode(fact.data, type=Decision))
        for slot in facts_of(running.settings, ESCALATION_FACTS).values()
        for fact in slot
    ]
    kept = [
        plain(msgspec.json.decode(json.dumps(record), type=Decision))
        for (record,) in running.rows("SELECT record FROM escalation.decision_record ORDER BY place")
    ]
    clocks = {
        (committee, key): at
        for committee, key, at in running.rows("SELECT committee, key, next_at FROM escalation.case_file")
    }
    heard = running.rows("SELECT count(*) FROM notify.decision_record")[0][0]
    told = running.rows(
        "SELECT count(*), count(DISTINCT (decision_id, status, turn, recipient, channel)) FROM notify.notice"
    )
    twice = running.rows(
        "SELECT notice_id FROM notify.attempt WHERE outcome = 'delivered' GROUP BY notice_id HAVING count(*) > 1"
    )
    raised = {
        msgspec.json.decode(record, type=Decision).subject.id for record in expected if '"rule":"overdue"' in record
    }
    print(  # noqa: T201  # the figures of a run are quoted
        f"\n{ROUNDS} rounds: {len(truth.sent)} events sent, {sum(arrived.values())} announced, {len(expected)} records, "
        f"{len(states)} cases, {told[0][0]} notices, {len(truth.in_time)} rectified in time, {len(raised)} overdue"
    )

    assert set(arrived) == truth.sent
    assert max(arrived.values()) == 1
    assert differences(kept, expected) == ([], [])
    assert differences(announced, expected) == ([], [])
    assert clocks == states
    assert raised & truth.in_time == set()
    assert truth.never <= raised
    assert heard == len(expected)
    assert told[0][0] == told[0][1] > 0
    assert twice == []
