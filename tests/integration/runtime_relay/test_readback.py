"""After a restore the log knows more than the database: exactly that is read back."""

import json

from runtime.outbox.readback import unknown_records
from tests.integration.runtime_batches.world import World, eventually, ready
from tests.integration.runtime_relay.test_relay import put_out


def unknown(world: World) -> list[int]:
    documents = unknown_records(world.settings, world.database, topic=world.out, slots=world.slots, incarnation=1)
    return [json.loads(document)["n"] for document in documents]


def test_a_database_that_knows_all_reads_nothing(world: World) -> None:
    """Also while the relay goes on publishing: a number is durable before anything is published under it."""
    relay = ready(world.relay())
    put_out(world, 1, range(50))
    eventually(world.drained)

    before = unknown(world)
    put_out(world, 1, range(50, 60))
    eventually(world.drained)

    assert (before, unknown(world)) == ([], [])
    assert relay.stop() == 0


def test_what_lies_above_the_mark_is_read_back_in_order(world: World) -> None:
    """Of each slot; the ticks and what the copy knew are left out."""
    relay = ready(world.relay())
    put_out(world, 1, range(700))
    put_out(world, 3, range(1000, 1010))
    eventually(world.drained)
    assert relay.stop() == 0
    world.sql.execute("UPDATE relay_mark SET next_number = 601 WHERE slot = 1")
    world.sql.execute("DELETE FROM relay_mark WHERE slot = 3")

    assert unknown(world) == [*range(600, 700), *range(1000, 1010)]


def test_a_restore_that_began_a_new_line_hides_nothing(world: World) -> None:
    """The marks were given in the old line, whatever the installation says since; once read back, nothing is left."""
    relay = ready(world.relay())
    put_out(world, 1, range(20))
    eventually(world.drained)
    assert relay.stop() == 0
    world.sql.execute("UPDATE relay_mark SET next_number = 11")
    world.sql.execute("UPDATE installation SET incarnation = 2")

    known = unknown_records(world.settings, world.database, topic=world.out, slots=world.slots, incarnation=2)
    assert (unknown(world), list(known)) == (list(range(10, 20)), [])
