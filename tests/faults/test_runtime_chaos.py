"""Two workers, two relays and a reader of their output, under everything that may happen to them at once.

Killed, stopped, frozen, joined by a third, their commits cut, fed by a transactional upstream with aborted records, with
poison and defects between. Afterwards every slot's row, the dead letters, the published log and the reader's rows equal
what folding the log itself gives. `CHAOS=long` runs the long plan, `CHAOS_SEED` another order.
"""

import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kafka
import psycopg
import pytest

from runtime import broker
from runtime.codec import TICK_KEY, sequence_of
from runtime.testing import CuttingProxy, Program
from tests.integration.runtime_batches.toy import OUT_EVERY, Fold
from tests.integration.runtime_batches.world import World, eventually, make_schema, wait_for, worlds

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

SHORT = ("kill", "term", "join", "relay-kill", "freeze", "kill", "reader-kill")
LONG = (
    SHORT
    + ("kill",) * 6
    + ("term",) * 3
    + ("freeze", "join", "relay-kill", "relay-kill", "relay-freeze", "reader-kill")
)
FROZEN = 22.0  # seconds, above every timeout that frees what a frozen process holds
RATE = 600  # records a second
CUT = 0.01  # of all commits


class Supervisor(threading.Thread):
    """Starts a program again whenever it ends, until it is told to end it."""

    def __init__(self, program: Program) -> None:
        super().__init__(daemon=True)
        self.program = program
        self.statuses: list[int] = []
        self._ending = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._ending.is_set():
            status = self.program.process.poll()
            if status is not None and not self._ending.is_set():
                self.statuses.append(status)
                time.sleep(0.5)  # as a supervisor waits before it starts what died
                self.program.start()
            time.sleep(0.05)  # between two looks at the process

    def end(self) -> int:
        self._ending.set()
        self.join()
        return self.program.stop()


