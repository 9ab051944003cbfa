"""Give notices to workers one at a time, remember every attempt, and find the attempts whose worker is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.decisions import Decision
from runtime.database import Work
from services.notify.core.alarms import record_of
from services.notify.core.notice import Notice
from services.notify.core.receipts import next_look
from services.notify.core.retry import Outcome
from services.notify.core.roster import Seat
from services.notify.store import personal, rows

# What follows something is not taken up before that has come to an end: its recipient would read the answer first.
_CLAIM = f"""SELECT {rows.QUALIFIED} FROM notice n LEFT JOIN notice told ON told.id = n.follows
    WHERE n.channel = %b AND n.state IN ('created', 'retrying') AND n.not_before <= %b
      AND (told.id IS NULL OR told.state IN ('delivered', 'ambiguous', 'failed', 'suppressed'))
    ORDER BY n.priority, n.not_before, n.id LIMIT %b FOR UPDATE OF n SKIP LOCKED"""  # noqa: S608 (column names are constants)
# What may share a message with notices that were claimed: the same recipient, rule, status and urgency.
_COMPANY = f"""SELECT {rows.QUALIFIED} FROM notice n LEFT JOIN notice told ON told.id = n.follows
    JOIN (SELECT DISTINCT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::bool[])) u(recipient, rule, status, urgent)
        ON (n.recipient, n.rule, n.status, n.priority = 0) = (u.recipient, u.rule, u.status, u.urgent)
    WHERE n.channel = %b AND n.state IN ('created', 'retrying') AND n.not_before <= %b AND n.id <> ALL(%b::text[])
      AND (told.id IS NULL OR told.state IN ('delivered', 'ambiguous', 'failed', 'suppressed'))
    ORDER BY n.priority, n.not_before, n.id LIMIT %b FOR UPDATE OF n SKIP LOCKED"""  # noqa: S608 (as above)
# The listing of the same subject that the same recipient was told, or is being told, and that still stands.
_LISTINGS = f"""SELECT DISTINCT ON (u.id) u.id, {rows.QUALIFIED}
    FROM unnest(%b::text[], %b::text[], %b::text[]) AS u(id, about, recipient)
    JOIN notice n ON (n.about, n.recipient) = (u.about, u.recipient)
    WHERE n.measure = 'listed_supervision' AND n.status IN ('raised', 'confirmed')
      AND n.state NOT IN ('suppressed', 'failed')
      AND (SELECT r.status FROM decision_record r WHERE r.decision_id = n.decision_id ORDER BY r.ordinal DESC LIMIT 1)
        NOT IN ('cleared', 'retracted', 'rejected')
    ORDER BY u.id, n.known_at DESC, n.id"""  # noqa: S608 (as above)
_POSTPONE = """UPDATE notice n SET not_before = u.until FROM unnest(%b::text[], %b::timestamptz[]) AS u(id, until)
    WHERE n.id = u.id AND n.state IN ('created', 'retrying') AND n.not_before < u.until"""
_BY_ID = f"SELECT {rows.NAMES} FROM notice WHERE id = ANY(%b::text[]) ORDER BY id"  # noqa: S608 (as above)
_LOCKED = _BY_ID + " FOR UPDATE"
# The newest words of a decision for each status and turn that is to be told.
_WORDS = """SELECT DISTINCT ON (r.decision_id, r.status, r.turn) r.decision_id, r.status, r.turn, r.record
    FROM decision_record r JOIN unnest(%b::text[], %b::text[], %b::int4[]) AS u(decision_id, status, turn)
    USING (decision_id, status, turn) ORDER BY r.decision_id, r.status, r.turn, r.ordinal DESC"""
_FOLDED = """SELECT n.folded_into, n.decision_id, n.status, n.turn FROM notice n WHERE n.folded_into = ANY(%b::text[])
    AND n.thread = ANY(%b::text[]) ORDER BY n.falls_due, n.id"""
_COALESCED = """SELECT DISTINCT ON (thread, known_at, decision_id) thread, known_at, record FROM decision_record
    WHERE status = 'coalesced' AND thread = ANY(%b::text[]) ORDER BY thread, known_at, decision_id, ordinal DESC"""
_ATTEMPT = """INSERT INTO attempt (notice_id, attempt, seat, message, claimed_by, began_at)
    SELECT notice_id, attempt, seat, message, %b, %b::timestamptz
    FROM unnest(%b::text[], %b::int4[], %b::text[], %b::text[]) AS u(notice_id, attempt, seat, message)"""
_OUTCOME = """UPDATE attempt a SET ended_at = %b::timestamptz, outcome = u.outcome, answer = u.answer,
        reference = u.reference, receipt_after = CASE WHEN u.reference <> '' THEN %b::timestamptz END
    FROM unnest(%b::text[], %b::int4[], %b::text[], %b::text[], %b::text[])
        AS u(notice_id, attempt, outcome, answer, reference)
    WHERE a.notice_id = u.notice_id AND a.attempt = u.attempt"""
_EXPIRED = f"""SELECT {rows.NAMES} FROM notice WHERE state = 'sending' AND channel = %b AND lease_until < %b
    ORDER BY id LIMIT %b FOR UPDATE SKIP LOCKED"""  # noqa: S608 (as above)
_LEFT_BY = f"""SELECT {rows.QUALIFIED} FROM notice n JOIN attempt a ON (a.notice_id, a.attempt) = (n.id, n.attempt)
    WHERE n.state = 'sending' AND n.channel = %b AND a.claimed_by = %b
    ORDER BY n.id LIMIT %b FOR UPDATE OF n SKIP LOCKED"""  # noqa: S608 (as above)
_OLDEST = """SELECT channel, min(created_at) FROM notice WHERE state IN ('created', 'retrying') AND channel <> ''
    GROUP BY channel"""
_STANDING = "SELECT state, count(*) FROM notice WHERE state <> 'delivered' GROUP BY state"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A notice that is about to leave in a message, and who gets it."""

    notice: Notice
    seat: Seat
    message: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a notice says: its decision's newest record, and the lower rungs told along."""

    decision: Decision
    folded: tuple[Decision, ...]


