"""A loop with a clock, a broker and a database of toys: what it was told, and what it did."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.positions import Failure, Position, Slot
from runtime.streams.fuse import Fuse
from runtime.streams.lease import Lease
from runtime.streams.loop import UPKEEP, BatchLoop
from runtime.streams.plan import Fetched, Run
from runtime.streams.records import Record
from runtime.testing import ManualClock

NOW = dt.datetime(2026, 5, 20, tzinfo=dt.UTC)
SLOTS = [Slot("facts", 0), Slot("facts", 1)]


class Left(Exception):
    """The process would have ended."""


def leave(why: str) -> NoReturn:
    raise Left(why)


class Toy:
    topics = ("facts",)

    def handle(self, work: Any, batches: Any) -> Mapping[tuple[str, int], int]:
        raise NotImplementedError

    def key_slot(self, record: Record) -> int | None:
        return None


@dataclass
class Broker:
    """The broker's side: what is assigned, where each slot stands, and what the loop asked for."""

    slots: list[Slot] = field(default_factory=lambda: list(SLOTS))
    log: dict[Slot, tuple[int, int]] = field(default_factory=lambda: dict.fromkeys(SLOTS, (0, 100)))
    position: dict[Slot, int] = field(default_factory=dict)
    held: dict[Slot, int] = field(default_factory=dict)
    told: list[Mapping[Slot, int]] = field(default_factory=list)
    rejoined: int = 0
    deaf: bool = False
    ids: dict[str, str] = field(default_factory=lambda: {"facts": "A"})
    unread: list[Slot] = field(default_factory=list)

    def assigned(self) -> list[Slot]:
        return self.slots

    async def ranges(self, slots: Collection[Slot]) -> dict[Slot, tuple[int, int]]:
        return {slot: self.log[slot] for slot in slots}

    async def starts(self, slots: Collection[Slot]) -> dict[Slot, int]:
        return {slot: self.log[slot][0] for slot in slots}

    async def go_to(self, offsets: Mapping[Slot, int]) -> None:
        self.position |= offsets

    async def hold(self, offsets: Mapping[Slot, int]) -> None:
        self.held |= offsets

    async def release(self, slots: Collection[Slot]) -> None:
        for slot in slots:
            del self.held[slot]

    async def views(self) -> dict[Slot, tuple[int | None, int | None]]:
        return {slot: (self.position[slot], self.log[slot][1]) for slot in self.slots if slot in self.position}

    async def rejoin(self) -> None:
        self.rejoined += 1

    async def tell_monitors(self, offsets: Mapping[Slot, int]) -> None:
        if self.deaf:
            raise OSError("no coordinator")
        self.told.append(offsets)

    def topic_ids(self, names: Sequence[str]) -> dict[str, str]:
        return self.ids

    def unassigned(self, group: str, topics: Sequence[str]) -> Sequence[tuple[str, int]]:
        return self.unread


@dataclass
class Store:
    """The database's side."""

    rows: dict[Slot, Position] = field(default_factory=dict)
    applied: list[tuple[Slot, int]] = field(default_factory=list)
    trouble: Exception | None = None
    noted: dict[Slot, str] = field(default_factory=dict)
    taken_away: list[Slot] = field(default_factory=list)

    def missing(self, slots: Iterable[Slot]) -> list[Slot]:
        return [slot for slot in slots if slot not in self.rows]

    def take(
        self, slots: Sequence[Slot], starts: Mapping[Slot, int]
    ) -> tuple[dict[Slot, Position], dict[Slot, dict[int, Failure]]]:
        if self.trouble is not None:
            raise self.trouble
        for slot, offset in starts.items():
            self.rows[slot] = row(slot, offset, topic_id=None)
        return {slot: self.rows[slot] for slot in slots}, {}

    def note(self, lease: Lease, slots: Iterable[Slot], topic_ids: Mapping[str, str]) -> None:
        self.noted = {slot: str(stopped.stop) for slot, stopped in lease.stopped.items()}

    def accepted(self, lease: Lease) -> list[Slot]:
        return self.taken_away

    def apply(self, lease: Lease, runs: Sequence[Run]) -> None:
        if self.trouble is not None:
            raise self.trouble
        for run in runs:
            self.applied += [(run.slot, record.offset) for record in run.records]
            lease.owned[run.slot].mark = run.after

    def settle(self, lease: Lease) -> None:
        raise NotImplementedError

    def count_failure(self, slot: Slot, offset: int, error: str) -> int:
        raise NotImplementedError


def row(slot: Slot, offset: int, *, topic_id: str | None = "A", stopped: str | None = None) -> Position:
    return Position(
        topic=slot.topic,
        slot=slot.number,
        next_offset=offset,
        epoch=4,
        topic_id=topic_id,
        owner="",
        last_incarnation=0,
        last_number=0,
        stopped=stopped,
        updated_at=NOW,
    )


@dataclass
class Scene:
    broker: Broker = field(default_factory=Broker)
    store: Store = field(default_factory=Store)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    metrics: Metrics = field(default_factory=lambda: Metrics(RUNTIME_METRICS))

    def __post_init__(self) -> None:
        self.loop = BatchLoop(
            group="g",
            applier=self.store,
            handler=Toy(),
            admin=lambda: self.broker,
            metrics=self.metrics,
            clock=self.clock,
            fuse=Fuse(),
            numbered=frozenset({"facts"}),
            leave=leave,
        )

    async def look(self, seconds: float = UPKEEP) -> None:
        self.clock.advance(seconds)
        await self.loop.upkeep(self.broker)

    async def turn(self, slot: Slot, before: int, values: list[bytes]) -> None:
        records = [Record(*slot, before + index, None, value, (), 0) for index, value in enumerate(values)]
        self.broker.position[slot] = before + len(values)
        await self.loop.turn(self.broker, {slot: Fetched(before, before + len(values), records)})


def played(script: Callable[[Scene], Awaitable[None]], scene: Scene | None = None) -> Scene:
    stage = scene or Scene()

    async def play() -> None:
        await stage.loop.assigned(stage.broker)
        await script(stage)

    asyncio.run(play())
    return stage


async def nothing(_: Scene) -> None:
    pass