class Feed(threading.Thread):
    """An upstream that sends in batches and in transactions, and now and then something that cannot be applied."""

    def __init__(self, world: World, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.world, self.chance = world, chance
        self.on = True
        self.bad = 0
        self.upstream = kafka.KafkaProducer(
            **broker.connection(world.settings), transactional_id=world.name, acks="all", enable_idempotence=True
        )
        self.keys = {slot: world.key_in(slot) for slot in range(world.slots)}

    def run(self) -> None:
        self.upstream.init_transactions()
        began, sent = time.monotonic(), 0
        while self.on:
            while sent < (time.monotonic() - began) * RATE:
                slot = self.chance.randrange(self.world.slots)
                self.world.put(slot, {"n": sent, "pad": "x" * 200}, key=self.keys[slot])
                sent += 1
            self.transaction(sent)
            if self.bad < 4 and time.monotonic() - began > 8 * (self.bad + 1):
                slot = self.chance.randrange(self.world.slots)
                self.world.put(slot, b'{"no json', key=self.keys[slot])
                self.world.put(slot, {"n": self.bad, "kind": "defect"}, key=self.keys[slot])
                self.bad += 1
            time.sleep(0.02)  # the feed goes on at its pace while others act
        self.world.flush()
        self.upstream.close()

    def transaction(self, number: int) -> None:
        """One record and its marker: every second offset is no record."""
        self.upstream.begin_transaction()
        self.upstream.send(self.world.topic, json.dumps({"n": number}).encode(), key=self.keys[3], partition=3).get(30)
        if self.chance.random() < 0.5:
            self.upstream.commit_transaction()
        else:
            self.upstream.abort_transaction()


@pytest.fixture
def world(kafka_brokers: str, postgres_url: str, tmp_path: Path) -> Iterator[World]:
    """A toy installation with sixteen slots."""
    yield from worlds(kafka_brokers, postgres_url, tmp_path, slots=16)


def test_whatever_happens_to_the_processes_the_outcome_is_that_of_the_log(world: World) -> None:
    """State, dead letters, output and the reader of the output, compared with a fold of the log."""
    chance = random.Random(int(os.environ.get("CHAOS_SEED", "1")))
    plan = list(LONG if os.environ.get("CHAOS") == "long" else SHORT)
    chance.shuffle(plan)
    proxy = proxied(world, chance)
    address = world.postgres_url.replace(f":{proxy.target_port}/", f":{proxy.port}/")
    reader_schema = f"{world.name}_reader"
    with psycopg.connect(world.postgres_url, autocommit=True) as connection:
        make_schema(connection, reader_schema)
    workers = [Supervisor(world.worker(name, BIHUAN_DATABASE_URL=address)) for name in ("one", "two")]
    relays = [Supervisor(world.relay(name, BIHUAN_DATABASE_URL=address)) for name in ("one", "two")]
    reader = Supervisor(
        world.program(
            "worker",
            "reader",
            {
                "TOY_TOPICS": world.out,
                "TOY_OUT": "",
                "TOY_SCHEMA": reader_schema,
                "TOY_GROUP": f"{world.name}.reader",
                "TOY_NUMBERED": "1",
            },
        )
    )
    feed = Feed(world, chance)
    feed.start()
    time.sleep(6)  # the feed runs in before the first act
    for number, act in enumerate(plan):
        print(f"{number + 1}/{len(plan)} {act}", flush=True)  # noqa: T201
        happen(act, world, chance, workers, relays, reader)
        time.sleep(chance.uniform(1.0, 4.0))  # acts meet a system that works, now rested and now not
    feed.on = False
    feed.join(60)
    proxy.cut = lambda _: None

    wait_for(lambda: world.positions() == world.ends(), True, 120)
    eventually(world.drained, within=120)
    compare(world, reader_schema)
    statuses = [supervisor.end() for supervisor in (*workers, *relays, reader)]
    print("restarts", [supervisor.statuses for supervisor in (*workers, *relays, reader)])  # noqa: T201
    assert statuses == [0] * 5


def proxied(world: World, chance: random.Random) -> Any:
    with psycopg.connect(world.postgres_url) as connection:
        proxy = CuttingProxy((connection.info.host, connection.info.port))
        proxy.target_port = connection.info.port  # type: ignore[attr-defined]
    cuts: Callable[[int], str | None] = lambda _: (  # noqa: E731
        chance.choice(["before", "after"]) if chance.random() < CUT else None
    )
    proxy.cut = cuts
    return proxy


def happen(
    act: str,
    world: World,
    chance: random.Random,
    workers: list[Supervisor],
    relays: list[Supervisor],
    reader: Supervisor,
) -> None:
    """One act of the plan."""
    choices = relays if act.startswith("relay") else [reader] if act.startswith("reader") else workers
    program = chance.choice(choices).program
    if act == "join":
        third = world.worker("three")
        time.sleep(8)  # a third worker takes its share before it leaves
        third.stop(within=30)
    elif act == "term":
        program.process.terminate()
    elif act.endswith("freeze"):
        program.freeze()
        time.sleep(FROZEN)  # how long it is frozen is what is tried
        program.thaw()
    else:
        program.process.kill()


def compare(world: World, reader_schema: str) -> None:
    """Everything that came of it with what has to come of it."""
    log = world.records(world.topic)
    folds: dict[tuple[str, int], Fold] = {}
    parked = []
    announced: dict[int, list[int]] = {}
    for slot, records in log.items():
        fold = folds[world.topic, slot] = Fold()
        for record in records:
            try:
                value = json.loads(record.value)
            except ValueError:
                parked.append(("undecodable", slot, record.offset))
                continue
            if value.get("kind") == "defect":
                parked.append(("defect", slot, record.offset))
                continue
            fold.add(value["n"])
            if value["n"] % OUT_EVERY == 0:
                announced.setdefault(slot, []).append(value["n"])
    assert {place: fold.row() for place, fold in folds.items() if fold.records} == world.rows()
    assert sorted(parked) == sorted((reason, slot, offset) for reason, slot, offset, _ in world.letters())
    told = published(world)
    assert announced == {slot: numbers for slot, numbers in told.items() if numbers}
    wait_for(lambda: reader_rows(world, reader_schema), expected_of_reader(world, told), 120)
    print(  # noqa: T201
        f"records {sum(map(len, log.values()))}, offsets {sum(world.ends().values())}, parked {len(parked)}, "
        f"announced {sum(map(len, told.values()))}"
    )


def published(world: World) -> dict[int, list[int]]:
    """What a reader takes of the output; nothing lies above the next number unless the missing one follows."""
    told: dict[int, list[int]] = {}
    doubles = ahead = 0
    for slot, records in world.records(world.out).items():
        taken: dict[int, bytes] = {}
        last = 0
        for record in records:
            sequence = sequence_of(record.value)
            if record.key == TICK_KEY or sequence is None:
                continue
            assert sequence[0] == 1
            if sequence[1] == last + 1:
                last += 1
                taken[last] = record.value
            elif sequence[1] <= last:
                doubles += 1
                assert taken[sequence[1]] == record.value
            else:
                ahead += 1
        told[slot] = [json.loads(taken[number])["n"] for number in sorted(taken)]
    print(f"doubles {doubles}, ahead {ahead}")  # noqa: T201
    return told


def reader_rows(world: World, schema: str) -> dict[int, tuple[int, int, str]]:
    rows = world.sql.execute(f"SELECT slot, records, total, chain FROM {schema}.toy WHERE records > 0")
    return {slot: tuple(rest) for slot, *rest in rows}


def expected_of_reader(world: World, told: dict[int, list[int]]) -> dict[int, tuple[int, int, str]]:
    expected = {}
    for slot, numbers in told.items():
        fold = Fold()
        for number in numbers:
            fold.add(number)
        if numbers:
            expected[slot] = fold.row()
    return expected
