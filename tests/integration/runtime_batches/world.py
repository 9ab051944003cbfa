"""A toy installation of its own for one test: schema, topics, programs, and the reference every slot is compared with."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from deploy.migrations import runtime_tables
from runtime import broker
from runtime.broker import Admin, NewTopic, Partition
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.positions import Slot, accept_position
from runtime.settings import ProcessSettings
from runtime.testing import Program, eventually, http_status
from tests.integration.runtime_batches import toy
from tests.integration.runtime_batches.toy import Fold, slot_of

TOY = str(Path(toy.__file__))


class World:
    """Everything one test of the runtime needs; `close` ends its programs and drops what it made."""

    def __init__(self, *, brokers: str, postgres_url: str, folder: Path, slots: int = 8, topics: int = 1) -> None:
        self.name = f"toy_{SystemClock().uuid().hex[-12:]}"
        self.postgres_url = postgres_url
        self.brokers = brokers
        self.folder = folder
        self.slots = slots
        self.topics = tuple(f"{self.name}.in{n}" for n in range(topics))
        self.topic = self.topics[0]
        self.out = f"{self.name}.out"
        self.settings = ProcessSettings.model_construct(database_url=None, kafka_brokers=brokers)
        self.connect()
        self.reference: dict[tuple[str, int], Fold] = defaultdict(Fold)
        self.programs: list[Program] = []
        self.sent = 0
        self.sql = psycopg.connect(postgres_url, autocommit=True, options=f"-c search_path={self.name}")
        make_schema(self.sql, self.name)
        self.create_topics(*self.topics, self.out)
        self.database = Database(postgres_url, schema=self.name, application_name="test")

    def connect(self) -> None:
        self.admin = Admin(self.settings, client_id="world")
        self.producer = broker.producer(self.settings, client_id="world")

    def disconnect(self) -> None:
        """Before the broker is killed: its clients would leave sockets behind."""
        self.producer.close()
        self.admin.close()

    def close(self) -> None:
        for program in self.programs:
            if program.process.poll() is None:
                program.kill()
        self.database.close()
        self.producer.close()
        self.admin.delete_topics([*self.topics, self.out])
        self.admin.close()
        self.sql.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(self.name)))
        self.sql.close()

    # ---- programs

    def worker(self, instance: str = "one", **environment: str) -> Program:
        return self.program("worker", instance, environment)

    def relay(self, instance: str = "one", **environment: str) -> Program:
        return self.program("relay", f"relay-{instance}", environment)

    def program(self, role: str, instance: str, environment: Mapping[str, str]) -> Program:
        settings = {
            "BIHUAN_DATABASE_URL": self.postgres_url,
            "BIHUAN_KAFKA_BROKERS": self.brokers,
            "BIHUAN_DATA_DIR": str(self.folder),
            "BIHUAN_INSTANCE": instance,
            "TOY_SCHEMA": self.name,
            "TOY_TOPICS": ",".join(self.topics),
            "TOY_SLOTS": str(self.slots),
            "TOY_GROUP": self.name,
            "TOY_OUT": self.out,
            **environment,
        }
        program = Program([TOY, role], environment=settings, output=self.folder / f"{role}-{instance}.log").start()
        self.programs.append(program)
        return program

    def accept(self, slot: int, offset: int) -> None:
        """What `bihuan positions accept` does."""
        topic_id = self.admin.topic_ids([self.topic])[self.topic]
        with self.database.begin() as work:
            accept_position(work, Slot(self.topic, slot), next_offset=offset, topic_id=topic_id)

    # ---- topics and records

    def create_topics(self, *names: str) -> None:
        self.admin.create_topics([NewTopic(name=name, partitions=self.slots) for name in names])

    def send(self, numbers: Iterable[int], *, topic: str | None = None, keys: int = 50) -> None:
        """Good records: they count in the reference."""
        for number in numbers:
            key = f"k{number % keys}".encode()
            slot = slot_of(key, self.slots)
            self.put(slot, {"n": number}, key=key, topic=topic)
            self.reference[topic or self.topic, slot].add(number)

    def put_in(self, slot: int, number: int) -> None:
        """One good record in a slot."""
        self.put(slot, {"n": number}, key=self.key_in(slot))
        self.reference[self.topic, slot].add(number)
        self.flush()

    def put(
        self, slot: int, value: Mapping[str, Any] | bytes, *, key: bytes | None = None, topic: str | None = None
    ) -> None:
        """Any record at all."""
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.producer.send(topic or self.topic, content, key=key, partition=slot)
        self.sent += 1

    def flush(self) -> None:
        self.producer.flush(30)

    def key_in(self, slot: int) -> bytes:
        return next(key for n in range(10_000) if slot_of(key := f"key{n}".encode(), self.slots) == slot)

    def ends(self) -> dict[int, int]:
        """The end of the topic's log by slot."""
        reader = broker.consumer(self.settings, client_id="world")
        found = broker.ranges(reader, [Partition(self.topic, slot) for slot in range(self.slots)])
        reader.close()
        return {partition.partition: end for partition, (_, end) in found.items()}

    def records(self, topic: str) -> dict[int, list[Any]]:
        """All committed records of a topic by slot."""
        reader = broker.consumer(self.settings, client_id="world")
        partitions = [Partition(topic, slot) for slot in range(self.slots)]
        reader.assign(partitions)
        ends = {partition: end for partition, (_, end) in broker.ranges(reader, partitions).items()}
        reader.seek_to_beginning(*partitions)
        found: dict[int, list[Any]] = {slot: [] for slot in range(self.slots)}
        until = time.monotonic() + 20
        while any(reader.position(partition) < end for partition, end in ends.items()):
            assert time.monotonic() < until
            for partition, batch in reader.poll(timeout_ms=500).items():
                found[partition.partition] += batch
        reader.close()
        return found

    # ---- what came of it

    def rows(self) -> dict[tuple[str, int], tuple[int, int, str]]:
        rows = self.sql.execute("SELECT topic, slot, records, total, chain FROM toy WHERE records > 0")
        return {(topic, slot): tuple(rest) for topic, slot, *rest in rows}

    def expected(self) -> dict[tuple[str, int], tuple[int, int, str]]:
        return {place: fold.row() for place, fold in self.reference.items() if fold.records}

    def wait_until_equal(self, within: float = 30.0) -> None:
        self.flush()
        expected = self.expected()
        wait_for(self.rows, expected, within)

    def positions(self, topic: str | None = None) -> dict[int, int]:
        rows = self.sql.execute(
            "SELECT slot, next_offset FROM consumer_position WHERE topic = %s", (topic or self.topic,)
        )
        return dict(rows.fetchall())

    def stopped(self) -> dict[int, str]:
        rows = self.sql.execute(
            "SELECT slot, stopped FROM consumer_position WHERE topic = %s AND stopped IS NOT NULL", (self.topic,)
        )
        return dict(rows.fetchall())

    def letters(self) -> list[tuple[Any, ...]]:
        """(reason, slot, offset, body) of every dead letter."""
        return self.sql.execute(
            """SELECT reason, (origin ->> 'slot')::int, (origin ->> 'offset')::int, body FROM dead_letter ORDER BY 2, 3"""
        ).fetchall()

    def drained(self) -> bool:
        row = self.sql.execute("SELECT count(*) FROM outbox").fetchone()
        return row == (0,)


