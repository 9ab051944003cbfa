"""A worker and a relay small enough to be checked by hand, run as programs of their own by the runtime's tests.

`python tests/integration/toy.py worker|relay`; everything else comes from the environment. The handler folds each
slot's records into one row: how many, their sum, and a hash that changes with any loss, doubling or change of order.
"""

import hashlib
import json
import os
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

from runtime import log, process
from runtime.clock import SystemClock
from runtime.codec import TICK_KEY
from runtime.database import Database, Work
from runtime.errors import NewerVersion, Rejected
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.outbox import Outgoing, Relay, Ticks, announce
from runtime.settings import ProcessSettings
from runtime.streams import BatchConsumer, Fuse, Record, Slot, SlotBatch, driver
from runtime.streams.plan import Fetched

TABLES = (
    """CREATE TABLE toy (topic text, slot int, records bigint NOT NULL, total bigint NOT NULL, chain text NOT NULL,
        PRIMARY KEY (topic, slot))""",
    """CREATE TABLE toy_tick (topic text, slot int, at bigint, parts int NOT NULL, PRIMARY KEY (topic, slot, at))""",
)
TICK_PARTS = 3  # transactions a tick needs
OUT_EVERY = 5  # every fifth number is announced


def slot_of(key: bytes, slots: int) -> int:
    """The slot of a key."""
    return crc32(key) % slots


class Fold:
    """The reference: what a slot's row has to be after these values."""

    def __init__(self, records: int = 0, total: int = 0, chain: str = "") -> None:
        self.records, self.total, self.chain = records, total, chain

    def add(self, number: int) -> None:
        self.records += 1
        self.total += number
        self.chain = hashlib.md5(f"{self.chain}{number}".encode(), usedforsecurity=False).hexdigest()

    def row(self) -> tuple[int, int, str]:
        return self.records, self.total, self.chain


class Toy:
    """The handler."""

    def __init__(self, topics: tuple[str, ...], slots: int, out: str | None, broken: bool) -> None:
        self.topics = topics
        self.slots = slots
        self.out = out
        self.broken = broken

    def key_slot(self, record: Record) -> int | None:
        return None if record.key in {None, TICK_KEY} else slot_of(record.key or b"", self.slots)

    def handle(self, work: Work, batches: Sequence[SlotBatch]) -> Mapping[tuple[str, int], int]:
        work.connection.execute("SELECT pg_sleep(%s)", (float(os.environ.get("TOY_SLOW", "0")),))
        stay = {}
        folds = self.load(work, [(batch.topic, batch.slot) for batch in batches])
        outgoing: list[Outgoing] = []
        for batch in batches:
            fold = folds[batch.topic, batch.slot]
            for record in batch.records:
                if record.key == TICK_KEY:
                    if not self.use_tick(work, record):
                        stay[batch.topic, batch.slot] = record.offset
                        break
                    continue
                outgoing += self.apply(fold, record)
        announce(work, outgoing)
        self.save(work, folds)
        return stay

    def apply(self, fold: Fold, record: Record) -> Iterable[Outgoing]:
        try:
            value = json.loads(record.value or b"")
        except ValueError as error:
            raise Rejected("undecodable", [str(error)]) from error
        if self.broken or value.get("kind") == "poison":
            raise Rejected("poison", [f"number {value['n']}"])
        if value.get("kind") == "defect":
            raise ZeroDivisionError(value["n"])
        if value.get("kind") == "newer" and not os.environ.get("TOY_UPGRADED"):
            raise NewerVersion("kind newer")
        fold.add(value["n"])
        if self.out and value["n"] % OUT_EVERY == 0:
            document = json.dumps({"n": value["n"], "from": record.offset}).encode()
            yield Outgoing(topic=self.out, slot=record.slot, key=record.key or b"", value=document)

    def use_tick(self, work: Work, record: Record) -> bool:
        row = work.connection.execute(
            """INSERT INTO toy_tick VALUES (%s, %s, %s, 1) ON CONFLICT (topic, slot, at)
            DO UPDATE SET parts = toy_tick.parts + 1 RETURNING parts""",
            (record.topic, record.slot, record.offset),
        ).fetchone()
        return row is not None and row[0] >= TICK_PARTS

    def load(self, work: Work, slots: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Fold]:
        folds = {slot: Fold() for slot in slots}
        for topic, slot, *row in work.connection.execute(
            "SELECT topic, slot, records, total, chain FROM toy WHERE topic = ANY(%s)", ([t for t, _ in slots],)
        ):
            if (topic, slot) in folds:
                folds[topic, slot] = Fold(*row)
        return folds

    def save(self, work: Work, folds: Mapping[tuple[str, int], Fold]) -> None:
        work.connection.cursor().executemany(
            """INSERT INTO toy VALUES (%s, %s, %s, %s, %s) ON CONFLICT (topic, slot)
            DO UPDATE SET records = excluded.records, total = excluded.total, chain = excluded.chain""",
            [(*slot, *fold.row()) for slot, fold in folds.items()],
        )


def lose_fetches(share: float) -> None:
    """Lose a share of all fetches between the broker and the loop, as a rebalance may."""
    from runtime.streams.driver import Consumer

    chance, whole = random.Random(3), Consumer._fetch

    async def fetch(self: Consumer, seconds: float) -> Mapping[Slot, Fetched]:
        fetched = await whole(self, seconds)
        return {} if chance.random() < share else fetched

    Consumer._fetch = fetch


def main(role: str) -> None:
    """Run one process of the given role."""
    settings = ProcessSettings()
    log.configure(f"toy-{role}", "INFO")
    database = Database(
        settings.database_url.get_secret_value(),
        schema=os.environ["TOY_SCHEMA"],
        application_name=f"toy {role}",
        timeouts={"lock_timeout": int(os.environ.get("TOY_LOCK_MS", "13000"))},
    )
    metrics = Metrics(RUNTIME_METRICS)
    if role == "worker":
        if chance := os.environ.get("TOY_LOSE"):
            lose_fetches(float(chance))
        if wait := os.environ.get("TOY_FETCH_MS"):
            driver.FETCH_WAIT_MS = int(wait)
        topics = tuple(os.environ["TOY_TOPICS"].split(","))
        consumer = BatchConsumer(
            settings=settings,
            database=database,
            handler=Toy(
                topics, int(os.environ["TOY_SLOTS"]), os.environ.get("TOY_OUT"), bool(os.environ.get("TOY_BROKEN"))
            ),
            group=os.environ["TOY_GROUP"],
            metrics=metrics,
            fuse=Fuse(run_length=int(os.environ.get("TOY_FUSE", "100"))),
            numbered=topics if os.environ.get("TOY_NUMBERED") else (),
        )
        process.run_worker(
            settings=settings, title="toy", metrics=metrics, consumer=consumer, checks={"database": database.ping}
        )
    else:
        every = float(os.environ.get("TOY_LOOK", "5"))
        ticks = Ticks(topic=os.environ["TOY_OUT"], source="/toy", value=SystemClock().now, every=every)
        relay = Relay(
            settings=settings, schema=os.environ["TOY_SCHEMA"], metrics=metrics, ticks=ticks, look_every=every
        )
        process.run_worker(settings=settings, title="toy", metrics=metrics, beside=[relay])


if __name__ == "__main__":
    main(sys.argv[1])
