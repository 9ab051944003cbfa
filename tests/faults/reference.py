"""Read the log with a plain consumer and let the pure core decide: what must have come out, whatever broke meanwhile."""

import heapq
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import msgspec

from contracts.decisions import Decision
from contracts.facts import Fact
from contracts.topics import SLOTS
from runtime import broker, codec
from runtime.settings import ProcessSettings
from services.escalation.core.case import Case, CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def facts_of(settings: ProcessSettings, topic: str) -> dict[int, list[Fact]]:
    """Every fact and tick of a topic by slot, in order, repetitions of the relay dropped by their numbers.

    Raises AssertionError where a number is missing.
    """
    found: dict[int, list[Fact]] = {}
    partitions = [broker.Partition(topic, slot) for slot in range(SLOTS)]
    with closing(broker.consumer(settings, client_id="faults-reference")) as reader:
        ends = broker.ranges(reader, partitions)
        for partition in partitions:
            first, end = ends[partition]
            if end > first:
                found[partition.partition] = list(_in_order(_records(reader, partition, first, end)))
    return found


def _records(reader: broker.kafka.KafkaConsumer, partition: broker.Partition, first: int, end: int) -> Iterator[Fact]:
    reader.assign([partition])
    reader.seek(partition, first)
    while reader.position(partition) < end:
        for record in reader.poll(timeout_ms=1000).get(partition, ()):
            yield codec.decode(record.value)


def _in_order(facts: Iterator[Fact]) -> Iterator[Fact]:
    last = (0, 0)
    for fact in facts:
        if fact.sequence is None:
            yield fact
            continue
        incarnation, number = (int(part) for part in fact.sequence.split(":"))
        if (incarnation, number) <= last:
            continue
        assert number == last[1] + 1 or incarnation > last[0], f"after {last} comes {fact.sequence}"
        last = (incarnation, number)
        yield fact


class _Armed(MemoryCases):
    def __init__(self) -> None:
        super().__init__()
        self.heap: list[tuple[datetime, str, str, CaseKey]] = []

    def put(self, case: Case) -> None:
        super().put(case)
        if case.next_at is not None:
            key = case.key
            heapq.heappush(self.heap, (case.next_at, key.committee, f"{key.kind}|{key.namespace}|{key.id}", key))


def decide(law: Law, slot: list[Fact]) -> tuple[list[Decision], MemoryCases]:
    """Decide one slot's log: facts at the last tick, deadlines at each tick."""
    engine, cases, frontier = Engine(law), _Armed(), NEVER
    records: list[Decision] = []
    for fact in slot:
        if fact.type != "clock.ticked.v1":
            records += engine.apply_fact(fact, cases, frontier)
            continue
        frontier = max(frontier, fact.time)
        while cases.heap and cases.heap[0][0] <= frontier:
            at, *_, key = heapq.heappop(cases.heap)
            if cases.cases[key].next_at == at:
                records += engine.pass_deadline(key, at, cases)
    return records, cases


def plain(record: Decision, *, words: bool = True) -> str:
    """A record as one comparable line, its instants in UTC; without its `words` where releases may word it differently."""
    same = msgspec.structs.replace(
        record,
        reason=record.reason if words else "",
        at=record.at.astimezone(UTC),
        known_at=record.known_at.astimezone(UTC),
        since=record.since and record.since.astimezone(UTC),
    )
    return msgspec.json.encode(same, order="deterministic").decode()


def differences(found: list[str], expected: list[str]) -> tuple[list[str], list[str]]:
    """What was found and not expected, and what was expected and not found: three lines of each."""
    more, fewer = Counter(found) - Counter(expected), Counter(expected) - Counter(found)
    return sorted(more.elements())[:3], sorted(fewer.elements())[:3]
