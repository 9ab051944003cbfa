"""Make the fact that carries a record: replayed, the same record is the same fact."""

import hashlib
from datetime import UTC
from typing import Final

import msgspec

from contracts.decisions import DECISION_TYPE, Decision
from contracts.events.table import RECOUNTED_TYPE
from contracts.facts import Fact
from services.escalation.core import calendar_changes
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.calendar_changes import Recounted
from services.escalation.core.case import CaseKey

SOURCE: Final = "/bihuan/escalation"
HAZARD: Final = "hazard"
_DIGITS: Final = 32

_encode: Final = msgspec.json.Encoder().encode


def announcement(record: Decision, namespace: str, cause: Fact | None) -> Fact:
    """The fact of a record; `namespace` is that of its case, `cause` what brought it: None where a deadline passed."""
    return Fact(
        id=event_id_of(record, cause),
        source=SOURCE,
        type=DECISION_TYPE,
        time=record.known_at,
        tenant=record.tenant,
        committee=record.committee,
        data=msgspec.Raw(_encode(record)),
        namespace=namespace,
        historic=record.historic,
        traceparent=cause.traceparent if cause else None,
    )


def recounting(change: Fact, key: CaseKey, tenant: str, moved: Recounted) -> Fact:
    """The fact that a date of a case was counted anew by a change of the calendar."""
    said = calendar_changes.read(bytes(change.data))
    dates = {"before": moved.before, "after": moved.after}
    words = {
        "hazard_id": key.id if key.kind == HAZARD else None,
        "case_kind": key.kind,
        "case_id": key.id,
        "rule": moved.rule,
        **{name: dated.at.astimezone(SHANGHAI) if dated else None for name, dated in dates.items()},
        "firm": moved.after.firm if moved.after else True,
        "change": change.id,
        "reason": said.reason,
        "document_no": said.document_no,
    }
    parts = (change.source, change.id, str(key), moved.rule)
    return Fact(
        id=hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_DIGITS],
        source=SOURCE,
        type=RECOUNTED_TYPE,
        time=change.known_at,
        tenant=tenant,
        committee=key.committee,
        data=msgspec.Raw(_encode({name: word for name, word in words.items() if word is not None})),
        namespace=key.namespace,
        traceparent=change.traceparent,
    )


def event_id_of(record: Decision, cause: Fact | None) -> str:
    """The id of the fact that carries a record."""
    brought_by = f"{cause.source}\x1f{cause.id}" if cause else "deadline"
    parts = (record.decision_id, record.status, record.known_at.astimezone(UTC).isoformat(), brought_by)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_DIGITS]
