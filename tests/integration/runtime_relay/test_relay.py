"""What was announced is published once committed, in order, under numbers that no crash changes, with ticks between."""

import json
from datetime import UTC, datetime
from typing import Any

import psycopg

from runtime.codec import TICK_KEY, sequence_of
from runtime.outbox import Outgoing, announce, open_slots, rows
from runtime.testing import CuttingProxy
from tests.integration.runtime_batches.world import World, eventually, ready, wait_for

Told = tuple[tuple[int, int] | None, dict[str, Any]]


def put_out(world: World, slot: int, numbers: range) -> None:
    """Announce in one transaction."""
    facts = [
        Outgoing(topic=world.out, slot=slot, key=b"k", value=json.dumps({"n": number}).encode()) for number in numbers
    ]
    with world.database.begin() as work:
        announce(work, facts)


def told(world: World, slot: int) -> list[Told]:
    """(sequence, document) of every fact of a slot, as it stands in the log."""
    records = world.records(world.out)[slot]
    return [(sequence_of(record.value), json.loads(record.value)) for record in records if record.key != TICK_KEY]


def taken(world: World, slot: int) -> list[int]:
    """What a reader takes that keeps only the next number, and the check that nothing lies above it."""
    numbers: list[int] = []
    for sequence, document in told(world, slot):
        assert sequence is not None
        assert sequence <= (1, len(numbers) + 1)
        if sequence[1] == len(numbers) + 1:
            numbers.append(document["n"])
    return numbers


def ticks(world: World, slot: int) -> list[str]:
    return [json.loads(r.value)["time"] for r in world.records(world.out)[slot] if r.key == TICK_KEY]


def test_facts_are_published_in_order_with_gapless_numbers_and_monotone_stamps(world: World) -> None:
    """Per slot: the numbers are 1, 2, 3, ..., the accepted time never goes back, the key and content type are there."""
    relay = ready(world.relay())
    for part in range(5):
        put_out(world, part % 2, range(part * 300, part * 300 + 300))
    eventually(world.drained)

    for slot, expected in ((0, 900), (1, 600)):
        facts = told(world, slot)
        assert [(1, n + 1) for n in range(expected)] == [sequence for sequence, _ in facts]
        stamps = [document["acceptedtime"] for _, document in facts]
        assert stamps == sorted(stamps)
    record = next(record for record in world.records(world.out)[0] if record.key != TICK_KEY)
    assert (record.key, record.headers) == (b"k", [("content-type", b"application/cloudevents+json")])
    assert relay.stop() == 0


def test_a_numbered_batch_is_published_by_the_next_life_as_it_was_numbered(world: World) -> None:
    """The relay died between numbering and publishing: numbers and accepted time stay, later facts come behind."""
    stamp = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    put_out(world, 2, range(3))
    with world.database.begin() as work:
        (batch,) = rows.number(work, rows.next_rows(work, 100), accepted_at=stamp)
    put_out(world, 2, range(3, 5))
    relay = world.relay()
    eventually(world.drained)

    facts = told(world, 2)
    assert (batch.first_number, batch.accepted_at, len(batch.ids)) == (1, stamp, 3)
    assert [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5)] == [sequence for sequence, _ in facts]
    assert ["2026-01-02T03:04:05.000678Z"] * 3 == [document["acceptedtime"] for _, document in facts[:3]]
    assert [0, 1, 2, 3, 4] == [document["n"] for _, document in facts]
    assert ready(relay).stop() == 0


def test_only_one_relays_and_the_standby_takes_over_from_a_killed_one(world: World) -> None:
    """The lock ends with the connection of the killed one."""
    first = world.relay("one")
    eventually(lambda: "relay active" in first.output())
    second = ready(world.relay("two"))
    put_out(world, 0, range(100))
    eventually(world.drained)
    assert "relay active" not in second.output()
    first.kill()
    put_out(world, 0, range(100, 200))
    eventually(world.drained)

    assert list(range(200)) == taken(world, 0)
    assert second.stop() == 0


def test_a_frozen_relay_loses_its_lock_and_can_do_no_harm_when_it_thaws(world: World) -> None:
    """Its session times out, the standby goes on, and the thawed one finds its epoch over and stands by."""
    frozen = world.relay("one")
    eventually(lambda: "relay active" in frozen.output())
    put_out(world, 1, range(50))
    eventually(world.drained)
    standby = ready(world.relay("two"))
    frozen.freeze()
    put_out(world, 1, range(50, 100))
    eventually(world.drained, within=40)
    frozen.thaw()
    put_out(world, 1, range(100, 400))
    eventually(world.drained)
    eventually(lambda: "relay ends" in frozen.output())

    assert list(range(400)) == taken(world, 1)
    assert (frozen.stop(), standby.stop()) == (0, 0)


def test_commits_that_are_cut_begin_a_new_life_and_change_no_number(world: World) -> None:
    """A life that does not know what became of its transaction ends; the next one reads it from the tables."""
    with psycopg.connect(world.postgres_url) as connection:
        proxy = CuttingProxy((connection.info.host, connection.info.port))
        address = world.postgres_url.replace(f":{connection.info.port}/", f":{proxy.port}/")
    proxy.cut = lambda commit: {0: "before", 4: "after"}.get(commit % 9) if commit > 5 else None
    relay = world.relay(BIHUAN_DATABASE_URL=address)
    for part in range(4):
        put_out(world, 3, range(part * 100, part * 100 + 100))
        eventually(world.drained)
    eventually(lambda: '"kind": "Unavailable"' in relay.output() or '"kind": "OutcomeUnknown"' in relay.output())

    assert list(range(400)) == taken(world, 3)
    proxy.cut = lambda _: None
    assert relay.stop() == 0
    proxy.close()


def test_a_deadlock_begins_a_new_life_of_the_same_process(world: World) -> None:
    """The database chose the relay's transaction; what it undid is done by the next life, and no number is changed."""
    with world.database.begin() as work:
        work.connection.execute(
            """CREATE SEQUENCE numbered;
            CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('numbered') = 1 THEN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER meet BEFORE INSERT ON relay_batch FOR EACH ROW EXECUTE FUNCTION meet()"""
        )
    relay = ready(world.relay())
    put_out(world, 0, range(50))
    eventually(world.drained)

    assert list(range(50)) == taken(world, 0)
    assert '"kind": "Conflict"' in relay.output()
    assert relay.stop() == 0


def test_ticks_go_to_slots_in_use_behind_the_facts_they_cover(world: World) -> None:
    """A tick comes after every fact that was announced before its value was taken, and its value never goes back."""
    put_out(world, 0, range(2500))  # more than one batch of the relay
    with world.database.begin() as work:
        open_slots(work, world.out, [2])
    future = datetime(2100, 1, 1, tzinfo=UTC)
    relay = ready(world.relay())
    eventually(lambda: ticks(world, 0))
    world.sql.execute("UPDATE relay_tick SET value = %s", (future,))
    wait_for(lambda: ticks(world, 0)[-1], "2100-01-01T00:00:00.000000Z")

    keys = [record.key for record in world.records(world.out)[0]]
    assert [b"k"] * 2500 == keys[:2500]
    assert ticks(world, 0) == sorted(ticks(world, 0))
    assert ticks(world, 2)
    assert ticks(world, 1) == []
    put_out(world, 0, range(1))
    eventually(world.drained)
    assert told(world, 0)[-1][1]["acceptedtime"] == "2100-01-01T00:00:00.000000Z"  # not before the slot's last tick
    assert relay.stop() == 0
