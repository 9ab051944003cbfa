"""Announce every state of a notice on notice.facts, in the transaction that makes it."""

from collections.abc import Iterable
from datetime import datetime

from contracts import notices as contract
from runtime.database import Work
from runtime.outbox import Outgoing, announce
from services.notify.core.notice import Notice
from services.notify.handlers.facts import outgoing
from services.notify.store import letters


def announce_notices(work: Work, notices: Iterable[Notice], now: datetime) -> None:
    """One fact for each: readers count and show them, and a restored database reads from them what was sent."""
    told = list(notices)
    marks = _marks(work, {notice.letter_id for notice in told if notice.letter_id})
    announce(work, (_outgoing(notice, marks.get(notice.letter_id), now) for notice in told))


def _marks(work: Work, ids: set[str]) -> dict[str, contract.LetterMark]:
    if not ids:
        return {}
    return {
        letter.id: contract.LetterMark(
            letter_id=letter.id, kind=letter.kind, organ=letter.organ, year=letter.year, number=letter.number
        )
        for letter in letters.by_id(work, ids).values()
    }


def _outgoing(notice: Notice, letter: contract.LetterMark | None, now: datetime) -> Outgoing:
    return outgoing(
        f"{notice.id}:{notice.revision}",
        contract.NOTICE_TYPE,
        _record(notice, letter, now),
        tenant=notice.tenant,
        committee=notice.committee,
        now=now,
    )


def _record(notice: Notice, letter: contract.LetterMark | None, now: datetime) -> contract.Notice:
    return contract.Notice(
        notice_id=notice.id,
        at=now,
        tenant=notice.tenant,
        committee=notice.committee,
        decision_id=notice.decision_id,
        channel=notice.channel,
        recipient=notice.recipient,
        state=notice.state,
        attempt=notice.attempt,
        suppression=notice.suppression,
        error=notice.error,
        letter=letter,
    )
