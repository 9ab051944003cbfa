"""Loops send beside one another, stop in order, and keep what came back whatever else happens."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from contracts.vocabulary import Measure
from runtime.database import Database
from services.notify.core.messages import Message
from services.notify.core.retry import Outcome
from services.notify.worker import DeliveryLoop, Upkeep
from tests.integration.notify_notices.office import UNKNOWN, YES, Office
from tests.unit.services.notify.given import NOW, decision


class Scripted:
    """A channel that does what the test says."""

    repeatable = False
    patience = 30.0

    def __init__(self, script: Callable[[Message], Awaitable[Outcome]]) -> None:
        self._script = script
        self.calls: list[str] = []
        self.closed = False

    async def deliver(self, message: Message, _address: str) -> Outcome:
        self.calls.append(str(message.document["decision_id"]))
        return await self._script(message)

    async def close(self) -> None:
        self.closed = True


async def says_yes(_message: Message) -> Outcome:
    return YES


async def hangs(_message: Message) -> Outcome:
    await asyncio.Event().wait()
    return YES


async def until(look: Callable[[], bool], within: float = 20.0) -> None:
    """Look from a thread again and again."""
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(look):  # noqa: ASYNC110 (what is looked at lies in the database)
            await asyncio.sleep(0.02)  # between two looks


def some(count: int, **changes: object) -> list[object]:
    return [decision(decision_id=f"d-{n}", occurrence=str(n), **changes) for n in range(count)]


def test_everything_that_waits_is_sent(office: Office) -> None:
    """Also what comes while the loop runs; at the end the channel is closed."""
    adapter = Scripted(says_yes)

    async def story() -> None:
        stopping = asyncio.Event()
        loop = DeliveryLoop(desk=office.email, adapter=adapter, concurrency=3)
        running = asyncio.create_task(loop.run(stopping))
        office.hear(*some(10))  # type: ignore[arg-type]
        await until(lambda: set(office.states().values()) == {"delivered"})
        office.hear(decision(decision_id="later", occurrence="later"))
        await until(lambda: office.states()["later", "raised"] == "delivered")
        stopping.set()
        await running

    asyncio.run(story())

    assert (len(adapter.calls), len(set(adapter.calls)), adapter.closed) == (11, 11, True)


def test_a_dead_provider_holds_up_no_other_channel(office: Office) -> None:
    """E-mail hangs; webhooks leave."""
    hooks = office.desk("webhook", repeatable=True)

    async def story() -> None:
        stopping = asyncio.Event()
        loops = [
            DeliveryLoop(desk=office.email, adapter=Scripted(hangs), concurrency=2),
            DeliveryLoop(desk=hooks, adapter=Scripted(says_yes), concurrency=2),
        ]
        running = [asyncio.create_task(loop.run(stopping)) for loop in loops]
        office.hear(*some(4, measure=Measure.INSTANT_REPORT))  # type: ignore[arg-type]
        count = "SELECT count(*) FROM notice WHERE channel = 'webhook' AND state = 'delivered'"
        await until(lambda: office.sql(count) == [(8,)])
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    asyncio.run(story())

    assert office.sql("SELECT count(*) FROM notice WHERE channel = 'email' AND state = 'sending'") == [(2,)]


def test_an_answer_waits_for_the_database(office: Office, database_url: str) -> None:
    """While the database does not answer, what came back stays in hand; it is neither lost nor sent again."""
    impatient = Database(database_url, schema="notify", application_name="impatient", timeouts={"lock_timeout": 100})
    answered = asyncio.Event()

    async def slow(_message: Message) -> Outcome:
        await answered.wait()
        return YES

    adapter = Scripted(slow)
    waits_for_lock = """SELECT 1 FROM pg_stat_activity
        WHERE application_name = 'impatient' AND wait_event_type = 'Lock' LIMIT 1"""

    async def story() -> None:
        stopping = asyncio.Event()
        loop = DeliveryLoop(desk=office.desk("email", database=impatient), adapter=adapter, concurrency=2)
        upkeep = Upkeep(
            desks=[office.desk("email", database=impatient)],
            clocks=office.clocks(),
            detours=office.detours(),
            reminding=office.reminding(),
            database=impatient,
            clock=office.clock,
            metrics=office.metrics,
        )
        running = [asyncio.create_task(each.run(stopping)) for each in (loop, upkeep)]
        office.hear(decision())
        await until(lambda: list(office.states().values()) == ["sending"])
        with office.database.begin() as work:
            work.connection.execute("LOCK TABLE notice IN ACCESS EXCLUSIVE MODE")
            answered.set()
            await until(lambda: office.sql(waits_for_lock) == [(1,)])
        await until(lambda: list(office.states().values()) == ["delivered"])
        stopping.set()
        await asyncio.gather(*running)

    asyncio.run(story())
    impatient.close()

    assert adapter.calls == ["d-1"]


def test_a_stop_waits_for_the_answers_under_way(office: Office) -> None:
    """Nothing is left `sending` that was answered within the grace."""
    answered = asyncio.Event()

    async def slow(_message: Message) -> Outcome:
        await answered.wait()
        return YES

    async def story() -> None:
        stopping = asyncio.Event()
        loop = DeliveryLoop(desk=office.email, adapter=Scripted(slow), concurrency=4)
        running = asyncio.create_task(loop.run(stopping))
        office.hear(*some(4))  # type: ignore[arg-type]
        await until(lambda: list(office.states().values()) == ["sending"] * 4)
        stopping.set()
        answered.set()
        await running

    asyncio.run(story())

    assert list(office.states().values()) == ["delivered"] * 4


def test_a_defect_ends_the_loop_after_the_answers_are_kept(office: Office) -> None:
    """The process is started again; what other attempts came back with is not lost."""

    async def breaks(message: Message) -> Outcome:
        if message.document["decision_id"] == "d-1":
            raise ZeroDivisionError
        return YES

    async def story() -> None:
        office.hear(*some(3))  # type: ignore[arg-type]
        loop = DeliveryLoop(desk=office.email, adapter=Scripted(breaks), concurrency=3)
        await loop.run(asyncio.Event())

    with pytest.raises(ZeroDivisionError):
        asyncio.run(story())
    assert sorted(office.states().values()) == ["delivered", "delivered", "sending"]


def test_what_an_earlier_life_left_is_settled_first(office: Office) -> None:
    """Before anything new is sent, and only by a worker that has a name of its own."""
    office.hear(*some(2))  # type: ignore[arg-type]
    office.email.take(1)
    adapter = Scripted(says_yes)

    async def story() -> None:
        stopping = asyncio.Event()
        loop = DeliveryLoop(desk=office.email, adapter=adapter, concurrency=1, named=True)
        running = asyncio.create_task(loop.run(stopping))
        await until(lambda: sorted(office.states().values()) == ["ambiguous", "delivered"])
        stopping.set()
        await running

    asyncio.run(story())

    assert len(adapter.calls) == 1


def test_upkeep_settles_leases_and_measures(office: Office) -> None:
    """A lease that ended becomes ambiguous; the gauges say since when something waits, and that all is stopped."""
    office.told(UNKNOWN, decision_id="d-9", occurrence="9")
    office.hear(decision())
    office.email.take(1)
    office.hear(decision(decision_id="d-2", occurrence="2"))
    office.clock.advance(61)
    office.counter.stop(author="甲", reason="误发")
    upkeep = Upkeep(
        desks=[office.email],
        clocks=office.clocks(),
        detours=office.detours(),
        reminding=office.reminding(),
        database=office.database,
        clock=office.clock,
        metrics=office.metrics,
    )

    async def story() -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(upkeep.run(stopping))
        await until(lambda: office.metrics.value("notify_sending_stopped") == 1)
        stopping.set()
        await running

    asyncio.run(story())

    value = office.metrics.value
    assert value("notify_notices", state="ambiguous") == 2
    assert value("notify_outbox_oldest_timestamp_seconds", channel="email") == NOW.timestamp()
    assert value("notify_outbox_oldest_timestamp_seconds", channel="webhook") == office.clock.now().timestamp()
