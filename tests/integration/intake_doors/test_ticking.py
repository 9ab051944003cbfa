"""The value of a tick: behind the clock by the grace, held back by what no door has taken in, held while clocks differ."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest
from pydantic import SecretStr

from runtime import broker
from runtime.broker import Admin, NewTopic
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.settings import ProcessSettings
from runtime.testing import ManualClock
from services.intake.metrics import INTAKE_METRICS
from services.intake.store import clock as store
from services.intake.worker.backlog import Backlog
from services.intake.worker.ticking import TickValue

TOPICS = ("inspection.tick-a", "inspection.tick-b")
GRACE = timedelta(seconds=10)


@pytest.fixture(scope="module")
def settings(kafka_brokers: str, database_url: str) -> ProcessSettings:
    """Two topics of this module's own, stamped by the broker."""
    made = ProcessSettings(database_url=SecretStr(database_url), kafka_brokers=kafka_brokers)
    admin = Admin(made, client_id="test")
    stamp = {"message.timestamp.type": "LogAppendTime"}
    admin.create_topics([NewTopic(name=name, partitions=1, settings=stamp) for name in TOPICS])
    admin.close()
    return made


@pytest.fixture
def backlog(settings: ProcessSettings, database: Database) -> Iterator[Backlog]:
    """What is not taken in of the two topics."""
    found = Backlog(
        database=database,
        topics=TOPICS,
        open_reader=lambda: broker.consumer(settings, client_id="test"),
        partition=broker.Partition,
    )
    yield found
    found.close()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics([*RUNTIME_METRICS, *INTAKE_METRICS])


def take_in(database: Database, topic: str, offset: int) -> None:
    """Say that everything of a topic before an offset is taken in."""
    with database.begin() as work:
        work.connection.execute(
            """INSERT INTO consumer_position (topic, slot, next_offset) VALUES (%s, 0, %s)
            ON CONFLICT (topic, slot) DO UPDATE SET next_offset = excluded.next_offset""",
            (topic, offset),
        )


def test_a_tick_waits_for_the_oldest_record_of_any_door(
    settings: ProcessSettings, database: Database, backlog: Backlog, metrics: Metrics
) -> None:
    """Of two topics with a backlog the older record holds time back; without a backlog only the grace does."""
    clock = SystemClock()
    value = TickValue(
        database=database, backlog=backlog, clock=clock, metrics=metrics, grace=timedelta(0), guarded=True
    )
    began = clock.now()
    idle = value()
    producer = broker.producer(settings, client_id="test")
    stamps = [producer.send(topic, value=b"x").get(20).timestamp for topic in (*TOPICS, TOPICS[0])]
    producer.close()

    behind = value()
    take_in(database, TOPICS[0], 1)
    later = value()
    take_in(database, TOPICS[0], 2)
    take_in(database, TOPICS[1], 1)
    caught_up = value()

    before = [datetime.fromtimestamp(stamp / 1000, UTC) - timedelta(milliseconds=1) for stamp in stamps]
    assert idle is not None
    assert idle >= began
    assert behind == before[0]
    assert later == min(before[1:])
    assert caught_up is not None
    assert caught_up > before[2]


def test_the_grace_is_kept(database: Database, backlog: Backlog, metrics: Metrics) -> None:
    """A tick says nothing of the last ten seconds."""
    for topic in TOPICS:
        take_in(database, topic, 10)
    clock = ManualClock(datetime(2023, 5, 9, tzinfo=UTC))
    value = TickValue(database=database, backlog=backlog, clock=clock, metrics=metrics, grace=GRACE, guarded=False)

    assert value() == clock.now() - GRACE


def test_clocks_that_differ_hold_the_ticks_until_somebody_accepts(
    database: Database, backlog: Backlog, metrics: Metrics
) -> None:
    """What holds them is written down, alarmed, and lifted on a person's word."""
    for topic in TOPICS:
        take_in(database, topic, 10)
    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    value = TickValue(database=database, backlog=backlog, clock=clock, metrics=metrics, grace=GRACE, guarded=True)

    held = value()
    alarm = metrics.value("intake_tick_held_since_timestamp_seconds")
    with database.begin() as work:
        accepted = store.accept(work, at=clock.now(), by="operator", reason="a demonstration in the future")
    after = value()
    with database.begin() as work:
        rows = work.connection.execute("SELECT accepted_by, held_for FROM clock_acceptance").fetchall()

    assert held is None
    assert alarm == clock.now().timestamp()
    assert accepted.trouble == "apart"
    assert after == clock.now() - GRACE
    assert metrics.value("intake_tick_held_since_timestamp_seconds") == 0
    assert rows == [("operator", accepted.sentence)]


def test_a_broker_that_does_not_answer_holds_the_ticks(database: Database, metrics: Metrics) -> None:
    """What may lie in the topics is not known, so time stands still; nothing fails."""

    def refuse() -> NoReturn:
        raise ConnectionRefusedError("nobody listens")

    backlog = Backlog(database=database, topics=TOPICS, open_reader=refuse, partition=broker.Partition)
    value = TickValue(
        database=database, backlog=backlog, clock=SystemClock(), metrics=metrics, grace=GRACE, guarded=False
    )

    assert value() is None
