"""Publish what was announced: one relay per schema, in order, under durable numbers, with the ticks of time between."""

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime import codec, log
from runtime.clock import Clock, SystemClock
from runtime.database import Database, Work
from runtime.errors import Conflict, Unavailable
from runtime.metrics import Metrics
from runtime.outbox import rows
from runtime.outbox.rows import Numbered, Row
from runtime.settings import ProcessSettings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

BATCH = 1000  # rows; no larger than what a reader looks at together, so that it sees a batch published again whole
TICK_EVERY = 5.0  # seconds
LOOK_EVERY = 5.0  # seconds: at the latest, whether or not anybody woke us; waiting rows are counted then
IDLE = 0.02  # seconds to the next look at an outbox to which somebody writes right now
STANDBY = 1.0  # seconds between two tries for the lock
SESSION_MS = 20_000  # a frozen relay loses its connection, and with it the lock, after this
BACKLOG_LIMIT = 100_000  # rows counted at most

_logger = log.get(__name__)

TickSource = Callable[[], dt.datetime | None]


class Fenced(Exception):
    """Another relay took over."""


class NotDelivered(Exception):
    """The broker did not confirm a record: the whole batch is published again by the relay's next life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """Where ticks go and what they say.

    `value` is called in a thread before the outbox is read; it gives the instant up to which everything that came in
    is announced, or None to hold the ticks. `source` is the CloudEvents source of the tick, `every` the seconds between
    two of them.
    """

    topic: str
    source: str
    value: TickSource
    every: float = TICK_EVERY


class Relay:
    """Runs beside the consumer. One process relays, the others stand by; a relay that fails begins a new life."""

    name = "relay"

    def __init__(
        self,
        *,
        settings: ProcessSettings,
        schema: str,
        metrics: Metrics,
        ticks: Ticks | None = None,
        clock: Clock | None = None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._look_every = look_every
        self._settings = settings
        self._schema = schema
        self._metrics = metrics
        self._ticks = ticks
        self._clock = clock or SystemClock(settings.clock_file)

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay, or stand by, until `stopping`."""
        while not stopping.is_set():
            database = Database(
                self._settings.database_url.get_secret_value(),
                schema=self._schema,
                application_name=f"{self._schema} relay",
                pool_size=1,  # the lock belongs to a session: there is one
                timeouts={"idle_session_timeout": SESSION_MS},
            )
            try:
                await self._live(database, stopping)
            except (Unavailable, Conflict, Fenced, NotDelivered) as error:
                _logger.warning("relay ends", error=str(error), kind=type(error).__name__)
                await _wait(stopping, STANDBY)
            finally:
                self._metrics.set("relay_active", 0)
                await asyncio.to_thread(database.close)

    async def _live(self, database: Database, stopping: asyncio.Event) -> None:
        """One life, from the lock to the first failure; nothing of it is known to the next."""
        while not await asyncio.to_thread(_lock, database):
            await _wait(stopping, STANDBY)
            if stopping.is_set():
                return
        life = _Life(database, self._ticks, self._clock, self._look_every)
        await asyncio.to_thread(life.begin)
        from runtime import broker  # only who relays loads the client

        producer = broker.relay_producer(self._settings, client_id=f"{self._schema}-relay")
        try:
            await _start(producer, self._settings)
            _logger.info("relay active", schema=self._schema, epoch=life.epoch, pending=len(life.batches))
            self._metrics.set("relay_active", 1)
            while not stopping.is_set():
                await self._publish(producer, life)
                if not await asyncio.to_thread(life.next) and not await asyncio.to_thread(life.sleep, stopping.is_set):
                    await _wait(stopping, IDLE)
                self._metrics.set("outbox_rows", life.waiting)
        finally:
            await producer.stop()

    async def _publish(self, producer: "AIOKafkaProducer", life: "_Life") -> None:
        """Send everything in order and wait for every report; the first failure ends this life."""
        from aiokafka.errors import KafkaError

        from runtime import broker

        reports: list[asyncio.Future[object]] = []
        counts: dict[str, int] = {}
        headers = [codec.CONTENT_TYPE]
        try:
            if (tick := life.due_tick()) is not None and self._ticks is not None:
                document = codec.tick(tick, source=self._ticks.source)
                for slot in sorted(life.tick_slots):
                    reports.append(  # noqa: PERF401 (each send may wait for room)
                        await producer.send(self._ticks.topic, document, codec.TICK_KEY, slot, headers=headers)
                    )
            for batch in life.batches:
                for key, document in life.documents(batch):
                    reports.append(await producer.send(batch.topic, document, key, batch.slot, headers=headers))
                counts[batch.topic] = counts.get(batch.topic, 0) + len(batch.ids)
            await asyncio.gather(*reports)
        except KafkaError as error:
            await asyncio.gather(*reports, return_exceptions=True)
            raise NotDelivered(broker.said(error, self._settings)) from error
        if tick is not None:
            life.ticked()
            self._metrics.set("last_tick_timestamp_seconds", tick.timestamp())
        for topic, count in counts.items():
            self._metrics.count("relayed_facts_total", count, topic=topic)


