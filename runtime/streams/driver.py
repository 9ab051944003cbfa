"""The only module that knows Faust and aiokafka's consumer: its driver, with our batches in place of its streams.

Everything private that is used here is pinned by a contract test; an upgrade of either library has to pass it first.
"""

# ruff: noqa: SLF001 (what is needed of the driver is private; the contract test names it all)

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NoReturn, cast

import aiokafka
import faust
import mode
from aiokafka import TopicPartition
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, NoOffsetForPartitionError, OffsetOutOfRangeError
from faust.app.base import BootStrategy
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.auth import CredentialsT

from runtime import broker, crash
from runtime.positions import Slot
from runtime.settings import ProcessSettings
from runtime.streams.plan import Fetched
from runtime.streams.ports import Beside, Loop
from runtime.streams.records import Record

BATCH = 2000  # records of one transaction
LINGER = 0.02  # seconds to wait for more when fewer came
PARTITION_BYTES = 1 << 20
FETCH_BYTES = 16 << 20
FETCH_WAIT_MS = 500  # a rewind waits for the fetch under way: keep that short
FETCHED_WAIT = 10.0  # seconds that what was fetched may wait for the loop before the other slots are fetched without it
SESSION = 10.0  # seconds a slot stands still after a kill
HEARTBEAT = 2.0  # seconds
REBALANCE = 40.0  # seconds a member may take to finish its running transaction (statement timeout 30 s)
REQUEST = 60.0  # seconds for one request, taking ownership included


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The consumer's own thread: the only place where aiokafka's position can be read without a race."""

    async def on_start(self) -> None:
        """Let no fetch go out that leaves a slot out: its next record would wait until the broker answers that one.

        aiokafka leaves out what it has fetched and nobody has taken yet, which is so whenever a transaction runs. The
        loop takes everything at once, and then every slot is asked for again.
        """
        await super().on_start()
        self._ensure_consumer()._fetcher._prefetch_backoff = FETCHED_WAIT

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        """Set what Faust has no settings for; `start()` reads these attributes afterwards."""
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        consumer._auto_offset_reset = "none"
        consumer._enable_auto_commit = False
        consumer._fetch_max_bytes = FETCH_BYTES
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def _fetch_records(  # type: ignore[override]
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 (its contract)
        max_records: int | None = None,
    ) -> dict[Slot, Fetched]:
        """Positions before and after, and the records; a fetch of markers alone moves a position and brings none."""
        assignment = self._assignment()
        # A copy: Faust empties the set during a rebalance, and to aiokafka an empty set means every partition.
        active = set(active_partitions)
        if assignment is None or not active:
            return {}
        before = {tp: assignment.state_value(tp)._position for tp in assignment.tps}
        records: dict[TopicPartition, list[Any]] = {}
        fetched = await super()._fetch_records(consumer, active, timeout, max_records)
        _merge(records, fetched)
        size = sum(map(len, records.values()))
        if max_records is not None and 0 < size < max_records and timeout and assignment.active:
            await asyncio.sleep(LINGER)
            _merge(records, await super()._fetch_records(consumer, active, 0.0, max_records - size))
        if not assignment.active:  # a rebalance came in between: drop them, ownership is taken anew
            return {}
        return {
            Slot(*tp): Fetched(before[tp], after, [_record(raw) for raw in records.get(tp, ())])
            for tp in assignment.tps
            if (after := assignment.state_value(tp)._position) != before[tp]
            and before[tp] is not None
            and after is not None
        }

    async def views(self) -> dict[Slot, tuple[int | None, int | None]]:
        """Run in the thread: position and last stable offset of each assigned partition."""
        assignment = self._assignment()
        if assignment is None:
            return {}
        states = {Slot(*tp): assignment.state_value(tp) for tp in assignment.tps}
        return {slot: (state._position, state.lso) for slot, state in states.items()}

    async def hold(self, offsets: Mapping[Slot, int]) -> None:
        """Run in the thread: aiokafka's pause, not Faust's, whose unread records hold back the others' fetches.

        The seek comes first: a partition without a position makes aiokafka ask for a reset for ever and fetch nothing.
        """
        consumer = self._ensure_consumer()
        for slot, offset in offsets.items():
            consumer.seek(TopicPartition(*slot), offset)
            consumer.pause(TopicPartition(*slot))

    async def release(self, slots: Collection[Slot]) -> None:
        """Run in the thread."""
        self._ensure_consumer().resume(*(TopicPartition(*slot) for slot in slots))

    async def rejoin(self) -> None:
        """Run in the thread."""
        self._ensure_consumer()._coordinator.request_rejoin()

    def _assignment(self) -> Any:
        subscription = self._ensure_consumer()._subscription.subscription
        return subscription.assignment if subscription else None


class Consumer(driver.Consumer):
    """Faust's consumer with whole batches handed to the loop, and positions that come from it."""

    app: "App"
    _thread: ConsumerThread

    # ---- called by Faust

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Called after every assignment; what it raises is only logged by Faust, so the process leaves here."""
        before = self.assigned()
        try:
            offsets = await self.app.batches.assigned(self)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, this worker would sit idle)
            if isinstance(error, IllegalStateError) and before != self.assigned():
                return {}  # the group was shared out again meanwhile: the next call is on its way
            crash.leave(f"cannot take ownership: {error!r}")
        return {TP(*slot): offset for slot, offset in offsets.items()}

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """With nothing assigned Faust asks for no positions; the loop has to know all the same."""
        await super().on_partitions_assigned(assigned, generation_id)
        if not assigned:
            await self.app.batches.assigned(self)

    async def wait_empty(self) -> None:
        """Called on revocation and on stop."""
        await self.app.batches.revoked()

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's livelock detector looks at streams, which we do not have; the loop has its own watchdog."""

    async def _drain_messages(self, fetcher: Any) -> None:
        batches = self.app.batches
        while not (self._stopped.is_set() or fetcher._stopped.is_set()):
            try:
                seconds = await batches.pause()
                fetched = await self._fetch(seconds) if seconds >= 0 else {}
                if self.flow_active:
                    await batches.turn(self, fetched)
                await batches.upkeep(self)
            except NoOffsetForPartitionError:
                continue  # left behind by aiokafka between the assignment and our seek: stale
            except OffsetOutOfRangeError as error:
                await batches.out_of_range(self, {Slot(*tp): offset for tp, offset in error.args[0].items()})
            except (ConsumerStoppedError, asyncio.CancelledError):
                if self.app.should_stop:
                    return  # else the process would end with 1 instead of 0
                raise

    async def _fetch(self, seconds: float) -> Mapping[Slot, Fetched]:
        records, _ = await self._wait_next_records(seconds)
        return cast("Mapping[Slot, Fetched]", records or {})

    # ---- called by the loop

    def assigned(self) -> list[Slot]:
        """The slots of this member."""
        return sorted(Slot(*tp) for tp in self.assignment())

    async def ranges(self, slots: Collection[Slot]) -> dict[Slot, tuple[int, int]]:
        """(log start, last stable offset): `end_offsets` of a read_committed consumer is not the high watermark."""
        starts = await self.starts(slots)
        consumer = self._thread._ensure_consumer()
        ends = await self._thread.call_thread(consumer.end_offsets, _partitions(slots))
        return {slot: (starts[slot], ends[TopicPartition(*slot)]) for slot in slots}

    async def starts(self, slots: Collection[Slot]) -> dict[Slot, int]:
        """The log start of each slot."""
        consumer = self._thread._ensure_consumer()
        first = await self._thread.call_thread(consumer.beginning_offsets, _partitions(slots))
        return {Slot(*tp): offset for tp, offset in first.items()}

    async def go_to(self, offsets: Mapping[Slot, int]) -> None:
        """Read on from these offsets."""
        await self.seek_wait({cast("TP", TopicPartition(*slot)): offset for slot, offset in offsets.items()})

    async def hold(self, offsets: Mapping[Slot, int]) -> None:
        """Read these slots no more."""
        await self._thread.call_thread(self._thread.hold, offsets)

    async def release(self, slots: Collection[Slot]) -> None:
        """Read held slots again."""
        await self._thread.call_thread(self._thread.release, slots)

    async def views(self) -> dict[Slot, tuple[int | None, int | None]]:
        """(position, last stable offset) of each assigned slot."""
        seen: dict[Slot, tuple[int | None, int | None]] = await self._thread.call_thread(self._thread.views)
        return seen

    async def rejoin(self) -> None:
        """Only the group's leader moves anything by this; to the others it is a heartbeat."""
        await self._thread.call_thread(self._thread.rejoin)

    async def tell_monitors(self, offsets: Mapping[Slot, int]) -> None:
        """Commit past Faust, whose own commit crashes the app on any error."""
        consumer = self._thread._ensure_consumer()
        await self._thread.call_thread(
            consumer.commit, {TopicPartition(*slot): offset for slot, offset in offsets.items()}
        )


