"""From the release before to this one, under load: the old code runs on the new schema, and no restart loses an event.

`PREVIOUS=` names the release to come from, a tag or a commit; else the newest tag, else what there was before the newest
migration.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local.places import CLONE
from runtime.clock import SystemClock
from runtime.testing import Program, eventually, http_status
from tests.faults.comparing import is_quiet, outcome, read_up
from tests.faults.feeding import SOURCE, TOPIC, Feeder
from tests.faults.posting import SLUG, Poster
from tests.faults.posting import SOURCE as POSTED
from tests.machine import Machine

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

RATE = float(os.environ.get("RATE", "100"))  # events a second
BEFORE, ON_NEW_SCHEMA = 2_000, 2_000  # events that have come before the schema changes, and before the first restart
READERS_FIRST = ("reporting", "notify", "escalation", "intake")
GRACE = timedelta(seconds=30)  # ticks come each 5 s and lie 10 s back
WITHIN = 300.0  # seconds


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the release before, alone: the libraries are those that are installed."""
    folder = tmp_path_factory.mktemp("previous") / "release"
    folder.mkdir()
    packed = subprocess.run(["git", "archive", _previous()], cwd=CLONE, check=True, capture_output=True)  # noqa: S607
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)  # noqa: S607
    return folder


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, previous: Path) -> Iterator[Machine]:
    """The release before, whole and running, with the policies in force and two registered sources."""
    started = Machine(tmp_path_factory.mktemp("upgrade") / "local", previous, PYTHONPATH=str(previous))
    try:
        started.up()
        tenants = [word for root in ("331081", "330300", "371000", "331100") for word in ("--tenant", root)]
        started.run("sources", "register", "faults", "--source", SOURCE, *tenants)
        started.run("sources", "register", SLUG, "--source", POSTED, "--no-topic", *tenants)
        started.run("policy", "activate", "--all")
        yield started
    finally:
        started.down()


@pytest.fixture
def renewed(tmp_path: Path, machine: Machine) -> Iterator["Renewed"]:
    """This release's processes, which take the places of the old ones one by one."""
    new = Renewed(machine, tmp_path)
    yield new
    for program in new.running.values():
        program.stop()


class Renewed:
    """This release beside the one before, on the same database, brokers and ports."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self._machine = machine
        self._folder = folder
        self.running: dict[str, Program] = {}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of this release."""
        told = {**os.environ, **self._machine.here.environment()}
        return subprocess.run(
            [sys.executable, "-m", "bihuan", *arguments],
            cwd=CLONE, env=told, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def take_over(self, name: str) -> None:
        """End an old process in order, start the new one in its place, and wait until it does its work."""
        self._machine.stop(name)
        service, role = name.split("-")
        self.running[name] = Program(
            ["-m", f"services.{service}.main", role],
            environment=self._machine.here.environment(name),
            output=self._folder / f"{name}.log",
        ).start()
        ready = next(program.ready for program in self._machine.here.programs if program.name == name)
        assert ready is not None
        eventually(lambda: http_status(ready) == 200, within=WITHIN, every=0.5)


def test_an_upgrade_under_load_loses_and_doubles_nothing(machine: Machine, renewed: Renewed) -> None:
    """Schema first, then the check, then one process after the other; old code meanwhile reads and writes the new schema."""
    old = machine.pids()
    feeder = Feeder(machine.settings, RATE, seed=1)
    poster = Poster(machine.address("intake"), machine.run("keys", "create", "--source", SLUG).strip())
    feeder.start()
    poster.start()
    eventually(lambda: _heard(machine) > BEFORE, within=WITHIN, every=1.0)

    migrated = renewed.command("migrate")
    topics = renewed.command("topics")
    seen = _heard(machine)
    eventually(lambda: _heard(machine) > seen + ON_NEW_SCHEMA, within=WITHIN, every=1.0)
    survived = machine.pids()
    checked = renewed.command("upgrade-check")
    for service in READERS_FIRST:
        for role in ("worker", "api"):
            renewed.take_over(f"{service}-{role}")
    seen = _heard(machine)
    eventually(lambda: _heard(machine) > seen + ON_NEW_SCHEMA, within=WITHIN, every=1.0)
    truth, posted = feeder.stop(), poster.stop()
    until = max(truth.last_deadline, SystemClock().now()) + GRACE
    eventually(lambda: is_quiet(machine.settings, machine.rows, [TOPIC], until), within=WITHIN, every=2.0)
    eventually(lambda: read_up(machine.settings, machine.rows), within=WITHIN, every=2.0)

    came = outcome(machine.settings, machine.rows, [SOURCE, POSTED], words=False)
    print(  # noqa: T201  # the figures of a run are quoted
        f"\nfrom {_previous()[:12]}:\n{migrated.stdout}{topics.stdout}upgrade-check: {checked.stderr.strip()}\n"
        f"{came.figures(len(truth.sent) + len(posted))}, {poster.tries - len(posted)} requests came again"
    )
    assert (migrated.returncode, topics.returncode) == (0, 0), migrated.stderr + topics.stderr
    assert survived == old, "a process of the release before ended on the new schema"
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert all(program.process.poll() is None for program in renewed.running.values())
    assert came.wrong(truth.sent | posted) == []
    assert came.raised & truth.in_time == set()
    assert truth.never <= came.raised


def _heard(machine: Machine) -> int:
    """How many facts reporting has folded: the end of the way."""
    return int(machine.rows("SELECT count(*) FROM reporting.fact")[0][0])


def _previous() -> str:
    """The commit to come from."""
    if named := os.environ.get("PREVIOUS"):
        return _git("rev-parse", f"{named}^{{commit}}")
    if tags := _git("tag", "--sort=-creatordate", "--merged", "HEAD~1"):
        return _git("rev-parse", f"{tags.splitlines()[0]}^{{commit}}")
    newest = _git("log", "-1", "--format=%H", "--", "deploy/migrations/*/versions/*.py")
    return _git("rev-parse", f"{newest}^")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=CLONE, check=True, capture_output=True, text=True)  # noqa: S607
    return done.stdout.strip()
