"""Ask a provider later what became of a message that it took: when to ask, and what its word makes of a notice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from contracts.vocabulary import NoticeState
from services.notify.core.notice import Notice


class Receipt(StrEnum):
    """What the provider says of a message that it had taken."""

    #: The phone has it.
    ARRIVED = "arrived"
    #: The network gave it up: the number is off, ended, or refuses such messages.
    LOST = "lost"
    #: Nobody knows yet.
    PENDING = "pending"
    #: Nobody ever said; asked for as long as the provider keeps an answer worth waiting for.
    UNKNOWN = "unknown"


CHINESE: Final = {
    Receipt.ARRIVED: "回执：已到达",
    Receipt.LOST: "回执：未到达",
    Receipt.PENDING: "等待回执",
    Receipt.UNKNOWN: "没有回执",
}
LOOKS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 3, 10, 30, 2 * 60, 8 * 60, 24 * 60, 48 * 60, 72 * 60)
)
"""How long after it was taken a message is asked about; a phone that is off gets it within three days or never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the provider says, with its code in short."""

    receipt: Receipt
    answer: str = ""


def next_look(taken_at: datetime, now: datetime) -> datetime | None:
    """When to ask next about a message that the provider took then; None when it is not asked any more."""
    return next((taken_at + each for each in LOOKS if taken_at + each > now), None)


def after(notice: Notice, attempt: int, word: Word) -> Notice:
    """The notice as the receipt of its attempt leaves it: what was lost was not told, and a person sees it.

    A later attempt decides for itself; the very same notice comes back where nothing changes.
    """
    if word.receipt is not Receipt.LOST or notice.state is not NoticeState.DELIVERED or notice.attempt != attempt:
        return notice
    return notice.moved(NoticeState.FAILED, error=f"{CHINESE[Receipt.LOST]}（{word.answer}）")
