"""The database is lost and comes back from last night's backup: the log gives the rest, and nobody is told twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from runtime.clock import SystemClock
from runtime.testing import eventually
from tests.e2e.feed import STRUCTURED, document, event, has_passed, is_through, send
from tests.e2e.receivers import Mailbox
from tests.machine import Machine

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

COUNTY, CITY = "371082", "371000"
SOURCE, TOPIC = "/restore/safety", "inspection.restore"
ROSTER = """
version: 1
seats:
  - {role: office, unit: "371082", holder: 荣成市安委办, addresses: {email: office@rongcheng.example}, since: "2020-01-01"}
"""
SOON = timedelta(seconds=5)  # deadlines that pass while the test looks on
WITHIN = 300.0  # seconds


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("restore")
    started = Machine(
        folder / "local",
        BIHUAN_SMTP_HOST="127.0.0.1",
        BIHUAN_SMTP_PORT=str(mailbox.port),
        BIHUAN_SMTP_STARTTLS="false",
        BIHUAN_GRACE_SECONDS="3",
    )
    try:
        started.up()
        started.run("sources", "register", "restore", "--tenant", COUNTY, "--source", SOURCE)
        started.run("policy", "activate", "--all")
        roster = folder / "roster.yaml"
        roster.write_text(ROSTER, encoding="utf-8")
        started.run("routes", "roster", str(roster))
        yield started
    finally:
        started.down()


def report(machine: Machine, first: int, count: int, deadline: str) -> None:
    """Report hazards of different sites; every third is put right at once."""
    told = []
    for number in range(first, first + count):
        name = f"RS-{number:04}"
        site = {
            "id": f"S-{number}",
            "name": f"示范厂{number}",
            "address": "示范路1号",
            "kind": "unit",
            "sector": "工贸",
        }
        data = {
            "hazard_id": name,
            "level": "major" if number % 5 == 0 else "general",
            "category": "fire_safety",
            "description": "疏散通道被货物堵塞",
            "site": site,
            "sector": "工贸",
            "found_by": "inspection",
            "rectify_by": deadline,
        }
        told.append(event("hazard.reported", id=f"{name}/reported", source=SOURCE, tenant=COUNTY, data=data))
        if number % 3 == 0:
            done = {"hazard_id": name, "by": "示范厂"}
            told.append(event("hazard.rectified", id=f"{name}/rectified", source=SOURCE, tenant=COUNTY, data=done))
    send(machine.settings, TOPIC, [(document(one), STRUCTURED) for one in told])


def settled(machine: Machine) -> None:
    eventually(lambda: is_through(machine), within=WITHIN, every=1.0)


def decisions(machine: Machine) -> list[tuple[Any, ...]]:
    return machine.rows("SELECT committee, decision_id, status FROM escalation.decision ORDER BY 1, 2")


def hazards(machine: Machine) -> list[tuple[Any, ...]]:
    return machine.rows("SELECT hazard_id, state, overdue, open FROM reporting.hazard ORDER BY 1")


def mails(mailbox: Mailbox) -> Counter[tuple[str, str]]:
    """How often each message was seen, by its address and its id."""
    return Counter((address, str(mail["message-id"])) for address, mail in mailbox.mails)


def stop_services(machine: Machine) -> None:
    for program in machine.here.programs:
        if program.is_service:
            machine.stop(program.name)


def drop_database(machine: Machine) -> None:
    url = machine.settings.database_url.get_secret_value()
    server, _, name = url.rpartition("/")
    with closing(psycopg.connect(f"{server}/postgres", autocommit=True)) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_restored_database_catches_up_and_tells_nobody_twice(
    machine: Machine, mailbox: Mailbox, tmp_path: Path
) -> None:
    """Decisions, rows and mails are what they were before the loss, and what comes afterwards is told once."""
    backup = tmp_path / "nightly.dump"
    deadline = SystemClock().now() + SOON
    report(machine, 1, 40, deadline.isoformat())
    eventually(lambda: has_passed(machine, CITY, deadline), within=WITHIN, every=1.0)
    settled(machine)
    machine.run("backup", str(backup))
    later = SystemClock().now() + SOON
    report(machine, 41, 40, later.isoformat())
    eventually(lambda: has_passed(machine, CITY, later), within=WITHIN, every=1.0)
    settled(machine)
    before = decisions(machine), hazards(machine), mails(mailbox)

    stop_services(machine)
    drop_database(machine)
    machine.run("restore", str(backup))
    assert len(hazards(machine)) == 40
    for program in machine.here.programs:
        if program.is_service:
            machine.start(program.name)
    eventually(lambda: len(hazards(machine)) == 80, within=WITHIN, every=1.0)
    settled(machine)

    after = decisions(machine), hazards(machine), mails(mailbox)
    assert before[0] == after[0]
    assert before[1] == after[1]
    assert before[2] == after[2]
    assert set(after[2].values()) == {1}
    assert machine.rows("SELECT count(*) FROM notify.notice WHERE state IN ('failed', 'ambiguous')") == [(0,)]

    last = SystemClock().now() + SOON
    report(machine, 81, 3, last.isoformat())
    eventually(lambda: has_passed(machine, CITY, last), within=WITHIN, every=1.0)
    settled(machine)

    new = mails(mailbox) - after[2]
    assert new
    assert set(new.values()) == {1}


def test_a_running_installation_is_not_restored_over(machine: Machine, tmp_path: Path) -> None:
    """Neither into a database that has something in it, nor under services that are connected."""
    backup = tmp_path / "again.dump"
    machine.run("backup", str(backup))

    over = machine.ended("restore", str(backup))
    under = machine.ended("restore", "--in-place")
    backup.write_bytes(backup.read_bytes()[:-1])
    broken = machine.ended("restore", str(backup))

    assert [one.returncode for one in (over, under, broken)] == [1, 1, 1]
    assert "restore into an empty one" in over.stderr
    assert "stop them first" in under.stderr
    assert "not what was written" in broken.stderr
