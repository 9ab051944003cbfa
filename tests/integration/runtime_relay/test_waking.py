"""A relay with nothing to do sleeps and asks nothing; whoever announces wakes it, whatever comes between."""

import psycopg
import pytest

from runtime.database import Work
from runtime.outbox import Outgoing, announce
from runtime.testing import Program
from tests.integration.runtime_batches.world import World, eventually, ready
from tests.integration.runtime_relay.test_relay import put_out, taken

HOUR = "3600"
WITHIN = 15  # seconds; below the time after which the relay's session ends for doing nothing

ASLEEP = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock'
    AND classid::int8 = hashtext('bihuan relay asleep')::int8 & 4294967295
    AND objid::int8 = hashtext(current_schema())::int8 & 4294967295"""
SESSION = "SELECT count(*), max(query_start) FROM pg_stat_activity WHERE application_name = %s"


def asleep(world: World) -> bool:
    return world.sql.execute(ASLEEP).fetchone() == (1,)


def lives(program: Program) -> int:
    return program.output().count("relay active")


def test_who_announces_wakes_it(world: World) -> None:
    """It looks by itself once an hour and has one life: every part was published because it was woken."""
    relay = ready(world.relay(TOY_LOOK=HOUR))
    for part in range(5):
        eventually(lambda: asleep(world), within=WITHIN)
        put_out(world, part % 2, range(part * 10, part * 10 + 10))
        eventually(world.drained, within=WITHIN)

    assert [*range(10), *range(20, 30), *range(40, 50)] == taken(world, 0)
    assert [*range(10, 20), *range(30, 40)] == taken(world, 1)
    assert lives(relay) == 1
    assert relay.stop() == 0


def test_it_does_not_fall_asleep_over_a_transaction_under_way(world: World) -> None:
    """What began to announce while it was awake did not wake it, so it stays awake until that has ended."""
    relay = world.relay(TOY_LOOK=HOUR)
    fact = Outgoing(topic=world.out, slot=0, key=b"k", value=b'{"n": 0}')
    with world.database.begin() as work:
        announce(work, [fact])
        eventually(lambda: lives(relay) == 1, within=WITHIN)
        assert not asleep(world)
    eventually(world.drained, within=WITHIN)
    eventually(lambda: asleep(world), within=WITHIN)

    assert taken(world, 0) == [0]
    assert lives(relay) == 1
    assert relay.stop() == 0


def test_asleep_it_asks_the_database_nothing(world: World) -> None:
    """Its session does not say a word until it is woken."""
    relay = ready(world.relay(TOY_LOOK=HOUR))
    eventually(lambda: asleep(world), within=WITHIN)
    name = f"{world.name} relay"
    world.sql.execute("SELECT pg_sleep(0.5)")  # its connection is looked at once before it waits
    began = world.sql.execute(SESSION, (name,)).fetchone()
    world.sql.execute("SELECT pg_sleep(1)")

    assert began is not None
    assert began[0] == 1
    assert world.sql.execute(SESSION, (name,)).fetchone() == began
    assert relay.stop() == 0


def test_what_is_rolled_back_wakes_nobody_and_is_not_published(world: World) -> None:
    """Only a commit carries its notification."""
    relay = ready(world.relay(TOY_LOOK=HOUR))
    eventually(lambda: asleep(world), within=WITHIN)
    with pytest.raises(psycopg.errors.DivisionByZero), world.database.begin() as work:
        _announce_and_fail(work, Outgoing(topic=world.out, slot=0, key=b"k", value=b'{"n": 9}'))
    put_out(world, 0, range(3))
    eventually(world.drained, within=WITHIN)

    assert taken(world, 0) == [0, 1, 2]
    assert lives(relay) == 1
    assert relay.stop() == 0


def _announce_and_fail(work: Work, fact: Outgoing) -> None:
    announce(work, [fact])
    work.connection.execute("SELECT 1 / 0")
