"""Keep every record of every decision, and beside it where each decision stands now."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from contracts.decisions import Decision
from contracts.divisions import TenantColumns
from services.escalation.store import bulk
from services.escalation.store.cases import Place


class DecisionRow(NamedTuple):
    """One record as it was announced: the case that it belongs to and the id of the fact that carries it.

    `found_at` is the instant at which the decision was found to fall due; `document` is the record as JSON.
    """

    record: Decision
    place: Place
    namespace: str
    slot: int
    found_at: datetime
    tenant: TenantColumns
    event_id: str
    document: bytes


_DECISION: Final = {
    "committee": "word",
    "decision_id": "text",
    "slot": "int4",
    "key": "text",
    "province": "word",
    "city": "word",
    "county": "word",
    "tenant": "word",
    "level": "word",
    "rule": "word",
    "step": "word",
    "measure": "word",
    "status": "word",
    "namespace": "word",
    "subject_kind": "word",
    "subject_id": "text",
    "at": "timestamptz",
    "known_at": "timestamptz",
    "found_at": "timestamptz",
    "record": "utf8",
}
_RECORD: Final = {
    "committee": "word",
    "decision_id": "text",
    "event_id": "text",
    "status": "word",
    "at": "timestamptz",
    "known_at": "timestamptz",
    "record": "utf8",
}
_PLAIN: Final = [name for name in _DECISION if name != "record"]
_MOVING: Final = [name for name in _DECISION if name not in {"committee", "decision_id", "slot", "key"}]

_KEEP: Final = bulk.Statement(
    f"""INSERT INTO decision_record ({", ".join(_RECORD)})
    SELECT committee, decision_id, event_id, status, at, known_at, record::json FROM {{rows}} ON CONFLICT DO NOTHING""",  # noqa: S608 (only our own column list is put in)
    _RECORD,
)
_STAND: Final = bulk.Statement(
    f"""INSERT INTO decision ({", ".join(_DECISION)}) SELECT {", ".join(_PLAIN)}, record::json FROM {{rows}}
    ON CONFLICT (committee, decision_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _MOVING)}""",  # noqa: S608 (as above)
    _DECISION,
)

_HOLDERS: Final = bulk.Statement(
    "SELECT d.committee, d.decision_id, d.key FROM {rows} JOIN decision d USING (committee, decision_id)",
    {"committee": "word", "decision_id": "text"},
)


def keep(using: bulk.Cursor, rows: Sequence[DecisionRow]) -> None:
    """Keep records in their order."""
    bulk.run(using, _KEEP, [_record(row) for row in rows])


def stand(using: bulk.Cursor, rows: Sequence[DecisionRow]) -> None:
    """Move decisions to where they stand now, each to its last record."""
    bulk.run(using, _STAND, [_decision(row) for row in rows])


def ledger(using: bulk.Cursor, place: Place) -> list[tuple[bytes, datetime]]:
    """Where each decision of a case stands: its record as JSON and the instant at which it was found to fall due."""
    using.execute(
        "SELECT convert_to(record::text, 'UTF8'), found_at FROM decision WHERE committee = %b AND key = %b", place
    )
    return [(record, found_at) for record, found_at in using.fetchall()]


def holders(using: bulk.Cursor, named: Collection[tuple[str, str]]) -> dict[tuple[str, str], Place]:
    """The case whose ledger holds each of these decisions (committee, id); one that nobody took is left out."""
    if not named:
        return {}
    bulk.run(using, _HOLDERS, list(named))
    return {(committee, decision_id): (committee, key) for committee, decision_id, key in using.fetchall()}


def _record(row: DecisionRow) -> tuple[object, ...]:
    record = row.record
    return (
        row.place[0], record.decision_id, row.event_id, record.status, record.at, record.known_at, row.document,
    )  # fmt: skip


def _decision(row: DecisionRow) -> tuple[object, ...]:
    record = row.record
    return (
        row.place[0],
        record.decision_id,
        row.slot,
        row.place[1],
        *row.tenant,
        record.level,
        record.rule,
        record.step,
        record.measure,
        record.status,
        row.namespace,
        record.subject.kind,
        record.subject.id,
        record.at,
        record.known_at,
        row.found_at,
        row.document,
    )
