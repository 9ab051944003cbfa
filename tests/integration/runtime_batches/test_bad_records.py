"""A record that cannot be applied never stands in the way of the others, and never disappears."""

from typing import Any

from runtime.codec import TICK_KEY
from tests.integration.runtime_batches.world import World, eventually, ready, wait_for

LEFT = 70


def numbered(world: World, slot: int, numbers: list[int], incarnation: int = 1) -> None:
    """Records with the relay's sequence at their end."""
    key = world.key_in(slot)
    for number in numbers:
        world.put(slot, f'{{"n": {number},"sequence":"{incarnation}:{number}"}}'.encode(), key=key)
    world.flush()


def folded(world: World, slot: int, numbers: list[int]) -> dict[tuple[str, int], Any]:
    for number in numbers:
        world.reference[world.topic, slot].add(number)
    return world.expected()


def test_poison_is_parked_in_its_transaction_and_the_slot_goes_on(world: World) -> None:
    """Undecodable bytes and what the handler rejects become dead letters with reason, place and bytes, exactly once."""
    world.send(range(200))
    world.put(3, b'{"no json', key=world.key_in(3))
    world.put(3, b"\xff\x00\xfe", key=world.key_in(3))
    world.put(5, {"n": 1, "kind": "poison"}, key=world.key_in(5))
    world.send(range(200, 400))
    worker = world.worker()
    world.wait_until_equal()

    assert [(reason, slot, bytes(body)) for reason, slot, _, body in world.letters()] == [
        ("undecodable", 3, b'{"no json'),
        ("undecodable", 3, b"\xff\x00\xfe"),
        ("poison", 5, b'{"n": 1, "kind": "poison"}'),
    ]
    assert worker.stop() == 0


def test_a_defect_is_counted_at_its_record_and_parked_at_the_third_failure(world: World) -> None:
    """The process leaves three times with 70, everything before the record is applied, the fourth life goes past it."""
    key = world.key_in(2)
    world.send(range(300))
    world.put(2, {"n": 7, "kind": "defect"}, key=key)
    world.send(range(300, 600))
    world.flush()
    worker = world.worker()

    for _ in range(3):
        assert worker.ended() == LEFT
        worker.start()
    world.wait_until_equal()
    assert [(reason, slot) for reason, slot, _, _ in world.letters()] == [("defect", 2)]
    assert world.sql.execute("SELECT count(*) FROM consumer_failure").fetchone() == (0,)
    assert "ZeroDivisionError(7)" in str(world.sql.execute("SELECT detail FROM dead_letter").fetchone())
    assert worker.stop() == 0


def test_a_record_of_another_slot_is_parked_as_misrouted(world: World) -> None:
    """A key in the wrong slot would give one case two owners."""
    world.put(4, {"n": 1}, key=world.key_in(1))
    world.send(range(50))
    worker = world.worker()
    world.wait_until_equal()

    assert [(reason, slot, offset) for reason, slot, offset, _ in world.letters()] == [("misrouted", 4, 0)]
    assert worker.stop() == 0


def test_nothing_but_poison_blows_the_fuse(world: World) -> None:
    """The process leaves with a clear line; the slot is held over every restart until a person accepts its position."""
    for number in range(40):
        world.put(6, {"n": number}, key=world.key_in(6))
    world.flush()
    worker = world.worker(TOY_BROKEN="1", TOY_FUSE="10")

    assert worker.ended() == LEFT
    assert "fuse: " in worker.output()
    assert len(world.letters()) == 10
    healed = world.worker(TOY_FUSE="10")
    ready(healed)
    world.send(range(100))
    other_slots = {place: row for place, row in world.expected().items() if place[1] != 6}
    wait_for(lambda: {place: row for place, row in world.rows().items() if place[1] != 6}, other_slots)
    assert world.positions()[6] == 10
    assert list(world.stopped()) == [6]
    world.accept(6, world.positions()[6])
    assert healed.ended() == LEFT  # it saw the accepted position and starts again with it
    healed.start()
    wait_for(lambda: world.positions()[6], 40 + world.reference[world.topic, 6].records)
    assert len(world.letters()) == 10
    assert healed.stop() == 0


def test_a_newer_version_holds_its_slot_and_is_read_after_the_upgrade(world: World) -> None:
    """It is never parked: the readers are upgraded first, and until then the slot waits."""
    key = world.key_in(1)
    world.put(1, {"n": 1}, key=key)
    world.put(1, {"n": 2, "kind": "newer"}, key=key)
    world.put(1, {"n": 3}, key=key)
    world.put(0, {"n": 9}, key=world.key_in(0))
    world.flush()
    old = world.worker()
    expected = folded(world, 0, [9]) | folded(world, 1, [1])
    wait_for(world.rows, expected)

    eventually(lambda: "newer_version" in world.stopped().get(1, ""))
    assert world.letters() == []
    assert old.stop() == 0
    new = world.worker(TOY_UPGRADED="1")
    wait_for(world.rows, folded(world, 1, [2, 3]))
    assert new.stop() == 0


def test_a_tick_that_does_not_fit_stays_until_it_is_used_up(world: World) -> None:
    """Each tick needs three transactions; what follows it waits, and the search for a culprit does not step over it."""
    key = world.key_in(2)
    world.put(2, {"n": 1}, key=key)
    world.put(2, b"{}", key=TICK_KEY)
    world.put(2, {"n": 2, "kind": "poison"}, key=key)
    world.put(2, b"{}", key=TICK_KEY)
    world.put(2, {"n": 3}, key=key)
    world.flush()
    worker = world.worker()

    wait_for(world.rows, folded(world, 2, [1, 3]))
    assert world.sql.execute("SELECT at, parts FROM toy_tick ORDER BY at").fetchall() == [(1, 3), (3, 3)]
    assert [(reason, offset) for reason, _, offset, _ in world.letters()] == [("poison", 2)]
    assert worker.stop() == 0


def test_numbers_that_were_applied_are_dropped_and_a_gap_holds_the_slot(world: World) -> None:
    """A reader takes only the next number; it goes on by itself once the missing one is published."""
    numbered(world, 5, [1, 2, 3, 2, 3, 4])
    worker = world.worker(TOY_NUMBERED="1")
    wait_for(world.rows, folded(world, 5, [1, 2, 3, 4]))
    numbered(world, 5, [6])
    eventually(lambda: "number_ahead" in world.stopped().get(5, ""))
    assert world.rows() == world.expected()
    numbered(world, 5, [5, 6, 7])
    wait_for(world.rows, folded(world, 5, [5, 6, 7]))
    numbered(world, 5, [1, 2], incarnation=2)
    wait_for(world.rows, folded(world, 5, [1, 2]))
    numbered(world, 5, [8])
    numbered(world, 5, [3], incarnation=2)
    wait_for(world.rows, folded(world, 5, [3]))

    assert world.letters() == []
    assert worker.stop() == 0
