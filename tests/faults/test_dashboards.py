"""Every query of every dashboard, asked of a real Prometheus and of the database while the product runs under load.

What is asked gives a number, be it zero: a hole in a panel cannot be told from a product that is broken. What may stay
empty all the same stands below with its reason.
"""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from deploy import isolation
from deploy.local import ports
from deploy.local.ports import LOOPBACK
from runtime.clock import SystemClock
from runtime.testing import Program, eventually
from tests import boards, watchers
from tests.e2e.receivers import Mailbox
from tests.machine import Machine
from tests.watchers import Watcher

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200), watchers.installed]

WITHIN = 120.0  # seconds
SPAN = "30s"  # of a rate: thirty looks
MAY_BE_EMPTY = {
    "notices: 最早的一条等了多久 A": "nothing waits: an age of nothing is no number",
}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The product with the demonstration loaded."""
    with Mailbox() as mailbox:
        started = Machine(
            tmp_path_factory.mktemp("boards") / "local",
            BIHUAN_SMTP_HOST=LOOPBACK,
            BIHUAN_SMTP_PORT=str(mailbox.port),
            BIHUAN_SMTP_STARTTLS="false",
            BIHUAN_GAUGE_SECONDS="1",
        )
        try:
            started.up()
            started.run("demo", "load")
            yield started
        finally:
            started.down()


@pytest.fixture(scope="module")
def prometheus(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    """It looks each second, at the doctor too, and has looked at thirty seconds of load."""
    folder, port = tmp_path_factory.mktemp("prometheus"), ports.free_port()
    environment = {
        "BIHUAN_DATABASE_URL": machine.settings.database_url.get_secret_value(),
        "BIHUAN_KAFKA_BROKERS": machine.settings.kafka_brokers,
        "BIHUAN_DATA_DIR": str(folder),
        "BIHUAN_HTTP_PORT": str(port),
    }
    told = watchers.targets(machine)
    told["global"] = {"scrape_interval": "1s"}
    told["scrape_configs"].append({"job_name": "doctor", "static_configs": [{"targets": [f"{LOOPBACK}:{port}"]}]})
    told.pop("rule_files")
    doctor = Program(["-m", "deploy.doctor.serving"], environment=environment, output=folder / "doctor.log").start()
    try:
        with watchers.prometheus(folder, told) as watcher:
            machine.run("load", "--rate", "20", "--seconds", "30", "--settle", "120")
            yield watcher
    finally:
        doctor.kill()


def answer(watcher: Watcher, query: str) -> list[dict[str, Any]]:
    """The series of an instant query."""
    address = f"http://{watcher.address}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    with urllib.request.urlopen(address, timeout=30) as told:
        read = json.load(told)
    assert read["status"] == "success", read
    return list(read["data"]["result"])


def test_every_expression_gives_numbers(prometheus: Watcher) -> None:
    """All of them, in one run; the count is for quoting."""
    asked = boards.of_prometheus()

    def answered() -> dict[str, int]:
        counted = {one.title: len(answer(prometheus, one.over(SPAN))) for one in asked}
        holes = {title for title, series in counted.items() if not series} - MAY_BE_EMPTY.keys()
        assert not holes, sorted(holes)
        return counted

    counted = eventually(answered, within=WITHIN, every=2.0)

    empty = sorted(title for title, series in counted.items() if not series)
    print(f"\n{len(counted)} expressions, {sum(counted.values())} series, empty by right: {empty}")  # noqa: T201 (quoted)
    assert counted.keys() >= MAY_BE_EMPTY.keys()


def test_every_select_gives_rows(machine: Machine) -> None:
    """By the login that Grafana has, over the last year."""
    now = SystemClock().now()
    asked = [*boards.of_database(), *boards.variables_of_database()]
    with closing(psycopg.connect(machine.settings.database_url.get_secret_value(), autocommit=True)) as connection:
        connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(isolation.READER)))
        found = {
            one.title: connection.execute(one.filled(now - timedelta(days=365), now).encode()).fetchall()
            for one in asked
        }

    print(f"\n{len(found)} selects, {sum(map(len, found.values()))} rows")  # noqa: T201
    assert [title for title, rows in found.items() if not rows] == []
