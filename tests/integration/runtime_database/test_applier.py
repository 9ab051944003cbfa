"""One transaction holds the positions, what the handler writes and the dead letters: all of it or nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NoReturn

import pytest

from runtime import dead_letters
from runtime.codec import TICK_KEY
from runtime.database import Database, Work
from runtime.errors import Rejected
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.positions import Failure, Slot, list_positions
from runtime.streams.applier import Applier
from runtime.streams.fuse import Fuse
from runtime.streams.lease import Fenced, Lease
from runtime.streams.plan import Fetched, Mark, Rules, plan
from runtime.streams.records import Record, SlotBatch
from runtime.testing import ManualClock

NOW = dt.datetime(2026, 5, 20, tzinfo=dt.UTC)
APPENDED_MS = 1_779_235_199_000
SLOTS = [Slot("facts", 0), Slot("facts", 1)]


class Left(Exception):
    """The process would have ended."""


def leave(why: str) -> NoReturn:
    raise Left(why)


class Handler:
    """Writes every value it sees; a tick stays until it was handed over three times."""

    topics = ("facts",)

    def __init__(self) -> None:
        self.ticks = 0

    def key_slot(self, record: Record) -> int | None:
        return None

    def handle(self, work: Work, batches: Sequence[SlotBatch]) -> Mapping[tuple[str, int], int]:
        stay = {}
        for batch in batches:
            for record in batch.records:
                if record.key == TICK_KEY:
                    self.ticks += 1
                    if self.ticks < 3:
                        stay[batch.topic, batch.slot] = record.offset
                        break
                elif record.value == b"poison":
                    raise Rejected("poison")
                elif record.value == b"parked by the handler":
                    place = {"topic": record.topic, "slot": record.slot, "offset": record.offset}
                    dead_letters.park(
                        work, received_at=NOW, reason="invalid", door="kafka", origin=place, body=record.value
                    )
                elif record.value == b"elsewhere":
                    return {("facts", 9): 1}
                else:
                    work.connection.execute("INSERT INTO seen VALUES (%s, %s)", (record.slot, record.value))
        return stay


class Scene:
    def __init__(self, database: Database, fuse: Fuse | None = None) -> None:
        self.database = database
        self.metrics = Metrics(RUNTIME_METRICS)
        self.handler = Handler()
        self.applier = Applier(
            database=database, handler=self.handler, metrics=self.metrics, clock=ManualClock(NOW), leave=leave
        )
        self.lease = Lease(fuse=fuse or Fuse())
        rows, self.lease.defects = self.applier.take(SLOTS, dict.fromkeys(self.applier.missing(SLOTS), 0))
        for slot, row in rows.items():
            self.lease.own(slot, row.epoch, Mark(row.next_offset, row.last_incarnation, row.last_number), now=0.0)

    def apply(self, slot: Slot, *values: bytes) -> None:
        before = self.lease.owned[slot].mark.next_offset
        records = [
            Record(*slot, before + index, TICK_KEY if value == b"tick" else None, value, (("h", b"\xff"),), APPENDED_MS)
            for index, value in enumerate(values)
        ]
        rules = Rules(key_slot=self.handler.key_slot, numbered=frozenset(), defects=self.lease.defects)
        fetched = Fetched(before, before + len(values), records)
        run, _ = plan(slot, fetched, self.lease.owned[slot].mark, rules)
        self.applier.apply(self.lease, [run])

    def seen(self) -> list[bytes]:
        with self.database.begin() as work:
            return [bytes(row[0]) for row in work.connection.execute("SELECT value FROM seen ORDER BY slot, value")]

    def offsets(self) -> list[int]:
        with self.database.begin() as work:
            return [row.next_offset for row in list_positions(work)]


@pytest.fixture
def scene(database: Database) -> Scene:
    """An applier with two slots of its own."""
    with database.begin() as work:
        work.connection.execute("CREATE TABLE seen (slot int, value bytea)")
    return Scene(database)


def test_effects_and_positions_are_committed_together(scene: Scene) -> None:
    """What the lease believes is what the database has."""
    scene.apply(SLOTS[0], b"a", b"b")

    assert ([b"a", b"b"], [2, 0]) == (scene.seen(), scene.offsets())
    assert scene.lease.owned[SLOTS[0]].mark.next_offset == 2
    assert scene.metrics.value("consumed_records_total", topic="facts") == 2
    assert scene.metrics.value("applied_after_seconds", topic="facts") == 1
    assert scene.lease.owned[SLOTS[0]].level_at == APPENDED_MS / 1000


def test_a_failure_of_the_handler_leaves_everything_as_it_was(scene: Scene) -> None:
    """Rows, position and lease."""
    with pytest.raises(Rejected):
        scene.apply(SLOTS[0], b"a", b"poison")

    assert ([], [0, 0]) == (scene.seen(), scene.offsets())
    assert scene.lease.owned[SLOTS[0]].mark == Mark(0, 0, 0)


def test_another_owner_is_noticed_before_the_handler_runs(scene: Scene) -> None:
    """The positions are compared first."""
    Scene(scene.database)
    with pytest.raises(Fenced):
        scene.apply(SLOTS[0], b"a")

    assert scene.seen() == []


def test_a_tick_stays_where_it_is_until_it_is_used_up(scene: Scene) -> None:
    """What came before it is committed, the rest waits in the lease and is handed over again."""
    scene.apply(SLOTS[1], b"a", b"tick", b"b")
    assert ([b"a"], [0, 1]) == (scene.seen(), scene.offsets())
    for _ in range(2):
        waiting = list(scene.lease.left.values())
        scene.lease.left.clear()
        scene.applier.apply(scene.lease, waiting)

    assert ([b"a", b"b"], [0, 3]) == (scene.seen(), scene.offsets())
    assert scene.lease.left == {}


def test_a_handler_that_stays_where_it_was_not_is_a_defect(scene: Scene) -> None:
    """A slot it was not given, an offset it was not given."""
    with pytest.raises(ValueError, match="slots it was not given"):
        scene.apply(SLOTS[0], b"elsewhere")

    assert scene.offsets() == [0, 0]


def test_a_known_defect_is_parked_and_forgotten(scene: Scene) -> None:
    """With its bytes, its headers and what it failed with; the handler does not see it."""
    for _ in range(3):
        scene.applier.count_failure(SLOTS[0], 1, "ZeroDivisionError()")
    scene = Scene(scene.database)
    assert scene.lease.defects == {SLOTS[0]: {1: Failure(1, 3, "ZeroDivisionError()")}}
    scene.apply(SLOTS[0], b"a", b"\x00\xff", b"c")
    with scene.database.begin() as work:
        (letter,) = dead_letters.listed(work)

    assert [b"a", b"c"] == scene.seen()
    assert (letter.reason, letter.body, letter.headers) == ("defect", b"\x00\xff", [["h", "�"]])
    assert letter.origin == {"topic": "facts", "slot": 0, "offset": 1}
    assert Scene(scene.database).lease.defects == {}
    assert scene.metrics.value("dead_letters_total", topic="facts", reason="defect") == 1


def test_what_the_handler_parks_itself_counts_for_the_fuse(scene: Scene) -> None:
    """The slot stays stopped in the database, with the reason, over every restart."""
    burning = Scene(scene.database, Fuse(run_length=3))
    with pytest.raises(Left, match="3 records one after another are poison"):
        burning.apply(SLOTS[0], *[b"parked by the handler"] * 3)
    with scene.database.begin() as work:
        (first, second) = list_positions(work)

    assert (first.next_offset, second.stopped) == (3, None)
    assert (first.stopped or "").startswith("fuse: facts[0] at offset 2: 3 records")


def test_settling_reads_what_is_true(scene: Scene) -> None:
    """After an unknown outcome the marks come from the database; a slot that was taken is told."""
    scene.apply(SLOTS[0], b"a")
    scene.lease.owned[SLOTS[0]].mark = Mark(0, 0, 0)
    scene.lease.unsettled = True
    scene.applier.settle(scene.lease)
    assert (scene.lease.owned[SLOTS[0]].mark.next_offset, scene.lease.unsettled) == (1, False)
    Scene(scene.database)

    with pytest.raises(Fenced):
        scene.applier.settle(scene.lease)
