"""Believe the log about what a restored database has forgotten: what was sent is not sent again."""

from dataclasses import dataclass, replace
from typing import Final

from contracts.vocabulary import NoticeState
from services.notify.core.notice import TRANSITIONS, WAITING, Notice

NOT_KNOWN: Final = "恢复前已交给渠道，结果不明"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the log says last about a notice: its state, its last attempt and how many states it had been in."""

    notice_id: str
    state: NoticeState
    attempt: int
    revision: int
    error: str = ""


def recalled(notice: Notice, memory: Remembered) -> Notice | None:
    """The notice as the log knows it; None where that is no way from where it stands, or nothing to learn.

    An attempt that was under way when the copy was taken, or whose outcome nobody knew, waits for a person.
    """
    match memory.state:
        case NoticeState.DELIVERED:
            state, error = NoticeState.DELIVERED, ""
        case NoticeState.SENDING | NoticeState.AMBIGUOUS:
            state, error = NoticeState.AMBIGUOUS, memory.error or NOT_KNOWN
        case NoticeState.FAILED:
            state, error = NoticeState.FAILED, memory.error
        case NoticeState.RETRYING if notice.state in WAITING:  # it surely did not arrive: its attempts go on counting
            return replace(notice, attempt=max(notice.attempt, memory.attempt), revision=_after(notice, memory))
        case _:
            return None
    if state not in TRANSITIONS[notice.state]:
        return None
    doubtful = notice.doubtful or state is NoticeState.AMBIGUOUS
    moved = notice.moved(state, attempt=max(notice.attempt, memory.attempt), error=error, doubtful=doubtful)
    return replace(moved, revision=_after(notice, memory))


def _after(notice: Notice, memory: Remembered) -> int:
    """A revision that no fact in the log has."""
    return max(notice.revision, memory.revision) + 1
