"""Kill, freeze and stop the services under load: what comes out equals what the log says, and nobody is told twice."""

import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import timedelta

import psutil
import pytest

from runtime.clock import SystemClock
from runtime.testing import eventually
from tests.faults.comparing import is_quiet, outcome, read_up
from tests.faults.feeding import SOURCE, TOPIC, Feeder
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


def test_what_comes_out_equals_what_the_log_says(running: Machine) -> None:
    """0 lost, 0 doubled, nobody escalated against a fact that was already in a topic, nobody told twice."""
    feeder = Feeder(running.settings, RATE, SEED)
    feeder.start()
    torment(running, random.Random(SEED))
    truth = feeder.stop()
    until = max(truth.last_deadline, SystemClock().now()) + GRACE
    eventually(lambda: is_quiet(running.settings, running.rows, [TOPIC], until), within=600, every=2)
    eventually(lambda: read_up(running.settings, running.rows), within=300, every=2)

    came = outcome(running.settings, running.rows, [SOURCE])
    print(  # noqa: T201  # the figures of a run are quoted
        f"\n{ROUNDS} rounds: {came.figures(len(truth.sent))}, "
        f"{len(truth.in_time)} rectified in time, {len(came.raised)} overdue"
    )

    assert came.wrong(truth.sent) == []
    assert came.raised & truth.in_time == set()
    assert truth.never <= came.raised
