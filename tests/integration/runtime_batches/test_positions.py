"""A position that does not fit the log stops its slot, says both numbers, and moves again only when a person says so."""

from runtime.broker import Partition
from tests.integration.runtime_batches.world import World, eventually, ready, wait_for

LEFT = 70


def all_at(world: World, count: int, *, but: tuple[int, ...] = ()) -> None:
    expected = {slot: count for slot in range(world.slots) if slot not in but}
    wait_for(lambda: {slot: at for slot, at in world.positions().items() if slot not in but}, expected, 40)


def feed(world: World, count: int) -> None:
    """The same number of records into every slot."""
    for slot in range(world.slots):
        key = world.key_in(slot)
        for number in range(count):
            world.put(slot, {"n": number}, key=key)
    world.flush()


def test_a_log_shorter_than_the_position_stops_the_slot_and_no_other(world: World) -> None:
    """Retention went past it, before the start and while it ran; the others go on at once."""
    feed(world, 20)
    worker = world.worker()
    all_at(world, 20)
    assert worker.stop() == 0
    feed(world, 20)
    world.admin.delete_records({Partition(world.topic, 3): 30})
    worker.start()
    all_at(world, 40, but=(3,))
    assert world.stopped() == {3: "outside_log: position 20 is outside the log [30, 40]"}

    worker.freeze()
    feed(world, 20)  # answers the fetch that is under way; a frozen worker sends no other
    feed(world, 20)
    world.admin.delete_records({Partition(world.topic, 5): 70})
    worker.thaw()
    all_at(world, 80, but=(3, 5))
    eventually(lambda: "is outside the log [70, 80]" in world.stopped().get(5, ""))
    assert world.positions()[3] == 20
    assert 40 <= world.positions()[5] <= 60

    world.accept(3, 30)
    assert worker.ended() == LEFT
    world.accept(5, 80)
    worker.start()
    all_at(world, 80)
    assert world.stopped() == {}
    assert worker.stop() == 0


def test_a_re_created_topic_stops_every_slot_with_both_ids(world: World) -> None:
    """The name is the same and the new log is even longer: reading on would skip what it holds."""
    feed(world, 20)
    worker = world.worker()
    all_at(world, 20)
    old = world.admin.topic_ids([world.topic])[world.topic]
    world.admin.delete_topics([world.topic])
    eventually(lambda: not world.admin.topic_ids([world.topic]))
    eventually(lambda: world.create_topics(world.topic) or world.admin.topic_ids([world.topic]))
    new = world.admin.topic_ids([world.topic])[world.topic]
    feed(world, 30)
    assert worker.ended(within=30) == LEFT

    worker.start()
    sentence = f"recreated_topic: position 20 belongs to topic id {old}, the broker has {new}"
    wait_for(world.stopped, dict.fromkeys(range(world.slots), sentence), 40)
    all_at(world, 20)
    for slot in range(world.slots):
        world.accept(slot, 0)
    assert worker.ended() == LEFT
    worker.start()
    all_at(world, 30)
    assert worker.stop() == 0


def test_slots_of_another_owner_are_not_written(world: World) -> None:
    """Whoever raises the epoch has the slot: the earlier owner leaves at its next batch and comes back with a new one."""
    feed(world, 5)
    worker = ready(world.worker())
    all_at(world, 5)
    world.sql.execute("UPDATE consumer_position SET epoch = epoch + 1")
    feed(world, 5)

    assert worker.ended() == LEFT
    assert "another worker took a slot of ours" in worker.output()
    all_at(world, 5)
    worker.start()
    all_at(world, 10)
    assert worker.stop() == 0


def test_a_worker_waits_in_place_while_the_database_refuses_it(world: World) -> None:
    """A lock that is held too long is no defect: nothing is parked, nothing is lost, the process stays."""
    feed(world, 5)
    worker = ready(world.worker(TOY_LOCK_MS="1000"))
    all_at(world, 5)
    with world.sql.transaction():
        world.sql.execute("SELECT FROM consumer_position FOR UPDATE")
        feed(world, 5)
        eventually(lambda: '"unavailable"' in worker.output(), within=30)
    all_at(world, 10)

    assert world.letters() == []
    assert worker.stop() == 0
