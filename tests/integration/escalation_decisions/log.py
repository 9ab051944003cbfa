"""Write one committee's log by hand, as the relay would publish it, and let the handler read it in batches."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from contracts.decisions import DECISION_TYPE, Decision
from contracts.facts import Fact
from contracts.topics import HAZARD_FACTS, slot_of
from runtime import codec
from runtime.database import Database
from runtime.streams import Record, SlotBatch
from services.escalation.core.case import CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.slot import NO_TICK_YET, local_key
from services.escalation.handlers import EscalationHandler

WENLING = "331081"
FAR = 10**9

_decision = msgspec.json.Decoder(Decision).decode


class Log:
    """One committee's facts and ticks in their slot; every fact gets the next number."""

    def __init__(self, committee: str = WENLING) -> None:
        self.committee = committee
        self.slot = slot_of(committee)
        self.records: list[Record] = []
        self._number = 0

    def hear(self, fact: Fact, known: datetime) -> "Log":
        """Publish a fact that became known at an instant; returns itself."""
        self._number += 1
        plain = msgspec.structs.replace(fact, acceptedtime=None, sequence=None)
        document = codec.splice(codec.encode(plain), accepted_at=known, incarnation=1, number=self._number)
        return self.put(document)

    def tick(self, at: datetime) -> "Log":
        """Publish a tick; returns itself."""
        return self.put(codec.tick(at, source="/bihuan/intake"), key=codec.TICK_KEY)

    def put(self, value: bytes, key: bytes | None = None) -> "Log":
        """Publish bytes as they are; returns itself."""
        key = self.committee.encode() if key is None else key
        self.records.append(Record(HAZARD_FACTS, self.slot, len(self.records), key, value, (), 0))
        return self


def activated(committee: str, when: datetime) -> Fact:
    """The fact that puts the committee's policy into force."""
    return Fact(
        id=f"activation-{committee}",
        source="/bihuan/people",
        type="policy.activated.v1",
        time=when,
        tenant=committee,
        committee=committee,
        data=msgspec.Raw(b'{"policy":"wenling-2023","version":"1"}'),
    )


class CutOff(Exception):
    """A transaction that is never committed."""


def read(
    database: Database,
    handler: EscalationHandler,
    records: Iterable[Record],
    size: int = FAR,
    *,
    epoch: int = 1,
    cut: Collection[int] = (),
) -> int:
    """Let the handler apply the records in batches of at most `size`, coming again to a tick that it stays at.

    Returns the number of transactions; those whose number is in `cut` are rolled back at their end and done again.
    """
    left = list(records)
    transactions = 0
    while left:
        batch = left[:size]
        by_slot: dict[int, list[Record]] = {}
        for record in batch:
            by_slot.setdefault(record.slot, []).append(record)
        transactions += 1
        batches = [SlotBatch(HAZARD_FACTS, slot, tuple(some), epoch) for slot, some in by_slot.items()]
        try:
            with database.begin() as work:
                stays = handler.handle(work, batches)
                if transactions - 1 in cut:
                    raise CutOff  # noqa: TRY301 (it is to go through the transaction)
        except CutOff:
            continue
        until = {slot: stays.get((HAZARD_FACTS, slot), FAR) for slot in by_slot}
        left = [record for record in batch if record.offset >= until[record.slot]] + left[size:]
    return transactions


def reference(engine: Engine, records: Iterable[Record]) -> tuple[list[Decision], MemoryCases]:
    """What the log of one slot leads to, by the pure core alone, without batches or limits."""
    cases, frontier = MemoryCases(), NO_TICK_YET
    decisions: list[Decision] = []
    for record in records:
        fact = codec.decode(record.value or b"")
        if record.key == codec.TICK_KEY:
            decisions += _passed(engine, cases, fact.time)
            frontier = max(frontier, fact.time)
        else:
            decisions += engine.apply_fact(fact, cases, frontier)
    return decisions, cases


def _passed(engine: Engine, cases: MemoryCases, until: datetime) -> Iterator[Decision]:
    while True:
        armed: list[tuple[datetime, str, CaseKey]] = [
            (case.next_at, local_key(key), key)
            for key, case in cases.cases.items()
            if case.next_at is not None and case.next_at <= until
        ]
        if not armed:
            return
        at, _, key = min(armed)
        yield from engine.pass_deadline(key, at, cases)


def announced(database: Database) -> list[Decision]:
    """The decision records in the outbox, in their order."""
    return [_decision(fact.data) for fact in announcements(database) if fact.type == DECISION_TYPE]


def announcements(database: Database) -> list[Fact]:
    """The facts in the outbox, in their order."""
    return [codec.decode(bytes(value)) for (value,) in rows(database, "SELECT value FROM outbox ORDER BY id")]


def rows(database: Database, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query gives."""
    with database.begin() as work:
        return work.connection.execute(query, values or None).fetchall()