@dataclass(slots=True)
class _Life:
    """What one life of the relay knows; its methods run in a thread, one after another."""

    database: Database
    ticks: Ticks | None
    clock: Clock
    look_every: float = LOOK_EVERY
    epoch: int = 0
    incarnation: int = 0
    batches: Sequence[Numbered] = ()
    tick_slots: set[int] = field(default_factory=set)
    waiting: int = 0
    _rows: dict[int, Row] = field(default_factory=dict)
    _tick: tuple[dt.datetime, int] | None = None
    _last_tick: dt.datetime | None = None
    _ticked_at: float = float("-inf")
    _counted_at: float = float("-inf")
    _is_asleep: bool = False

    def begin(self) -> None:
        """Fence the one before and find what it had numbered."""
        with self.database.begin() as work:
            rows.listen(work)
            self.epoch, self.incarnation = rows.take_over(work)
            self.batches = rows.pending(work)
            self._rows = rows.rows_of(work, self.batches)
            if self.ticks is not None:
                self.tick_slots = set(rows.slots_in_use(work, self.ticks.topic))

    def documents(self, batch: Numbered) -> Sequence[tuple[bytes, bytes]]:
        """(key, document) of each row of a batch, with accepted time and sequence; the same in every life."""
        return [
            (
                self._rows[identity].key,
                codec.splice(
                    self._rows[identity].value,
                    accepted_at=batch.accepted_at,
                    incarnation=self.incarnation,
                    number=batch.first_number + index,
                ),
            )
            for index, identity in enumerate(batch.ids)
        ]

    def due_tick(self) -> dt.datetime | None:
        """The tick that may go out before the present batches: every row it has to follow is published."""
        if self._tick is None:
            return None
        value, horizon = self._tick
        oldest = min((identity for batch in self.batches for identity in batch.ids), default=horizon + 1)
        return value if oldest > horizon else None

    def ticked(self) -> None:
        """The tick is in the log."""
        self._tick = None

    def sleep(self, stopping: Callable[[], bool]) -> bool:
        """Sleep until somebody announces, a tick or a look is due, or `stopping`; False where it is no time to sleep."""
        with self.database.begin() as work:
            self._is_asleep = rows.fall_asleep(work)
        if self._is_asleep:
            self.database.notified(self._rest(), stopping)
        return self._is_asleep

    def next(self) -> bool:
        """Forget what is published and number what came meanwhile, in one transaction; False when there is nothing."""
        value = self._tick_value()
        counting = self._until_count() <= 0
        with self.database.begin() as work:
            if self._is_asleep:
                rows.wake_up(work)
                self._is_asleep = False
            # The row of the fence is locked only when there is something to do.
            if not (self.batches or value or counting or rows.any_row(work)):
                return self._tick is not None
            if not rows.is_relay(work, self.epoch):
                raise Fenced(f"epoch {self.epoch} is over")
            rows.forget(work, self.batches)
            if value is not None and self.ticks is not None:
                self.tick_slots |= set(rows.slots_in_use(work, self.ticks.topic))
                self._tick = rows.raise_tick(work, self.ticks.topic, value)
                self._last_tick = self._tick[0]
            if counting:
                self._counted_at = self.clock.monotonic()
                self.waiting = rows.backlog(work, BACKLOG_LIMIT)
            batches, fresh = self._number(work)
        self.batches, self._rows = batches, fresh
        return bool(batches) or self._tick is not None

    def _number(self, work: Work) -> tuple[list[Numbered], dict[int, Row]]:
        fresh = rows.next_rows(work, BATCH)
        now = self.clock.now()
        batches = rows.number(work, fresh, accepted_at=max(now, self._last_tick or now))
        if self.ticks is not None:
            self.tick_slots |= {batch.slot for batch in batches if batch.topic == self.ticks.topic}
        return batches, {row.id: row for row in fresh}

    def _tick_value(self) -> dt.datetime | None:
        """Every few seconds, and not while the last one still waits: what the source of ticks says now, before any row is read."""
        if self.ticks is None or self._tick is not None or self._until_tick() > 0:
            return None
        self._ticked_at = self.clock.monotonic()
        return self.ticks.value()

    def _rest(self) -> float:
        return max(0.0, min(self._until_count(), self._until_tick()))

    def _until_count(self) -> float:
        return self._counted_at + self.look_every - self.clock.monotonic()

    def _until_tick(self) -> float:
        return float("inf") if self.ticks is None else self._ticked_at + self.ticks.every - self.clock.monotonic()


def _lock(database: Database) -> bool:
    with database.begin() as work:
        return rows.lock(work)


async def _start(producer: "AIOKafkaProducer", settings: ProcessSettings) -> None:
    from aiokafka.errors import KafkaError

    from runtime import broker

    try:
        await producer.start()
    except KafkaError as error:
        raise Unavailable(broker.said(error, settings)) from error


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    """Sleep, but no longer than until `stopping`."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
