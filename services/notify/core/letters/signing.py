"""Say whether a letter may be signed, and what signing, receiving, answering and taking back make of it."""

from collections.abc import Iterable
from datetime import date, datetime

from contracts.vocabulary import LetterState
from services.notify.core.letters.drafting import ONCE_ONLY, UNNUMBERED
from services.notify.core.letters.letter import DRAFTS, ISSUED, Basis, IllegalMove, Letter, end_of
from services.notify.core.suppression import SHANGHAI

BLANK = "【"
"""Begins what a person still has to fill in."""


def why_unsignable(letter: Letter, others: Iterable[Letter], issued_on: date) -> str | None:
    """The reason in Chinese why this letter cannot be signed today; None where it can be.

    `others` are the letters about the same matter.
    """
    if letter.state not in DRAFTS:
        return f"{letter.kind.chinese}{letter.state.chinese}，不能再次签发"
    if letter.basis is Basis.GONE:
        return "所依据的决定已经撤回，不能签发；请作废本稿"
    if letter.basis is Basis.QUESTIONED:
        return "所依据的决定存疑，请先维持或者撤销该决定"
    if not letter.content.addressees:
        return "没有主送机关，请先填写"
    if any(BLANK in line for line in _lines(letter)):
        return "还有未填写的内容（【 】），请先填写"
    due = letter.content.due_on(issued_on)
    if due is not None and due <= issued_on:
        return "回复期限不晚于成文日期，请先修改回复期限"
    if letter.kind in ONCE_ONLY:
        standing = [each for each in others if _rivals(letter, each)]
        if standing:
            return (
                f"同一事项的{letter.kind.chinese}（{standing[0].year}年第{standing[0].number}号）仍然有效，不能再次签发"
            )
    return None


def signed(letter: Letter, *, by: str, now: datetime, number: int | None) -> Letter:
    """The letter signed by a named person on the day of `now` in Shanghai."""
    issued_on = day_of(now)
    due = letter.content.due_on(issued_on)
    return letter.moved(
        LetterState.SIGNED,
        year=issued_on.year,
        number=number,
        issued_on=issued_on,
        signed_by=by,
        signed_at=now,
        reply_due=end_of(due) if due else None,
    )


def is_numbered(letter: Letter) -> bool:
    """Whether sign-off gives the letter a number."""
    return letter.kind not in UNNUMBERED


def sent(letter: Letter, now: datetime) -> Letter:
    """The letter after it reached somebody; what has gone on since stays."""
    return letter.moved(LetterState.SENT, sent_at=now) if letter.state is LetterState.SIGNED else letter


def received(letter: Letter, *, by: str, now: datetime) -> Letter:
    """The letter with its receipt; the first one counts."""
    if letter.state is LetterState.REPLIED and letter.received_at is None:
        return letter.changed(received_at=now, received_by=by)
    if letter.received_at is not None and letter.state in ISSUED:
        return letter
    return letter.moved(LetterState.RECEIVED, received_at=now, received_by=by)


def replied(letter: Letter, *, reply: str, now: datetime) -> Letter:
    """The letter with its answer; a further answer replaces the text and not the moment."""
    if letter.state is LetterState.REPLIED:
        return letter.changed(reply=reply)
    return letter.moved(LetterState.REPLIED, replied_at=now, reply=reply)


def withdrawn(letter: Letter, by: Letter) -> Letter:
    """The letter taken back by another one that was signed."""
    if by.withdraws != letter.id:
        raise IllegalMove("撤销函撤销的是另一份公文")
    return letter.moved(LetterState.WITHDRAWN, withdrawn_by=by.id)


def day_of(now: datetime) -> date:
    """The day in Shanghai."""
    return now.astimezone(SHANGHAI).date()


def _rivals(letter: Letter, other: Letter) -> bool:
    same = (other.kind, other.organ, other.thread) == (letter.kind, letter.organ, letter.thread)
    return same and other.id != letter.id and other.state in ISSUED


def _lines(letter: Letter) -> Iterable[str]:
    content = letter.content
    yield from (content.title, *content.opening, *content.demands, content.closing)
    for annex in content.annexes:
        yield from annex.lines