def claim(work: Work, channel: str, now: datetime, most: int) -> list[Notice]:
    """Notices of a channel that may leave now, the grave first; locked, and passed over by other workers."""
    with work.connection.cursor(binary=True) as cursor:
        return [rows.notice_of(row) for row in cursor.execute(_CLAIM, (channel, now, most))]


def company(work: Work, channel: str, now: datetime, claimed: Sequence[Notice], most: int) -> list[Notice]:
    """Up to `most` other notices that may leave with these, the grave first; locked like these."""
    columns = (
        [notice.recipient for notice in claimed],
        [notice.rule.value for notice in claimed],
        [notice.status.value for notice in claimed],
        [notice.priority == 0 for notice in claimed],
    )
    with work.connection.cursor(binary=True) as cursor:
        found = cursor.execute(_COMPANY, (*columns, channel, now, [notice.id for notice in claimed], most))
        return [rows.notice_of(row) for row in found]


def listings(work: Work, notices: Sequence[Notice]) -> dict[str, Notice]:
    """By the ids of these notices: the notice by which the same recipient hears that the same subject was listed."""
    with work.connection.cursor(binary=True) as cursor:
        columns = ([n.id for n in notices], [n.about for n in notices], [n.recipient for n in notices])
        return {row[0]: rows.notice_of(row[1:]) for row in cursor.execute(_LISTINGS, columns)} if notices else {}


def postpone(work: Work, until: Mapping[str, datetime]) -> None:
    """Put a later instant on notices (by id) that wait; their state stays."""
    if until:
        with work.connection.cursor(binary=True) as cursor:
            cursor.execute(_POSTPONE, (list(until), list(until.values())))


def notices_by_id(work: Work, ids: Sequence[str], *, lock: bool = False) -> dict[str, Notice]:
    """The notices of these ids; with `lock` until the transaction ends."""
    with work.connection.cursor(binary=True) as cursor:
        found = cursor.execute(_LOCKED if lock else _BY_ID, (list(ids),))
        return {row[0]: rows.notice_of(row) for row in found}


