"""Decide what an attempt's outcome makes of a notice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from contracts.vocabulary import NoticeState
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.retry import EMAIL, Next, Outcome, Result, RetryPolicy, after

_SETTLED_LATE = frozenset({NoticeState.DELIVERED, NoticeState.FAILED})


def record(passage: Passage, situation: Situation) -> Passage:
    """Move the one notice by the outcome of its last attempt."""
    (notice,) = passage.notices
    if passage.outcome is None:
        return passage
    return replace(passage, notices=(settled(notice, passage.outcome, situation.routes.retry, situation.now),))


def settled(notice: Notice, outcome: Outcome, policies: Mapping[str, RetryPolicy], now: datetime) -> Notice:
    """The notice after its last attempt ended so; `policies` are by channel.

    The answer of a worker that was believed dead still counts: it settles what is ambiguous, and what waits to be
    tried again where it says for certain that this is over. Where it changes nothing the very same notice comes back.
    """
    step = after(policies.get(notice.channel, EMAIL), notice.attempt, outcome, now)
    return _moved(notice, step, outcome) if _applies(notice, step) else notice


def _applies(notice: Notice, step: Next) -> bool:
    match notice.state:
        case NoticeState.SENDING:
            return True
        case NoticeState.AMBIGUOUS:
            return step.state is not NoticeState.AMBIGUOUS
        case NoticeState.RETRYING:
            return step.state in _SETTLED_LATE
        case _:
            return False


def _moved(notice: Notice, step: Next, outcome: Outcome) -> Notice:
    error = "" if outcome.result is Result.DELIVERED else outcome.answer
    if step.given_up:
        error = f"第 {notice.attempt} 次尝试后放弃：{error}"
    return notice.moved(
        step.state,
        not_before=step.at or notice.not_before,
        doubtful=notice.doubtful or outcome.result is Result.AMBIGUOUS,
        error=error,
    )