def make_schema(connection: psycopg.Connection[Any], name: str) -> None:
    """A schema with the runtime's tables and the toy's; the connection looks into it from then on."""
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(name)))
    runtime_tables.create(connection, name)
    for table in toy.TABLES:
        connection.execute(table)


def wait_for(look: Callable[[], Any], expected: Any, within: float = 30.0) -> None:
    """Wait until a look equals what is expected; the assertion then shows the difference."""
    seen = [look()]

    def equal() -> bool:
        seen[0] = look()
        return bool(seen[0] == expected)

    try:
        eventually(equal, within=within, every=0.1)
    except AssertionError:
        assert expected == seen[0]  # shows where they differ


def ready(program: Program) -> Program:
    """Wait until a program says that it is ready on the port it got; returns it."""

    def answers() -> bool:
        served = [line for line in program.output().splitlines() if '"serving"' in line]
        return http_status(f"http://127.0.0.1:{json.loads(served[-1])['port']}/healthz/ready") == 200

    eventually(answers)
    return program


def worlds(brokers: str, postgres_url: str, folder: Path, **options: int) -> Iterator[World]:
    """For a fixture: a world that is closed afterwards; its logs are printed, which pytest shows on a failure."""
    world = World(brokers=brokers, postgres_url=postgres_url, folder=folder, **options)
    try:
        yield world
    finally:
        world.close()
        for log in sorted(folder.glob("*.log")):
            print(f"---- {log.name}\n{log.read_text(encoding='utf-8')[-6000:]}")  # noqa: T201


__all__ = ["World", "eventually", "ready", "wait_for", "worlds"]