class Transport(driver.Transport):
    """The driver's transport with our consumer."""

    Consumer = Consumer


class Boot(BootStrategy):
    """Start what consumes; no producer, no sensors, no web server of Faust's."""

    enable_kafka_producer = False
    enable_sensors = False
    enable_web = False


class App(faust.App):
    """A Faust app that exists for its process, its consumer thread and its group membership."""

    BootStrategy = Boot
    batches: Loop

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)


def build(settings: ProcessSettings, *, group: str, topics: Iterable[str], batches: Loop) -> App:
    """The app of one worker process. It has no loop yet: build it, then run it with `faust.Worker`."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)  # Faust makes its own folder, not the ones above
    urls = [f"kafka://{address}" for address in settings.kafka_brokers.split(",")]
    app = App(
        group,
        broker=urls,
        broker_credentials=_credentials(settings),
        consumer_group_instance_id=settings.instance or None,
        datadir=str(settings.data_dir / f"faust-{settings.instance or group}"),
        key_serializer="raw",
        value_serializer="raw",
        topic_disable_leader=True,
        topic_allow_declare=False,
        table_standby_replicas=0,
        stream_wait_empty=True,  # without it wait_empty is not called at all
        web_enabled=False,
        broker_max_poll_records=BATCH,
        consumer_max_fetch_size=PARTITION_BYTES,
        consumer_metadata_max_age_ms=broker.METADATA_MS,
        consumer_connections_max_idle_ms=broker.IDLE_MS,
        broker_session_timeout=SESSION,
        broker_heartbeat_interval=HEARTBEAT,
        broker_rebalance_timeout=REBALANCE,
        broker_request_timeout=REQUEST,
        broker_check_crcs=True,
    )
    app.batches = batches
    for topic in topics:
        app.topics.add(app.topic(topic, key_type=bytes, value_type=bytes, acks=False))
    return app


def run(app: App, beside: Sequence[Beside]) -> NoReturn:
    """Run the app and what stands beside it until SIGTERM (exit status 0) or a fault."""
    services = [_BesideService(service) for service in beside]
    worker = _Worker(app, *services, quiet=True, override_logging=False, redirect_stdouts=False)
    worker.execute_from_commandline()


class _Worker(faust.Worker):
    """Faust's worker with an end that cannot hang: SIGTERM while the group is joined may stop nothing for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spinner = None  # output is one JSON line per event

    def _on_sigterm(self) -> None:
        crash.arm_grace()
        super()._on_sigterm()

    def _on_sigint(self) -> None:
        crash.arm_grace()
        super()._on_sigint()


