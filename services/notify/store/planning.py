"""Load what a batch of decision records touches, and save what they changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from contracts.decisions import Decision
from contracts.divisions import Divisions
from contracts.vocabulary import Status
from runtime.database import Work
from services.notify.core.alarms import record_of
from services.notify.core.ledger import Ledger, digest_of
from services.notify.core.notice import Notice, thread_of
from services.notify.core.telling import Standing
from services.notify.store import rows

_encode = msgspec.json.Encoder().encode
_NO_LEASE = None

_SEEN = """SELECT r.digest FROM decision_record r
    JOIN unnest(%b::text[], %b::bytea[]) AS u(decision_id, digest) USING (decision_id, digest)"""
_STANDINGS = """SELECT DISTINCT ON (decision_id) decision_id, status, turn FROM decision_record
    WHERE decision_id = ANY(%b::text[]) ORDER BY decision_id, ordinal DESC"""
# Locked in one order, so that two writers wait for each other instead of dying; deliveries skip what is locked.
_NOTICES = f"SELECT {rows.NAMES} FROM notice WHERE thread = ANY(%b::text[]) ORDER BY id FOR UPDATE"  # noqa: S608 (constants)
_RECORD = """INSERT INTO decision_record (decision_id, digest, status, turn, known_at, thread, heard_at, record)
    SELECT decision_id, digest, status, turn, known_at, thread, %b::timestamptz, record
    FROM unnest(%b::text[], %b::bytea[], %b::text[], %b::int4[], %b::timestamptz[], %b::text[], %b::bytea[])
        WITH ORDINALITY AS u(decision_id, digest, status, turn, known_at, thread, record, n)
    ORDER BY n ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Heard:
    """A record that was new, and the turn of its decision it belongs to."""

    decision: Decision
    turn: int


def load_ledger(work: Work, decisions: Sequence[Decision]) -> Ledger:
    """Everything that these records may touch; the notices stay locked until the transaction ends."""
    ids = sorted({decision.decision_id for decision in decisions})
    threads = sorted({thread_of(decision) for decision in decisions})
    with work.connection.cursor(binary=True) as cursor:
        digests = [digest_of(decision) for decision in decisions]
        seen = cursor.execute(_SEEN, ([decision.decision_id for decision in decisions], digests)).fetchall()
        standings = cursor.execute(_STANDINGS, (ids,)).fetchall()
        notices = cursor.execute(_NOTICES, (threads,)).fetchall()
    return Ledger(
        seen=(row[0] for row in seen),
        standings={row[0]: Standing(Status(row[1]), row[2]) for row in standings},
        notices=(rows.notice_of(row) for row in notices),
    )


def save_records(work: Work, heard: Iterable[Heard], now: datetime) -> None:
    """Remember the records, so that they change nothing when they come again, and can be put into words later."""
    new = list(heard)
    if not new:
        return
    with work.connection.cursor(binary=True) as cursor:
        cursor.execute(
            _RECORD,
            (
                now,
                [each.decision.decision_id for each in new],
                [digest_of(each.decision) for each in new],
                [each.decision.status.value for each in new],
                [each.turn for each in new],
                [each.decision.known_at for each in new],
                [thread_of(each.decision) for each in new],
                [_encode(each.decision) for each in new],
            ),
        )


def save_notices(work: Work, notices: Sequence[Notice], divisions: Divisions, now: datetime) -> None:
    """Insert what is new and move what stood already."""
    if not notices:
        return
    with work.connection.cursor(binary=True) as cursor:
        made = cursor.execute(rows.INSERT, rows.inserted(notices, divisions)).fetchall()
        new = {row[0] for row in made}
        stood = [notice for notice in notices if notice.id not in new]
        if stood:
            cursor.execute(rows.UPDATE, (_NO_LEASE, now, *rows.moved(stood)))


def standing_of(work: Work, decision_id: str) -> Standing | None:
    """Where a decision stands by its last record; None where none was heard."""
    row = work.connection.execute(
        "SELECT status, turn FROM decision_record WHERE decision_id = %s ORDER BY ordinal DESC LIMIT 1", (decision_id,)
    ).fetchone()
    return None if row is None else Standing(Status(row[0]), row[1])


def newest_record(work: Work, decision_id: str) -> Decision | None:
    """The last record heard of a decision."""
    row = work.connection.execute(
        "SELECT record FROM decision_record WHERE decision_id = %s ORDER BY ordinal DESC LIMIT 1", (decision_id,)
    ).fetchone()
    return None if row is None else record_of(row[0])
