"""Decide what becomes of a push to another platform: it arrived, it is tried again later, or a person has to look."""

from datetime import timedelta
from enum import StrEnum
from typing import Final, NamedTuple

PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long to wait after each failed attempt: two days of an outage are bridged, then it is a dead letter."""

_TRY_AGAIN: Final = frozenset({401, 403, 404, 405, 408, 421, 423, 425, 429})
"""Answers of a platform that is being set up, rolled out or busy; other 4xx are about what was sent."""


class Verdict(StrEnum):
    """What becomes of an attempt."""

    DELIVERED = "delivered"
    RETRIED = "retried"
    DEAD = "dead"


class Next(NamedTuple):
    """The verdict, and the pause before the next attempt where there is one."""

    verdict: Verdict
    pause: timedelta = timedelta(0)


def judge(status: int | None, attempt: int, retry_after: float | None = None) -> Next:
    """What follows the answer of the `attempt`-th attempt (from 1); `status` None: no answer came.

    `retry_after` are the seconds that the platform asked for, heeded up to the longest pause of ours.
    """
    if status is not None and 200 <= status < 300:  # noqa: PLR2004 (success)
        return Next(Verdict.DELIVERED)
    refused = status is not None and 300 <= status < 500 and status not in _TRY_AGAIN  # noqa: PLR2004 (what was sent)
    if refused or attempt > len(PAUSES):
        return Next(Verdict.DEAD)
    pause = PAUSES[attempt - 1]
    asked = timedelta(seconds=min(max(retry_after or 0.0, 0.0), PAUSES[-1].total_seconds()))
    return Next(Verdict.RETRIED, max(pause, asked))
