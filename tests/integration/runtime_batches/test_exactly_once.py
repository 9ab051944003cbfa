"""Every record takes effect once and in order, whatever happens to the processes."""

import json
import random

from runtime.codec import sequence_of
from tests.integration.runtime_batches.world import World, eventually, ready


def test_a_worker_applies_a_log_once_and_in_order(world: World) -> None:
    """Count, sum and order-sensitive hash of every slot equal the reference; SIGTERM ends the worker with 0."""
    world.send(range(3000))
    worker = world.worker()
    world.wait_until_equal()

    assert worker.stop() == 0
    assert {slot: end for slot, end in world.positions().items() if end} == {
        slot: fold.records for (_, slot), fold in world.reference.items()
    }


def test_kill_9_of_worker_and_relay_loses_and_doubles_nothing(world: World) -> None:
    """Killed again and again under load, they come to the reference; the output has gapless numbers, each once."""
    chance = random.Random(7)
    worker, relay = world.worker(), world.relay()
    for life in range(5):
        world.send(range(life * 1500, (life + 1) * 1500))
        world.flush()
        applied = life * 1500 + chance.randrange(1500)
        eventually(lambda least=applied: world.sql.execute("SELECT sum(records) FROM toy").fetchone()[0] >= least)
        victim = chance.choice([worker, relay])
        victim.kill()
        victim.start()
    world.wait_until_equal()
    eventually(world.drained)

    assert (ready(worker).stop(), ready(relay).stop()) == (0, 0)
    check_output(world)


def test_a_frozen_worker_is_replaced_and_leaves_when_it_thaws(world: World) -> None:
    """Another member takes the slots after the session timeout; the frozen one finds itself fenced, or asks anew."""
    frozen = world.worker("one")
    world.send(range(500))
    world.wait_until_equal()
    frozen.freeze()
    other = world.worker("two")
    world.send(range(500, 2500))
    world.wait_until_equal(within=40)
    frozen.thaw()
    world.send(range(2500, 4000))
    world.wait_until_equal(within=40)

    assert other.stop() == 0


def check_output(world: World) -> None:
    """The numbers of every slot are gapless, doubles carry the same bytes, and the contents are what was decided."""
    for slot, records in world.records(world.out).items():
        taken: list[bytes] = []
        for record in records:
            if record.key == b"tick":
                continue
            incarnation, number = sequence_of(record.value) or (0, 0)
            assert incarnation == 1
            if number == len(taken) + 1:
                taken.append(record.value)
            else:
                assert number <= len(taken), "a number above the next was published"
                assert taken[number - 1] == record.value
        decided = [n for n in numbers_of(world, slot) if n % 5 == 0]
        assert decided == [int(value.split(b":")[1].split(b",")[0]) for value in taken]


def numbers_of(world: World, slot: int) -> list[int]:
    return [json.loads(record.value)["n"] for record in world.records(world.topic)[slot]]
