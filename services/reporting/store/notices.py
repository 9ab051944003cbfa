"""Keep every notice record, where each notice stands now, and which decisions it tells."""

from collections.abc import Sequence
from typing import Final

from psycopg import sql

from contracts.divisions import Divisions
from runtime import codec
from runtime.database import Work
from services.reporting.core.notified import NoticeRecord, read_notice
from services.reporting.core.rows import HazardKey
from services.reporting.store import bulk

_RECORD: Final[bulk.Columns] = {
    "committee": "text",
    "source": "text",
    "event_id": "text",
    "notice_id": "text",
    "at": "timestamptz",
    "incarnation": "int4",
    "number": "int8",
    "document": "bytea",
}
_KEY: Final[bulk.Columns] = {"committee": "text", "notice_id": "text"}
_NOTICE: Final[bulk.Columns] = {
    **_KEY,
    "province": "text",
    "city": "text",
    "county": "text",
    "tenant": "text",
    "channel": "text",
    "recipient": "text",
    "state": "text",
    "attempt": "int4",
    "suppression": "text",
    "at": "timestamptz",
    "incarnation": "int4",
    "number": "int8",
}

_ABOUT: Final = sql.SQL(
    """SELECT r.document FROM notice_record r WHERE (r.committee, r.notice_id) IN (
        SELECT n.committee, n.notice_id FROM decision d JOIN notice_decision n USING (committee, decision_id)
        WHERE d.committee = %s AND d.namespace = %s AND d.hazard_id = %s)
    ORDER BY r.incarnation, r.number"""
)


def keep(work: Work, told: Sequence[tuple[NoticeRecord, bytes]], divisions: Divisions) -> None:
    """Keep the records and move each notice to its latest by the log; records may come again and in any order."""
    bulk.run(
        work,
        "INSERT INTO notice_record ({names}) SELECT * FROM {rows} ON CONFLICT DO NOTHING",
        _RECORD,
        [_record(record, document) for record, document in told],
        names=bulk.listed(_RECORD),
    )
    settle(work, [record for record, _ in told], divisions)


def settle(work: Work, records: Sequence[NoticeRecord], divisions: Divisions) -> None:
    """Move each notice to its latest record, and remember which decisions it tells."""
    newest = {_key(record): record for record in sorted(records, key=lambda record: record.place)}
    bulk.run(
        work,
        """INSERT INTO notice AS n ({names}) SELECT * FROM {rows}
        ON CONFLICT (committee, notice_id) DO UPDATE SET {changes}
        WHERE (n.incarnation, n.number) <= (excluded.incarnation, excluded.number)""",
        _NOTICE,
        [_row(newest[key], divisions) for key in sorted(newest)],
        names=bulk.listed(_NOTICE),
        changes=bulk.changes(name for name in _NOTICE if name not in _KEY),
    )
    bulk.run(
        work,
        """INSERT INTO notice_decision (committee, decision_id, notice_id) SELECT * FROM {rows} ON CONFLICT DO NOTHING""",
        {"committee": "text", "decision_id": "text", "notice_id": "text"},
        sorted(
            {
                (record.notice.committee, decision_id, record.notice.notice_id)
                for record in records
                for decision_id in record.decisions
            }
        ),
    )


def about(work: Work, key: HazardKey) -> list[NoticeRecord]:
    """Every record of every notice that tells a decision about the hazard, in the order of the log."""
    rows = work.connection.execute(_ABOUT, key, binary=True).fetchall()
    return [read_notice(codec.decode(document)) for (document,) in rows]


def _key(record: NoticeRecord) -> tuple[str, str]:
    return record.notice.committee, record.notice.notice_id


def _record(record: NoticeRecord, document: bytes) -> tuple[object, ...]:
    notice = record.notice
    return (*_key(record)[:1], record.source, record.event_id, notice.notice_id, notice.at, *record.place, document)


def _row(record: NoticeRecord, divisions: Divisions) -> tuple[object, ...]:
    notice = record.notice
    return (
        *_key(record),
        *divisions.columns_of(notice.tenant),
        notice.channel,
        notice.recipient,
        str(notice.state),
        notice.attempt,
        str(notice.suppression) if notice.suppression else None,
        notice.at,
        *record.place,
    )
