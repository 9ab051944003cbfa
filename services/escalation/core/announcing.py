"""Make the fact that carries a record: replayed, the same record is the same fact."""

import hashlib
from datetime import UTC
from typing import Final

import msgspec

from contracts.decisions import DECISION_TYPE, Decision
from contracts.facts import Fact

SOURCE: Final = "/bihuan/escalation"
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


def event_id_of(record: Decision, cause: Fact | None) -> str:
    """The id of the fact that carries a record."""
    brought_by = f"{cause.source}\x1f{cause.id}" if cause else "deadline"
    parts = (record.decision_id, record.status, record.known_at.astimezone(UTC).isoformat(), brought_by)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_DIGITS]
