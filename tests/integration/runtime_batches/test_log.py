"""Whatever the broker's log holds, and whatever is lost on the way from it, every good record takes effect once."""

import json
from collections.abc import Iterator
from pathlib import Path

import kafka
import psycopg
import pytest

from runtime import broker
from runtime.testing import CuttingProxy
from tests.integration.runtime_batches.world import World, ready, wait_for, worlds


@pytest.fixture
def wide(kafka_brokers: str, postgres_url: str, tmp_path: Path) -> Iterator[World]:
    """An installation with three topics."""
    yield from worlds(kafka_brokers, postgres_url, tmp_path, topics=3, slots=4)


def test_markers_and_aborted_records_of_a_transactional_upstream_are_passed(world: World) -> None:
    """Committed records count, aborted ones do not, and the positions stand behind the markers at the end of the log."""
    upstream = kafka.KafkaProducer(
        **broker.connection(world.settings), transactional_id=world.name, acks="all", enable_idempotence=True
    )
    upstream.init_transactions()
    key = world.key_in(3)
    for number in range(60):
        upstream.begin_transaction()
        upstream.send(world.topic, json.dumps({"n": number}).encode(), key=key, partition=3)
        if number % 3:
            upstream.abort_transaction()
        else:
            upstream.commit_transaction()
            world.reference[world.topic, 3].add(number)
    upstream.close()
    worker = world.worker()
    world.wait_until_equal()
    world.send(range(100, 200))
    world.wait_until_equal()

    wait_for(lambda: world.positions()[3], world.ends()[3])
    assert world.ends()[3] > world.reference[world.topic, 3].records
    assert worker.stop() == 0
    worker.start()
    world.send(range(200, 300))
    world.wait_until_equal()
    assert worker.stop() == 0


def test_lost_fetches_are_noticed_and_read_again(world: World) -> None:
    """Half of all fetches vanish between the broker and the loop; even the last one of a quiet slot is found."""
    worker = world.worker(TOY_LOSE="0.5")
    for part in range(8):
        world.send(range(part * 200, part * 200 + 200))
        world.flush()
    world.wait_until_equal(within=60)

    assert worker.stop() == 0


def test_a_commit_without_an_answer_is_settled_by_the_positions(world: World) -> None:
    """The cable is cut around COMMIT, before the server hears it and after it has: nothing is lost or doubled."""
    with psycopg.connect(world.postgres_url) as connection:
        proxy = CuttingProxy((connection.info.host, connection.info.port))
        address = world.postgres_url.replace(f":{connection.info.port}/", f":{proxy.port}/")
    worker = ready(world.worker(BIHUAN_DATABASE_URL=address))
    proxy.cut = lambda commit: ("before", "after", None, None, None)[commit % 5]
    for part in range(12):
        world.send(range(part * 100, part * 100 + 100))
        world.flush()
        world.wait_until_equal()

    assert '"outcome_settled"' in worker.output()
    proxy.cut = lambda _: None
    assert worker.stop() == 0
    proxy.close()


def test_one_consumer_reads_several_topics(wide: World) -> None:
    """Slots of the same number on different topics are different slots, each with its own position."""
    for topic in wide.topics:
        wide.send(range(400), topic=topic)
    worker = wide.worker()
    wide.wait_until_equal()

    for topic in wide.topics:
        counts = {slot: fold.records for (name, slot), fold in wide.reference.items() if name == topic}
        assert wide.positions(topic) == counts
    assert worker.stop() == 0


def test_two_workers_share_the_slots(world: World) -> None:
    """A second one joins under load and leaves again; the reference holds, and both end with 0."""
    first = ready(world.worker("one"))
    world.send(range(1000))
    world.flush()
    second = ready(world.worker("two"))
    world.send(range(1000, 3000))
    world.wait_until_equal(within=40)
    wait_for(lambda: world.sql.execute("SELECT count(DISTINCT owner) FROM consumer_position").fetchone(), (2,))
    assert second.stop() == 0
    world.send(range(3000, 4000))
    world.wait_until_equal(within=40)

    assert first.stop() == 0


def test_a_slot_that_was_fetched_during_a_transaction_is_fetched_on_at_once(world: World) -> None:
    """The broker may hold a fetch back for 40 s: none is out that leaves the slot out while others are silent."""
    worker = ready(world.worker(TOY_SLOW="1", TOY_FETCH_MS="40000"))
    world.put_in(0, 1)
    wait_for(lambda: running(world), 1)
    world.put_in(1, 2)  # is fetched while the transaction runs
    world.wait_until_equal()
    world.put_in(1, 3)
    world.wait_until_equal(within=20)

    assert worker.stop() == 0


def running(world: World) -> int:
    """How many transactions of workers run."""
    (count,) = world.sql.execute(
        """SELECT count(*) FROM pg_stat_activity
        WHERE application_name = 'toy worker' AND state = 'active' AND query LIKE 'SELECT pg_sleep%'"""
    ).fetchone() or (0,)
    return int(count)