def words_of(work: Work, notices: Sequence[Notice]) -> dict[str, Words]:
    """What each notice says, by its id."""
    with work.connection.cursor(binary=True) as cursor:
        threads = sorted({notice.thread for notice in notices})
        folded = cursor.execute(_FOLDED, ([notice.id for notice in notices], threads)).fetchall()
        wanted = {(n.decision_id, n.status.value, n.turn) for n in notices} | {(r[1], r[2], r[3]) for r in folded}
        columns = [list(column) for column in zip(*sorted(wanted), strict=True)]
        records = {(r[0], r[1], r[2]): record_of(r[3]) for r in cursor.execute(_WORDS, columns)} if wanted else {}
        coalesced = [(r[0], r[1], record_of(r[2])) for r in cursor.execute(_COALESCED, (threads,))]
    words = {}
    for notice in notices:
        decision = records[notice.decision_id, notice.status.value, notice.turn]
        along = [records[r[1], r[2], r[3]] for r in folded if r[0] == notice.id and r[1] != notice.decision_id]
        along += [
            lower
            for thread, known_at, lower in coalesced
            if thread == notice.thread and known_at == decision.known_at and lower.at < decision.at
        ]
        words[notice.id] = Words(decision, tuple(sorted(along, key=lambda lower: lower.at)))
    return words


def begin_attempts(
    work: Work, leaving: Sequence[Leaving], *, worker: str, now: datetime, lease_until: datetime
) -> None:
    """Move notices to `sending` and write their attempts, before any provider hears of them."""
    if not leaving:
        return
    notices = [each.notice for each in leaving]
    with work.connection.cursor(binary=True) as cursor:
        cursor.execute(rows.UPDATE, (lease_until, now, *rows.moved(notices)))
        cursor.execute(
            _ATTEMPT,
            (
                worker,
                now,
                [notice.id for notice in notices],
                [notice.attempt for notice in notices],
                [each.seat.handle for each in leaving],
                [each.message for each in leaving],
            ),
        )
    personal.note_attempts(
        work, [(each.notice.id, each.notice.attempt, each.seat, each.notice.channel) for each in leaving]
    )


def move(work: Work, notices: Sequence[Notice], now: datetime) -> None:
    """Write notices in their new state (any but `sending`)."""
    if not notices:
        return
    with work.connection.cursor(binary=True) as cursor:
        cursor.execute(rows.UPDATE, (None, now, *rows.moved(notices)))


def end_attempts(work: Work, ended: Sequence[tuple[str, int, Outcome]], now: datetime) -> None:
    """Write how attempts (notice id, number) ended."""
    if not ended:
        return
    with work.connection.cursor(binary=True) as cursor:
        cursor.execute(
            _OUTCOME,
            (
                now,
                next_look(now, now),
                [identifier for identifier, _, _ in ended],
                [attempt for _, attempt, _ in ended],
                [outcome.result.value for _, _, outcome in ended],
                [outcome.answer for _, _, outcome in ended],
                [outcome.reference for _, _, outcome in ended],
            ),
        )


def expired(work: Work, channel: str, now: datetime, most: int) -> list[Notice]:
    """Notices of a channel in `sending` whose worker did not say how it ended, locked."""
    with work.connection.cursor(binary=True) as cursor:
        return [rows.notice_of(row) for row in cursor.execute(_EXPIRED, (channel, now, most))]


def left_by(work: Work, channel: str, worker: str, most: int) -> list[Notice]:
    """Notices of a channel in `sending` that a worker of this name took up, locked."""
    with work.connection.cursor(binary=True) as cursor:
        return [rows.notice_of(row) for row in cursor.execute(_LEFT_BY, (channel, worker, most))]


def oldest_waiting(work: Work) -> dict[str, datetime]:
    """By channel: since when the oldest notice has been waiting."""
    return dict(_pairs(work.connection.execute(_OLDEST).fetchall()))


def standing(work: Work) -> dict[str, int]:
    """How many notices stand in each state but `delivered`."""
    return dict(_pairs(work.connection.execute(_STANDING).fetchall()))


def _pairs(found: Sequence[tuple[Any, ...]]) -> list[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in found]