class _BesideService(mode.Service):
    """One of our own services under mode: an error in it ends the process, a stop lets it finish what it does."""

    def __init__(self, service: Beside) -> None:
        super().__init__()
        self._service = service
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def on_start(self) -> None:
        self._task = asyncio.create_task(self._service.run(self._stopping), name=self._service.name)
        self._task.add_done_callback(self._ended)

    async def on_stop(self) -> None:
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or (self._stopping.is_set() and task.exception() is None):
            return
        crash.leave(f"{self._service.name} ended: {task.exception()!r}")


def _credentials(settings: ProcessSettings) -> CredentialsT | None:
    context = broker.ssl_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.kafka_sasl_username,
            password=settings.kafka_sasl_password.get_secret_value(),
            mechanism=settings.kafka_sasl_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context else None


def _partitions(slots: Iterable[Slot]) -> list[TopicPartition]:
    return [TopicPartition(*slot) for slot in slots]


def _merge(into: dict[TopicPartition, list[Any]], more: Mapping[Any, list[Any]]) -> None:
    for tp, records in more.items():
        into.setdefault(tp, []).extend(records)


def _record(raw: Any) -> Record:
    return Record(raw.topic, raw.partition, raw.offset, raw.key, raw.value, raw.headers, raw.timestamp)
