"""Read what escalation decided: which decisions stand, which hazard they are about, since when it is overdue."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from contracts.decisions import Decision
from contracts.facts import Fact
from contracts.vocabulary import RuleId, Status, SubjectKind
from contracts.withholding import withheld
from services.reporting.core.days import Deadline, read_due
from services.reporting.core.rows import HazardKey
from services.reporting.core.said import arrival

STANDING: Final = (Status.RAISED, Status.PROPOSED, Status.PROVISIONAL, Status.CONFIRMED, Status.QUESTIONED)
"""Statuses in which a decision holds; the others ended it or never began it."""

OVERDUE: Final = RuleId.OVERDUE


class DecisionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record of one decision with its place in the log; `place` is (incarnation, number)."""

    decision: Decision
    source: str
    event_id: str
    namespace: str
    place: tuple[int, int]
    accepted_at: datetime | None
    data: msgspec.Raw

    @property
    def hazard(self) -> HazardKey | None:
        """The hazard it is about or names, None for a decision about something else."""
        subject = self.decision.subject
        hazard_id = subject.id if subject.kind == SubjectKind.HAZARD else self.decision.context.get("hazard_id")
        return HazardKey(self.decision.committee, self.namespace, str(hazard_id)) if hazard_id else None

    @property
    def stands(self) -> bool:
        """Whether the decision holds after this record."""
        return self.decision.status in STANDING


def decided_deadline(records: Iterable[DecisionRecord]) -> Deadline | None:
    """The deadline that the latest record names in its context: a policy may set one where no report did."""
    for record in sorted(records, key=lambda record: record.place, reverse=True):
        word = record.decision.context.get("due")
        if isinstance(word, str) and word:
            return read_due(word)
    return None


_decision = msgspec.json.Decoder(Decision).decode


def read_decision(fact: Fact) -> DecisionRecord:
    """The record in a fact of `escalation.facts`; raises `ValueError` where it cannot be read.

    Of a restricted one nothing is kept here but that it is there: who may see more asks escalation.
    """
    decision, data = _decision(fact.data), fact.data
    if decision.restricted:
        decision = withheld(decision)
        data = msgspec.Raw(msgspec.json.encode(decision))
    return DecisionRecord(
        decision=decision,
        source=fact.source,
        event_id=fact.id,
        namespace=fact.namespace,
        place=arrival(fact),
        accepted_at=fact.acceptedtime,
        data=data,
    )


def latest(records: Iterable[DecisionRecord]) -> dict[tuple[str, str], DecisionRecord]:
    """The record that counts of each (committee, decision id): the one that stands last in the log."""
    counting: dict[tuple[str, str], DecisionRecord] = {}
    for record in records:
        key = (record.decision.committee, record.decision.decision_id)
        known = counting.get(key)
        if known is None or known.place <= record.place:
            counting[key] = record
    return counting


def missing_since(records: Iterable[DecisionRecord]) -> dict[str, datetime]:
    """Since when each subject has a standing decision, the earliest where there are several."""
    since: dict[str, datetime] = {}
    for record in latest(records).values():
        if record.stands:
            begun = record.decision.since or record.decision.at
            since[record.decision.subject.id] = min(begun, since.get(record.decision.subject.id, begun))
    return since
