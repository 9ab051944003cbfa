"""Write a small log of the inner topics by hand: what the relay would publish, slot by slot."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contracts.decisions import DECISION_TYPE, Decision, PolicyVersion, Subject
from contracts.facts import Fact
from contracts.notices import NOTICE_TYPE, Notice
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, NOTICE_FACTS, slot_of
from contracts.vocabulary import Level, Measure, NoticeState, RuleId, Status, SubjectKind
from runtime import codec
from runtime.streams import Record, SlotBatch

TOPIC_OF = {DECISION_TYPE: ESCALATION_FACTS, NOTICE_TYPE: NOTICE_FACTS}


def decided(
    hazard_id: str,
    status: Status,
    at: datetime,
    *,
    number: int,
    rule: RuleId = RuleId.OVERDUE,
    step: str = "first",
    known_at: datetime | None = None,
    since: datetime | None = None,
    tenant: str = "331081003",
    reason: str = "整改期限已过，尚未整改。",
) -> Fact:
    """One decision record about a hazard of the namespace `test`."""
    decision = Decision(
        decision_id=f"{rule}-{step}-{hazard_id}",
        at=at,
        known_at=known_at or at,
        tenant=tenant,
        level=Level.TOWN,
        rule=rule,
        step=step,
        measure=Measure.SUPERVISION_LETTER,
        status=status,
        subject=Subject(SubjectKind.HAZARD, hazard_id),
        clauses=("S2-22",),
        policy=PolicyVersion("wenling-2023", "1"),
        reason=reason,
        facts=("report",),
        late_recorded=False,
        occurrence="0",
        committee="331081",
        since=since,
    )
    return _ours(DECISION_TYPE, f"d{number}", "/bihuan/escalation", at, decision, number, tenant)


def told(decision_id: str, state: NoticeState, at: datetime, *, number: int, recipient: str = "town-office") -> Fact:
    """One notice record about a decision."""
    notice = Notice(
        notice_id=f"n-{decision_id}-{recipient}",
        at=at,
        tenant="331081003",
        committee="331081",
        decision_id=decision_id,
        channel="email",
        recipient=recipient,
        state=state,
        attempt=1,
    )
    return _ours(NOTICE_TYPE, f"t{number}", "/bihuan/notify", at, notice, number, "331081003")


def records(facts: Iterable[Fact], *, slot: int | None = None) -> list[Record]:
    """The facts as records of their topics, in this order."""
    return [
        Record(
            topic=TOPIC_OF.get(fact.type, HAZARD_FACTS),
            slot=slot_of(fact.committee) if slot is None else slot,
            offset=offset,
            key=fact.committee.encode(),
            value=codec.encode(fact),
            headers=(codec.CONTENT_TYPE,),
            timestamp_ms=0,
        )
        for offset, fact in enumerate(facts)
    ]


def tick(at: datetime, slot: int) -> Record:
    """A tick of one slot."""
    value = codec.tick(at, source="/bihuan/intake")
    return Record(HAZARD_FACTS, slot, 0, codec.TICK_KEY, value, (codec.CONTENT_TYPE,), 0)


def batches(of: Iterable[Record]) -> list[SlotBatch]:
    """The records as the consumer hands them over: by topic and slot."""
    sorted_in: dict[tuple[str, int], list[Record]] = {}
    for record in of:
        sorted_in.setdefault((record.topic, record.slot), []).append(record)
    return [SlotBatch(topic, slot, tuple(found)) for (topic, slot), found in sorted_in.items()]


def _ours(kind: str, event_id: str, source: str, at: datetime, data: Any, number: int, tenant: str) -> Fact:
    return Fact(
        id=event_id,
        source=source,
        type=kind,
        time=at,
        tenant=tenant,
        committee="331081",
        data=msgspec.Raw(msgspec.json.encode(data)),
        acceptedtime=at + timedelta(seconds=5),
        sequence=f"1:{number}",
        namespace="test",
    )
