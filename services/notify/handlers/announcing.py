"""Announce every state of a notice on notice.facts, in the transaction that makes it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from contracts import notices as contract
from contracts.facts import Fact
from contracts.topics import NOTICE_FACTS, slot_of
from runtime import codec
from runtime.database import Work
from runtime.outbox import Outgoing, announce
from services.notify.core.notice import Notice
from services.notify.store import letters

SOURCE: Final = "/bihuan/notify"


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
    fact = Fact(
        id=f"{notice.id}:{notice.revision}",
        source=SOURCE,
        type=contract.NOTICE_TYPE,
        time=now,
        tenant=notice.tenant,
        committee=notice.committee,
        data=msgspec.Raw(msgspec.json.encode(_record(notice, letter, now))),
    )
    return Outgoing(
        topic=NOTICE_FACTS,
        slot=slot_of(notice.committee),
        key=notice.committee.encode("ascii"),
        value=codec.encode(fact),
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
