"""The Kafka door on a real broker: three modes, poison of every kind, ticks, and a registry that changes."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from contracts.topics import HAZARD_FACTS, PEOPLE_FACTS, slot_of
from deploy import topics as topic_table
from deploy.local import ports
from deploy.local.testing import start_kafka
from runtime import broker, dead_letters
from runtime.broker import Admin, NewTopic
from runtime.codec import TICK_KEY
from runtime.database import Database
from runtime.settings import ProcessSettings
from runtime.testing import Program, eventually, http_status
from services.intake.core.registry import Source
from services.intake.store import sources
from tests.integration.intake_doors.scene import COUNTY, event

SLOT = slot_of("331081")
STRUCTURED = [("content-type", b"application/cloudevents+json")]
Send = Callable[..., None]


@pytest.fixture(scope="module")
def own_brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker of this module's own: hazard.facts has one name, and others write to it too."""
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    yield server.url
    server.stop()


@pytest.fixture
def settings(own_brokers: str, database_url: str) -> ProcessSettings:
    """Where broker and database are; the topics are made anew for each test."""
    settings = ProcessSettings(database_url=SecretStr(database_url), kafka_brokers=own_brokers)
    admin = Admin(settings, client_id="test")
    names = [HAZARD_FACTS, PEOPLE_FACTS, str(COUNTY.topic), "inspection.city"]
    if known := list(admin.topic_ids(names)):
        admin.delete_topics(known)
        eventually(lambda: not admin.topic_ids(names))
    topic_table.create(admin)
    admin.create_topics([NewTopic(name=str(COUNTY.topic), partitions=1)])
    admin.close()
    return settings


@pytest.fixture
def empty(database: Database) -> Database:
    """The county's system and our own people registered, nothing read and nothing announced."""
    with database.begin() as work:
        for table in ("consumer_position", "consumer_failure", "relay_mark", "relay_batch", "relay_tick"):
            work.connection.execute(f"TRUNCATE {table}")
        people = Source(
            slug="bihuan",
            name="人员操作",
            namespace="bihuan",
            tenants=("*",),
            attributes=frozenset({"/bihuan/people"}),
            topic=PEOPLE_FACTS,
        )
        sources.register(work, people)
    return database


@pytest.fixture
def worker(settings: ProcessSettings, empty: Database, tmp_path: Path) -> Iterator[Program]:
    """The worker process, ready."""
    port = ports.free_port()
    program = Program(
        ["-m", "services.intake.main", "worker"],
        environment={
            "BIHUAN_DATABASE_URL": settings.database_url.get_secret_value(),
            "BIHUAN_KAFKA_BROKERS": settings.kafka_brokers,
            "BIHUAN_HTTP_PORT": str(port),
            "BIHUAN_INSTANCE": "intake-1",
            "BIHUAN_GRACE_SECONDS": "1",
        },
        output=tmp_path / "worker.log",
    )
    program.start()
    eventually(lambda: http_status(f"http://127.0.0.1:{port}/healthz/ready") == 200, within=60)
    yield program
    if program.process.poll() is None:
        program.stop()


@pytest.fixture
def send(settings: ProcessSettings) -> Iterator[Send]:
    """Publish values to a topic and wait until they are in."""
    producer = broker.producer(settings, client_id="test")

    def publish(*values: bytes | None, headers: list[tuple[str, bytes]] | None = None, topic: str = "") -> None:
        for value in values:
            producer.send(
                topic or COUNTY.topic, key=b"k" if value is None else None, value=value, headers=headers or []
            )
        producer.flush()

    yield publish
    producer.close()


def log_of(settings: ProcessSettings, slot: int = SLOT) -> list[tuple[bytes, dict[str, Any]]]:
    """(key, document) of everything in a slot of hazard.facts."""
    reader = broker.consumer(settings, client_id="test")
    partition = broker.Partition(HAZARD_FACTS, slot)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    end = reader.end_offsets([partition])[partition]
    found: list[tuple[bytes, dict[str, Any]]] = []
    while len(found) < end:
        for records in reader.poll(timeout_ms=200).values():
            found += [(record.key, json.loads(record.value)) for record in records]
    reader.close()
    return found


def facts_of(settings: ProcessSettings) -> list[dict[str, Any]]:
    return [document for key, document in log_of(settings) if key != TICK_KEY]


def encoded(**changes: Any) -> bytes:
    return json.dumps(event(**changes), ensure_ascii=False).encode()


def binary(document: dict[str, Any]) -> list[tuple[str, bytes]]:
    attributes = [(f"ce_{name}", str(value).encode()) for name, value in document.items() if name != "data"]
    return [("content-type", b"application/json"), *attributes]


