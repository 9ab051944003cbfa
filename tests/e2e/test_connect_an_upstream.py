"""Every example of docs/howto/connect.md, as written: what a vendor's developer copies on the first day."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.testing import eventually
from tests.machine import Machine

pytestmark = pytest.mark.timeout(900)

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "connect.md"
TEXT = PAGE.read_text(encoding="utf-8")
WITHIN = 240.0  # seconds


def example(title: str, language: str) -> str:
    """The block of a language under a heading."""
    section = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture(scope="module")
def told(machine: Machine) -> dict[str, str]:
    """The page's registration, and the environment that its examples read."""
    register, create = example("登记", "sh").splitlines()
    machine.run(*register.removeprefix("bihuan ").split())
    key = machine.run(*create.partition("#")[0].removeprefix("bihuan ").split()).strip()
    return {
        **os.environ,
        "BIHUAN_INTAKE_URL": machine.address("intake"),
        "BIHUAN_REPORTING_URL": machine.address("reporting"),
        "BIHUAN_API_KEY": key,
        "BIHUAN_KAFKA_BROKERS": machine.here.brokers,
    }


def run(command: list[str], told: dict[str, str], folder: Path) -> str:
    done = subprocess.run(command, env=told, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def is_reported(machine: Machine, hazard_id: str) -> bool:
    return machine.rows("SELECT count(*) FROM reporting.hazard WHERE hazard_id = %s", hazard_id) == [(1,)]


def test_curl(machine: Machine, told: dict[str, str], tmp_path: Path) -> None:
    """Taken, and the hazard is there."""
    said = run(["bash", "-euc", example("curl", "sh")], told, tmp_path)

    assert '"outcome":"accepted"' in said
    eventually(lambda: is_reported(machine, "CURL-1"), within=WITHIN, every=0.5)


def test_python(machine: Machine, told: dict[str, str], tmp_path: Path) -> None:
    """A batch, with the standard library alone: isolated from what is installed."""
    said = run([sys.executable, "-I", "-S", "-c", example("Python", "python")], told, tmp_path)

    assert said.split() == ["accepted", "accepted"]
    eventually(lambda: is_reported(machine, "PY-2"), within=WITHIN, every=0.5)


@pytest.mark.skipif(shutil.which("java") is None, reason="apt-get install openjdk-17-jdk-headless")
def test_java(machine: Machine, told: dict[str, str], tmp_path: Path) -> None:
    """One file, no build."""
    (tmp_path / "Send.java").write_text(example("Java", "java"), encoding="utf-8")

    said = run(["java", "-Dfile.encoding=UTF-8", "Send.java"], told, tmp_path)

    assert said.startswith("202 ")
    assert '"outcome":"accepted"' in said
    eventually(lambda: is_reported(machine, "JAVA-1"), within=WITHIN, every=0.5)


def test_kafka(machine: Machine, told: dict[str, str], tmp_path: Path) -> None:
    """Into a topic of its own."""
    said = run([sys.executable, "-W", "ignore", "-c", example("Kafka", "python")], told, tmp_path)

    assert said.startswith("written inspection.my-system")
    eventually(lambda: is_reported(machine, "KAFKA-1"), within=WITHIN, every=0.5)


def test_reading_back(machine: Machine, told: dict[str, str], tmp_path: Path) -> None:
    """What was sent stands there with its state, and nothing of the demonstration does."""
    run(["bash", "-euc", example("curl", "sh")], told, tmp_path)
    eventually(lambda: is_reported(machine, "CURL-1"), within=WITHIN, every=0.5)

    said = run(["bash", "-euc", example("读回状态和决定", "sh")], told, tmp_path)

    lines = [
        row for row in said.removeprefix("\ufeff").splitlines() if not row.startswith("{")
    ]  # else it is a decision
    rows = list(csv.reader(lines))
    assert rows[0] == ["hazard_id", "state_name", "overdue", "deadline.last_day"]
    assert ["CURL-1", "已上报", "false", ""] in rows
    assert {row[0] for row in rows[1:]} <= {"CURL-1", "PY-1", "PY-2", "JAVA-1", "KAFKA-1"}
