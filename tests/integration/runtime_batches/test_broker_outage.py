"""A broker that dies and comes back costs time and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.testing import Server, start_kafka
from runtime.codec import TICK_KEY, sequence_of
from runtime.outbox import Outgoing, announce
from tests.integration.runtime_batches.world import World, eventually, ready, worlds


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    """A broker of its own, to be killed."""
    server = start_kafka(tmp_path / "broker")
    yield server
    server.stop()


@pytest.fixture
def world(broker: Server, postgres_url: str, tmp_path: Path) -> Iterator[World]:
    """A toy installation on it, with four slots."""
    yield from worlds(broker.url, postgres_url, tmp_path, slots=4)


def test_worker_and_relay_go_on_where_they_were(world: World, broker: Server) -> None:
    """What was announced while it was away is published afterwards, in order; what was read is not read again."""
    worker, relay = ready(world.worker()), ready(world.relay())
    world.send(range(300))
    world.wait_until_equal()
    eventually(world.drained)
    world.disconnect()
    broker.kill()
    facts = [Outgoing(topic=world.out, slot=1, key=b"k", value=b'{"n":%d}' % (1000 + n)) for n in range(200)]
    with world.database.begin() as work:
        announce(work, facts)
    assert not world.drained()  # it waits for the broker, or begins a new life when it comes back
    broker.start()
    world.connect()
    world.send(range(300, 600))
    world.wait_until_equal(within=60)
    eventually(world.drained, within=60)

    sequences = {sequence_of(record.value) for record in world.records(world.out)[1] if record.key != TICK_KEY}
    (following,) = world.sql.execute("SELECT next_number FROM relay_mark WHERE slot = 1").fetchone() or (0,)
    assert {(1, number) for number in range(1, following)} == sequences
    assert following > 200
    assert (worker.stop(), relay.stop()) == (0, 0)
