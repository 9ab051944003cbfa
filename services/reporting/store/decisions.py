"""Keep every decision record, and beside it where each decision stands now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from psycopg import sql

from contracts.divisions import Divisions
from runtime import codec
from runtime.database import Work
from services.reporting.core.decided import OVERDUE, DecisionRecord, latest, read_decision
from services.reporting.core.rows import HazardKey
from services.reporting.store import bulk

_RECORD: Final[bulk.Columns] = {
    "committee": "text",
    "source": "text",
    "event_id": "text",
    "decision_id": "text",
    "status": "text",
    "at": "timestamptz",
    "known_at": "timestamptz",
    "accepted_at": "timestamptz",
    "incarnation": "int4",
    "number": "int8",
    "document": "bytea",
}
_KEY: Final[bulk.Columns] = {"committee": "text", "decision_id": "text"}
_DECISION: Final[bulk.Columns] = {
    **_KEY,
    "namespace": "text",
    "hazard_id": "text",
    "province": "text",
    "city": "text",
    "county": "text",
    "tenant": "text",
    "level": "text",
    "rule": "text",
    "step": "text",
    "measure": "text",
    "status": "text",
    "subject_kind": "text",
    "subject_id": "text",
    "at": "timestamptz",
    "known_at": "timestamptz",
    "since": "timestamptz",
    "historic": "bool",
    "incarnation": "int4",
    "number": "int8",
    "document": "bytea",
}
_EVER: Final[bulk.Columns] = {"first_known_at": "timestamptz", "stood": "bool"}
_LATER: Final = sql.SQL(", ").join(
    sql.SQL(
        """{0} = CASE WHEN (d.incarnation, d.number) <= (excluded.incarnation, excluded.number)
        THEN excluded.{0} ELSE d.{0} END"""
    ).format(sql.Identifier(name))
    for name in _DECISION
    if name not in _KEY
)


def keep(work: Work, told: Sequence[tuple[DecisionRecord, bytes]], divisions: Divisions) -> set[HazardKey]:
    """Keep the records and move each decision to its latest; returns the hazards whose lateness may have changed.

    Records may come again and in any order: the place in the log says which of a decision's records is the latest.
    """
    bulk.run(
        work,
        "INSERT INTO decision_record ({names}) SELECT * FROM {rows} ON CONFLICT DO NOTHING",
        _RECORD,
        [_record(record, document) for record, document in told],
        names=bulk.listed(_RECORD),
    )
    return settle(work, [record for record, _ in told], divisions)


def settle(work: Work, records: Sequence[DecisionRecord], divisions: Divisions) -> set[HazardKey]:
    """Move each decision to its latest record; returns the hazards whose lateness may have changed."""
    ever = _ever(records)
    bulk.run(
        work,
        """INSERT INTO decision AS d ({names}) SELECT * FROM {rows}
        ON CONFLICT (committee, decision_id) DO UPDATE SET {later},
            first_known_at = least(d.first_known_at, excluded.first_known_at), stood = d.stood OR excluded.stood""",
        {**_DECISION, **_EVER},
        [(*_row(record, divisions), *ever[key]) for key, record in sorted(latest(records).items())],
        names=bulk.listed([*_DECISION, *_EVER]),
        later=_LATER,
    )
    return {record.hazard for record in records if record.decision.rule == OVERDUE and record.hazard is not None}


def about(work: Work, key: HazardKey) -> list[DecisionRecord]:
    """Every record of every decision about the hazard, in the order of the log."""
    rows = work.connection.execute(
        """SELECT r.document FROM decision d JOIN decision_record r USING (committee, decision_id)
        WHERE d.committee = %s AND d.namespace = %s AND d.hazard_id = %s ORDER BY r.incarnation, r.number""",
        key,
        binary=True,
    ).fetchall()
    return [read_decision(codec.decode(document)) for (document,) in rows]


def first_known(work: Work, decision_ids: Sequence[str]) -> dict[str, datetime]:
    """When each of these decisions was first known."""
    rows = work.connection.execute(
        "SELECT decision_id, min(first_known_at) FROM decision WHERE decision_id = ANY(%s) GROUP BY 1",
        (sorted(set(decision_ids)),),
    ).fetchall()
    return dict(rows)


def _ever(records: Sequence[DecisionRecord]) -> dict[tuple[str, str], tuple[datetime, bool]]:
    """When each decision was first known, and whether it ever stood."""
    ever: dict[tuple[str, str], tuple[datetime, bool]] = {}
    for record in records:
        decision = record.decision
        key = (decision.committee, decision.decision_id)
        known_at, stood = ever.get(key, (decision.known_at, False))
        ever[key] = (min(known_at, decision.known_at), stood or record.stands)
    return ever


def _record(record: DecisionRecord, document: bytes) -> tuple[object, ...]:
    decision = record.decision
    return (
        decision.committee,
        record.source,
        record.event_id,
        decision.decision_id,
        str(decision.status),
        decision.at,
        decision.known_at,
        record.accepted_at,
        *record.place,
        document,
    )


def _row(record: DecisionRecord, divisions: Divisions) -> tuple[object, ...]:
    decision = record.decision
    return (
        decision.committee,
        decision.decision_id,
        record.namespace,
        record.hazard.hazard_id if record.hazard else None,
        *divisions.columns_of(decision.tenant),
        str(decision.level),
        str(decision.rule),
        decision.step,
        str(decision.measure),
        str(decision.status),
        str(decision.subject.kind),
        decision.subject.id,
        decision.at,
        decision.known_at,
        decision.since,
        decision.historic,
        *record.place,
        bytes(record.data),
    )
