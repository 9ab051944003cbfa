"""Keep the receipts of messages: which are due to be asked for, and what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from runtime.database import Work
from services.notify.core.receipts import Word

_DUE: Final = """SELECT a.notice_id, a.attempt, a.reference, t.address, a.ended_at FROM attempt a
    JOIN notice n ON n.id = a.notice_id JOIN pii.attempt_to t ON (t.notice_id, t.attempt) = (a.notice_id, a.attempt)
    WHERE a.receipt_after <= %s AND n.channel = %s
    ORDER BY a.receipt_after, a.reference, a.notice_id LIMIT %s FOR UPDATE OF a SKIP LOCKED"""
_KEEP: Final = """UPDATE attempt SET receipt = %s, receipt_answer = %s, receipt_after = %s
    WHERE notice_id = %s AND attempt = %s"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One attempt whose message a provider took under a number of its own."""

    notice_id: str
    attempt: int
    reference: str
    address: str
    taken_at: datetime


def due(work: Work, channel: str, now: datetime, most: int) -> list[Taken]:
    """Attempts of a channel whose receipt is to be asked for now, the oldest first; locked, passed by for others."""
    found = work.connection.execute(_DUE, (now, channel, most))
    return [Taken(notice_id=row[0], attempt=row[1], reference=row[2], address=row[3], taken_at=row[4]) for row in found]


def keep(work: Work, said: Sequence[tuple[Taken, Word, datetime | None]]) -> None:
    """Write what was said of each, and when to ask again (None: never)."""
    with work.connection.cursor() as cursor:
        cursor.executemany(
            _KEEP,
            [(word.receipt.value, word.answer, again, taken.notice_id, taken.attempt) for taken, word, again in said],
        )
