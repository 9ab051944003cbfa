"""The worker reads the real log: killed and started again, or started over, it shows what the facts say."""

import urllib.request
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from contracts.divisions import load
from contracts.facts import Fact
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, NOTICE_FACTS, slot_of
from contracts.vocabulary import NoticeState, Status
from deploy import migrate, topics
from deploy.local.testing import start_kafka
from runtime import broker, codec
from runtime.broker import Admin
from runtime.database import Database
from runtime.settings import ProcessSettings
from runtime.testing import Program, eventually
from services.reporting.handlers.applying import ReadModels
from tests.integration.reporting_read_models.log import TOPIC_OF, batches, decided, records, tick, told
from tests.integration.reporting_read_models.test_batches import tables
from tests.unit.services.reporting.facts import at, fact, follow, reported

SLOT = slot_of("331081")
GAUGES = {
    'bihuan_open_cases{county="331081",severity="general"}': 25.0,
    'bihuan_open_cases{county="331081",severity="major"}': 0.0,
    'bihuan_overdue_cases{county="331081"}': 13.0,
    'bihuan_overdue_oldest_timestamp_seconds{county="331081"}': at("2023-05-21 00:00").timestamp(),
    'bihuan_escalations_total{level="town",rule="overdue"}': 13.0,
    'bihuan_escalations_total{level="city",rule="overdue"}': 0.0,
    "bihuan_reporting_exporter_active": 1.0,
    "bihuan_reporting_total_mismatch": 0.0,
    "bihuan_reporting_as_of_timestamp_seconds": at("2023-06-01 00:00").timestamp(),
}
"""What the story comes to: 39 hazards, 14 of them closed, 13 of the others overdue, no sum differs."""


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker with the inner topics, for this module alone: their names are those of the product."""
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    admin = Admin(settings_for(server.url), client_id="test")
    topics.create(admin)
    admin.close()
    yield server.url
    server.stop()


@pytest.fixture
def reference(postgres_url: str) -> Iterator[Database]:
    """Another database, whose tables are written by the handler alone."""
    url = postgres_url.rsplit("/", 1)[0] + "/reporting_reference"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS reporting_reference WITH (FORCE)")
    migrate.ensure_database(url)
    migrate.upgrade(url)
    database = Database(url, schema="reporting", application_name="reference")
    yield database
    database.close()


def settings_for(brokers: str) -> ProcessSettings:
    return ProcessSettings.model_construct(database_url=None, kafka_brokers=brokers)


def story() -> list[Fact]:
    """Forty hazards in three states, one of them corrected, with decisions and notices; numbered as the relay numbers."""
    facts: list[Fact] = []
    for n in range(40):
        hazard_id, later = f"H-{n}", timedelta(minutes=n)
        facts.append(reported(at("2023-05-08 09:00") + later, event_id=f"r{n}", hazard_id=hazard_id))
        if n % 3 == 0:
            facts.append(follow("closed", at("2023-05-19 09:00") + later, event_id=f"c{n}", hazard_id=hazard_id))
        if n % 3 == 1:
            late = at("2023-05-21 00:00")
            facts.append(decided(hazard_id, Status.RAISED, late, number=n, since=late))
            facts.append(told(f"overdue-first-{hazard_id}", NoticeState.DELIVERED, late, number=n))
    facts.append(fact("hazard.reported", at("2023-05-20 09:00"), event_id="void", correction="r5"))
    counters = {topic: count(1) for topic in (HAZARD_FACTS, ESCALATION_FACTS, NOTICE_FACTS)}
    return [
        msgspec.structs.replace(each, sequence=f"1:{next(counters[TOPIC_OF.get(each.type, HAZARD_FACTS)])}")
        for each in facts
    ]


def publish(brokers: str, facts: Sequence[Fact]) -> None:
    """What the relays would have written."""
    producer = broker.producer(settings_for(brokers), client_id="test")
    for each in facts:
        bare = msgspec.structs.replace(each, acceptedtime=None, sequence=None)
        incarnation, _, number = str(each.sequence).partition(":")
        value = codec.splice(
            codec.encode(bare), accepted_at=each.known_at, incarnation=int(incarnation), number=int(number)
        )
        topic = TOPIC_OF.get(each.type, HAZARD_FACTS)
        producer.send(topic, value, key=each.committee.encode(), partition=SLOT, headers=[codec.CONTENT_TYPE])
    producer.send(HAZARD_FACTS, tick(at("2023-06-01 00:00"), SLOT).value, key=codec.TICK_KEY, partition=SLOT)
    producer.flush(30)
    producer.close()


def worker(brokers: str, url: str, folder: Path) -> Program:
    return Program(
        ["-m", "services.reporting.main", "worker"],
        environment={
            "BIHUAN_DATABASE_URL": url,
            "BIHUAN_KAFKA_BROKERS": brokers,
            "BIHUAN_DATA_DIR": str(folder),
            "BIHUAN_INSTANCE": "reporting-1",
            "BIHUAN_GAUGE_SECONDS": "1",
        },
        output=folder / "worker.log",
    )


def scraped(program: Program) -> dict[str, float]:
    """What the worker's own port says to Prometheus, our metrics only."""
    served = [msgspec.json.decode(line) for line in program.output().splitlines() if '"serving"' in line]
    with urllib.request.urlopen(f"http://127.0.0.1:{served[-1]['port']}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line.startswith("bihuan_"))}


def shown(database: Database) -> dict[str, list[Any]]:
    """The tables that readers see; documents differ in how they were encoded."""
    found = tables(database)
    return {name: found[name] for name in ("hazard", "tally", "notice_decision", "site")}


def test_killed_and_started_over_it_shows_what_the_facts_say(
    brokers: str, database_url: str, reference: Database, tmp_path: Path
) -> None:
    """Kill -9 in the middle, then everything read again from the beginning: the rows equal those of the handler alone."""
    facts = story()
    with reference.begin() as work:
        ReadModels(load()).handle(work, batches([*records(facts), tick(at("2023-06-01 00:00"), SLOT)]))
    expected = shown(reference)
    database = Database(database_url, schema="reporting", application_name="test")
    program = worker(brokers, database_url, tmp_path).start()
    try:
        publish(brokers, facts[: len(facts) // 2])
        eventually(lambda: shown(database)["hazard"], within=60)
        program.kill()
        publish(brokers, facts[len(facts) // 2 :])
        program.start()
        eventually(lambda: expected == shown(database), within=60)

        eventually(lambda: GAUGES.items() <= scraped(program).items())
        assert 0 == program.stop()

        with database.begin() as work:
            work.connection.execute("DELETE FROM consumer_position")
        program.start()
        eventually(lambda: positions(database) and expected == shown(database), within=60)
        assert 0 == program.stop()
    finally:
        program.process.kill()
        database.close()
        print(program.output()[-4000:])  # noqa: T201 (pytest shows it on a failure)


def positions(database: Database) -> bool:
    """Whether all three topics were read to their ends again."""
    with database.begin() as work:
        row = work.connection.execute(
            "SELECT count(*) FROM consumer_position WHERE last_number > 0 AND slot = %s", (SLOT,)
        ).fetchone()
    return row == (3,)