def test_three_modes_poison_and_ticks(settings: ProcessSettings, empty: Database, worker: Program, send: Send) -> None:
    """Every mode is taken in, poison becomes dead letters in order, the slot goes on, and time follows behind."""
    send(encoded(id="bare"))
    send(encoded(id="structured"), headers=STRUCTURED)
    send(b'{"hazard_id":"H-1"}', headers=binary(event(id="binary")))
    poison = [b"\xff", b"{", b"[" * 100_000, b'{"a":1,"a":1}', b'{"a":NaN}', b'{"a":"\\ud800"}', b"null", None]
    send(
        *poison,
        encoded(id="bare"),
        encoded(id="bare", data={"hazard_id": "H-2"}),
        encoded(id="v2", type="hazard.closed.v2"),
    )
    send(encoded(id="last"))

    facts = eventually(lambda: (found := facts_of(settings))[3:] and found, within=30)

    assert [fact["id"] for fact in facts] == ["bare", "structured", "binary", "last"]
    assert [fact["sequence"] for fact in facts] == ["1:1", "1:2", "1:3", "1:4"]
    assert len({json.dumps(fact["data"]) for fact in facts}) == 1
    with empty.begin() as work:
        letters = dead_letters.listed(work)[::-1]
    assert [letter.reason for letter in letters] == [
        "not_utf8",
        "not_json",
        "too_deep",
        "duplicate_key",
        "number_not_finite",
        "lone_surrogate",
        "not_an_object",
        "empty",
        "id_conflict",
        "newer_version",
    ]
    assert letters[0].origin == {"slug": "county", "topic": "inspection.county", "slot": 0, "offset": 3}
    ticks = eventually(
        lambda: (found := [d for key, d in log_of(settings) if key == TICK_KEY])[1:] and found, within=30
    )
    assert ticks == sorted(ticks, key=lambda tick: tick["acceptedtime"])
    assert datetime.fromisoformat(ticks[-1]["time"]) <= datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251


def test_a_new_source_is_read_after_the_worker_began_again(
    settings: ProcessSettings, empty: Database, worker: Program, send: Send
) -> None:
    """A change of the registry makes the worker leave; its next life reads the new topic from the beginning."""
    admin = Admin(settings, client_id="test")
    admin.create_topics([NewTopic(name="inspection.city", partitions=1)])
    admin.close()
    city = Source(
        slug="city",
        name="市级平台",
        namespace="city",
        tenants=("331081",),
        attributes=frozenset({"/city"}),
        topic="inspection.city",
    )
    with empty.begin() as work:
        sources.register(work, city)
    send(encoded(id="c", source="/city"), topic="inspection.city")

    assert worker.ended() == 70
    worker.start()
    facts = eventually(lambda: facts_of(settings), within=60)

    assert [(fact["source"], fact["namespace"]) for fact in facts] == [("/city", "city")]


def test_a_killed_worker_loses_and_doubles_nothing(
    settings: ProcessSettings, empty: Database, worker: Program, send: Send
) -> None:
    """Killed three times while records come in, it announces each once, in order."""
    for life in range(3):
        send(*[encoded(id=f"{life}-{n}") for n in range(500)])
        worker.kill()
        worker.start()
    send(encoded(id="last"))

    facts = eventually(lambda: (found := facts_of(settings))[1500:] and found, within=60)

    assert [fact["id"] for fact in facts] == [*(f"{life}-{n}" for life in range(3) for n in range(500)), "last"]
    assert [fact["sequence"] for fact in facts] == [f"1:{n}" for n in range(1, 1502)]


def test_nothing_but_poison_blows_the_fuse_and_loses_nothing(
    settings: ProcessSettings, empty: Database, worker: Program, send: Send
) -> None:
    """The worker leaves and holds the topic until a person accepts its position; every record is a letter."""
    send(*[b"{broken"] * 150)
    left = worker.ended(60)
    send(encoded(id="after"))
    worker.start()

    def stopped() -> str | None:
        with empty.begin() as work:
            row = work.connection.execute(
                "SELECT stopped FROM consumer_position WHERE topic = %s", (COUNTY.topic,)
            ).fetchone()
        return row[0] if row else None

    reason = eventually(stopped, within=60)
    none = facts_of(settings)
    environment = {
        "BIHUAN_DATABASE_URL": settings.database_url.get_secret_value(),
        "BIHUAN_KAFKA_BROKERS": settings.kafka_brokers,
    }
    accepting = Program(
        ["-m", "bihuan", "positions", "accept", "--service", "intake", "--topic", str(COUNTY.topic), "--at", "here"],
        environment=environment,
        output=Path(os.devnull),
    )
    accepted = accepting.start().ended(60)
    facts = eventually(lambda: alive(worker) and facts_of(settings), within=90)

    assert left == 70
    assert reason is not None
    assert reason.startswith("fuse")
    assert none == []
    assert accepted == 0
    assert [fact["id"] for fact in facts] == ["after"]
    with empty.begin() as work:
        assert dead_letters.count_open(work) == 150


def alive(program: Program) -> bool:
    """Start a program again that has left, as a supervisor does."""
    if program.process.poll() is not None:
        program.start()
    return True
