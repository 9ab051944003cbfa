"""`make up` on a clone in a path with spaces and Chinese characters: twice, after a crash, and down."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import jars, ports
from deploy.local.places import CLONE, places
from runtime.testing import eventually

ROOMS = ("contracts", "runtime", "services", "policies", "bihuan", "deploy")
WITHIN = 240.0  # seconds; far above what two idle cores need, for machines that others use too


class Clone:
    """A copy of this clone with its own state, driven as a person would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = ports.free_block(24)
        for room in ROOMS:
            if (CLONE / room).is_dir():
                shutil.copytree(CLONE / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / ".venv").symlink_to(CLONE / ".venv")
        jars.fetch(jars.read_list(jars.LIST.read_text(encoding="utf-8")), places().jars)
        (folder / ".local" / "kafka").mkdir(parents=True)
        (folder / ".local" / "kafka" / "jars").symlink_to(places().jars)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")}
        return subprocess.run(
            [".venv/bin/python", "-m", "bihuan", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )

    def up(self) -> subprocess.CompletedProcess[str]:
        chosen = ("--kafka-port", self.base + 20, "--pg-port", self.base + 22, "--http-port", self.base)
        return self.run("up", "--no-demo", *map(str, chosen))

    @property
    def supervisor(self) -> psutil.Process:
        return psutil.Process(int((self.folder / ".local" / "supervisor.pid").read_text(encoding="ascii")))

    def processes(self) -> list[psutil.Process]:
        """Everything that works in this clone or was started from it."""
        return [process for process in psutil.process_iter() if self._belongs(process)]

    def _belongs(self, process: psutil.Process) -> bool:
        try:
            inside = Path(process.cwd()).is_relative_to(self.folder)
            return inside and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    """A clone whose path would break every careless script."""
    copy = Clone(tmp_path / "闭环 试用" / "main")
    yield copy
    copy.run("down")
    for process in copy.processes():
        process.kill()


@pytest.mark.timeout(900)
def test_a_machine_goes_up_once_survives_every_kill_and_goes_down(clone: Clone) -> None:
    """A second start changes nothing; what dies is started again, even all at once; no kill and no end leaves a child."""
    first = clone.up()
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Bihuan is running (" in first.stdout
    family = {child.pid for child in clone.supervisor.children()}

    second = clone.up()
    assert second.returncode == 0, second.stdout + second.stderr
    assert "running already" in second.stdout
    assert {child.pid for child in clone.supervisor.children()} == family

    for child in clone.supervisor.children():  # the broker, the database and every service
        child.kill()
    eventually(lambda: len({child.pid for child in clone.supervisor.children()} - family) == len(family), within=WITHIN)
    eventually(lambda: clone.run("status").returncode == 0, within=WITHIN)

    clone.supervisor.send_signal(signal.SIGKILL)
    eventually(lambda: clone.processes() == [], within=WITHIN)

    third = clone.up()
    assert third.returncode == 0, third.stdout + third.stderr
    assert clone.run("status").returncode == 0

    stopped = clone.run("down")
    assert "stopped (" in stopped.stdout
    assert clone.processes() == []
    assert (clone.folder / ".local" / "postgres" / "data" / "PG_VERSION").exists()
    assert [path.name for path in clone.folder.parent.iterdir()] == ["main"]


def test_a_busy_port_is_named(clone: Clone) -> None:
    """Nothing is started, and the message says how to choose another."""
    taken = clone.base + 20
    with ports.socket.socket() as other:
        other.bind((ports.LOOPBACK, taken))
        other.listen()

        refused = clone.up()

    assert refused.returncode == 1
    assert f"in use by another program: kafka {taken}\n" in refused.stderr
    assert "make up KAFKA_PORT=" in refused.stderr
    assert clone.processes() == []


def test_down_and_status_of_a_machine_that_never_ran(clone: Clone) -> None:
    """Both say so, and nothing is created."""
    assert clone.run("down").stdout == "nothing runs\n"
    status = clone.run("status")
    assert status.stdout == "nothing runs: make up\n"
    assert status.returncode == 1
