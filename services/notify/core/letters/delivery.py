"""Say who gets a signed letter, once for each recipient, and what the mail says that carries it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contracts.decisions import Decision
from contracts.vocabulary import NoticeState, Status
from services.notify.core.holding import nearest
from services.notify.core.letters.content import Party
from services.notify.core.letters.letter import Letter
from services.notify.core.letters.numerals import date_in_arabic, document_number
from services.notify.core.letters.organs import Organ
from services.notify.core.messages import Attachment, Message, deadline_words
from services.notify.core.notice import MAJOR, Notice, notice_id
from services.notify.core.places import Places
from services.notify.core.roster import Roster, Seat

ROLE: Final = "office"
CHANNELS: Final = ("email", "webhook")
"""The first of these at which a recipient can be reached carries the letter; the other does not repeat it."""
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """What goes out with a notice: the letter as signed, its organ, and the address at which it is signed for."""

    letter: Letter
    organ: Organ
    docx: bytes
    receipt: str = ""


def dispatch(letter: Letter, decision: Decision, roster: Roster, places: Places, now: datetime) -> tuple[Notice, ...]:
    """One notice for each recipient; nobody gets a letter twice, however many parts they have in it."""
    found: dict[tuple[str, str], Notice] = {}
    parties = (*letter.content.addressees, *letter.content.copies)
    for party in parties:
        for seat, why in _seats(party, decision, roster, places, now):
            channel = next((name for name in CHANNELS if seat.addresses.get(name)), CHANNELS[0])
            address = seat.addresses.get(channel, seat.handle)
            found.setdefault((channel, address), _notice(letter, decision, seat.handle, channel, why, now))
    return tuple(found.values())


def cover(notice: Notice, enclosure: Enclosure, now: datetime) -> Message:
    """The mail around a letter: what it is, by when an answer is due, where to sign for it."""
    letter, organ = enclosure.letter, enclosure.organ
    number = number_of(letter, organ)
    lines = [("发文机关", organ.name), ("文种", letter.kind.chinese), ("文号", number), ("标题", letter.content.title)]
    if letter.issued_on:
        lines.append(("成文日期", date_in_arabic(letter.issued_on)))
    due = letter.content.due_on(letter.issued_on) if letter.issued_on else None
    if due is not None:
        lines.append(("回复期限", deadline_words(due.isoformat())))
    if enclosure.receipt:
        lines.append(("签收", enclosure.receipt))
    lines.append(("通知编号", notice.id))
    mark = "【补发】" if notice.doubtful else ""
    return Message(
        notice_id=notice.id,
        heading=letter.kind.chinese,
        subject=letter.content.title,
        title=f"{mark}【{letter.kind.chinese}】{number}{letter.content.title}",
        lines=tuple(lines),
        notes=tuple(note for note in (_ATTACHED, _RECEIPT if enclosure.receipt else "", _repeated(notice)) if note),
        sent_at=now,
        document=_document(notice, enclosure, number),
        repeats=notice.doubtful,
        attachments=(Attachment(name=f"{file_name(letter, organ)}.docx", media_type=DOCX, content=enclosure.docx),),
    )


def number_of(letter: Letter, organ: Organ) -> str:
    """The number as it stands on the letter, '' for papers that have none."""
    if letter.number is None or letter.year is None:
        return ""
    return document_number(organ.mark, letter.year, letter.number)


def file_name(letter: Letter, organ: Organ) -> str:
    """A name under which the letter can be kept, without what file systems refuse."""
    words = f"{number_of(letter, organ)}{letter.content.title}"
    return "".join(char for char in words if char not in '\\/:*?"<>|')[:80]


_ATTACHED: Final = "公文见附件，以附件为准。"
_RECEIPT: Final = "请点击签收地址签收；也可以将签字盖章的回执扫描件交回发文机关。签收地址请勿转发。"


def _repeated(notice: Notice) -> str:
    return "此前一次发送结果不明，本次为补发；如已收到，请勿重复登记。" if notice.doubtful else ""


def _seats(
    party: Party, decision: Decision, roster: Roster, places: Places, now: datetime
) -> Iterable[tuple[Seat, str]]:
    """Who receives for a party: its own office, else that of the nearest unit above, which passes it on."""
    if not party.unit:
        return
    seats, found = nearest(ROLE, party.unit, decision, roster=roster, places=places, now=now)
    passed = "" if found == party.unit else f"（{party.unit} 无收文人，由 {found} 转交）"
    yield from ((seat, f"公文送达 {party.name}{passed}") for seat in seats)


def _notice(letter: Letter, decision: Decision, recipient: str, channel: str, why: str, now: datetime) -> Notice:
    return Notice(
        id=notice_id(
            decision_id=decision.decision_id,
            status=letter.status,
            turn=letter.turn,
            recipient=recipient,
            channel=channel,
            letter_id=letter.id,
        ),
        committee=letter.committee,
        tenant=letter.tenant,
        decision_id=letter.decision_id,
        status=Status(letter.status),
        known_at=decision.known_at,
        turn=letter.turn,
        recipient=recipient,
        channel=channel,
        thread=_SEPARATOR.join(("letter", letter.id)),  # no rung of a ladder: nothing folds or withdraws it
        rule=decision.rule,
        measure=decision.measure,
        level=decision.level,
        about=_SEPARATOR.join(("letter", letter.id)),  # and no reminder that a listing would make needless
        falls_due=now,
        state=NoticeState.CREATED,
        why=why,
        priority=MAJOR,
        late=False,
        created_at=now,
        not_before=now,
        released=True,  # a named person signed it: only the master switch and shadow hold it back
        letter_id=letter.id,
    )


def _document(notice: Notice, enclosure: Enclosure, number: str) -> Mapping[str, Any]:
    """What a machine gets; the file itself is fetched at the receipt's address."""
    letter = enclosure.letter
    return {
        "notice_id": notice.id,
        "letter_id": letter.id,
        "kind": letter.kind.value,
        "number": number,
        "title": letter.content.title,
        "organ": enclosure.organ.name,
        "tenant": letter.tenant,
        "issued_on": letter.issued_on.isoformat() if letter.issued_on else None,
        "reply_due": letter.reply_due.isoformat() if letter.reply_due else None,
        "sha256": letter.document_sha256,
        "receipt": enclosure.receipt,
        "decision_id": letter.decision_id,
        "withdraws": letter.withdraws,
        "repeats": notice.doubtful,
    }
