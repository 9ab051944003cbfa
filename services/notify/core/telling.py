"""Decide which states of a decision are told at all, and which time round a decision is."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Final, NamedTuple

from contracts.decisions import Decision
from contracts.vocabulary import Status

LATE_AFTER: Final = timedelta(hours=24)
"""News that became known later than this after it fell due is marked 迟到."""


class Telling(Enum):
    """What a state of a decision means for those who are to hear of it."""

    #: Told to whom the routes name.
    OPENS = "opens"
    #: Told only to those who were told the beginning.
    FOLLOWS = "follows"
    #: Mentioned in the notice of the rung it is folded into.
    FOLDS = "folds"
    #: Told to nobody.
    NEVER = "never"


TELLING: Final[Mapping[Status, Telling]] = {
    Status.RAISED: Telling.OPENS,
    Status.PROPOSED: Telling.OPENS,
    Status.CONFIRMED: Telling.OPENS,  # the unit concerned hears of a measure when it is signed, not when it is proposed
    Status.QUESTIONED: Telling.OPENS,  # a named person has to act
    Status.REJECTED: Telling.FOLLOWS,
    Status.CLEARED: Telling.FOLLOWS,
    Status.RETRACTED: Telling.FOLLOWS,
    Status.COALESCED: Telling.FOLDS,
    Status.PROVISIONAL: Telling.NEVER,  # it rests on facts that are still pending
}

CLOSED: Final = frozenset({Status.CLEARED, Status.RETRACTED, Status.REJECTED})
"""A decision that stands here is taken up again only by a new turn."""

MOOTS: Final = frozenset({Status.RETRACTED, Status.REJECTED})
"""What was not sent yet is not sent any more. Not so `cleared`: what was late was late, even if it is mended now."""


class Standing(NamedTuple):
    """Where a decision stood before: its last status and how many turns it has had."""

    status: Status
    turn: int


def turn_of(before: Standing | None, status: Status) -> int:
    """Which time round: 0 at first, one more whenever a closed decision is taken up again."""
    if before is None:
        return 0
    return before.turn + (before.status in CLOSED and status not in CLOSED)


def is_late(decision: Decision) -> bool:
    """Whether it is told later than the field may expect, because the news itself came late."""
    return decision.late_recorded or decision.known_at - decision.at > LATE_AFTER
