"""What one notice is: its identity, its states and the moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from contracts.decisions import Decision
from contracts.vocabulary import Level, Measure, NoticeState, Status, Suppression
from services.notify.core.rules import Rule

TRANSITIONS: Final[Mapping[NoticeState, frozenset[NoticeState]]] = {
    # A notice waits, is handed over, or is set aside with a reason; after a restore the log may know what became of it.
    NoticeState.CREATED: frozenset(
        {
            NoticeState.SENDING,
            NoticeState.SUPPRESSED,
            NoticeState.FAILED,
            NoticeState.DELIVERED,
            NoticeState.AMBIGUOUS,
        },
    ),
    # What the channel said; a worker that died leaves it here until its lease ends.
    NoticeState.SENDING: frozenset(
        {NoticeState.DELIVERED, NoticeState.RETRYING, NoticeState.FAILED, NoticeState.AMBIGUOUS},
    ),
    # A late answer of a worker believed dead may still settle it, as long as nobody tried again.
    NoticeState.RETRYING: frozenset(
        {
            NoticeState.SENDING,
            NoticeState.SUPPRESSED,
            NoticeState.FAILED,
            NoticeState.DELIVERED,
            NoticeState.AMBIGUOUS,
        },
    ),
    # Only a late answer or a person settles it.
    NoticeState.AMBIGUOUS: frozenset({NoticeState.DELIVERED, NoticeState.RETRYING, NoticeState.FAILED}),
    # Only a person takes up again what was given up or set aside.
    NoticeState.FAILED: frozenset({NoticeState.RETRYING}),
    NoticeState.SUPPRESSED: frozenset({NoticeState.CREATED, NoticeState.RETRYING}),
    # What a provider took and its network lost was not told after all: only a receipt says so.
    NoticeState.DELIVERED: frozenset({NoticeState.FAILED}),
}

WAITING: Final = frozenset({NoticeState.CREATED, NoticeState.RETRYING})
"""States in which a worker may take a notice up."""

ARRIVED: Final = frozenset({NoticeState.DELIVERED, NoticeState.AMBIGUOUS})
"""States in which the recipient has been told, or may have been."""

URGENT, MAJOR, ORDINARY = 0, 1, 2
"""Priorities: what a worker takes up first."""

ID_LENGTH: Final = 32  # hexadecimal digits: 128 bits, and no dot, which a webhook id must not hold
_SEPARATOR: Final = "\x1f"


class IllegalMove(Exception):
    """The notice stands where this move does not exist; the message names both states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One decision's status on its way to one recipient over one channel.

    `recipient` is a handle (`role@unit`, `role@unit/seat`), never a person; empty where no route names one. `turn`
    counts how often the decision was taken up again after it had been closed. `thread` is what rungs of one ladder
    share, `falls_due` orders them; `about` is the subject, whatever the rule. `waits`: it may wait for the morning.
    `acknowledge_by`: from then on a fallback person is told, unless somebody has taken notice. `priority` 0 goes first. `not_before` is the instant from which a worker may take
    it up. `attempt` is the number of the last attempt. `doubtful`: an earlier attempt may have arrived. `released`: a
    person insists, so the reasons to keep silent are not asked again. `follows` is the notice whose recipient has to
    have heard of the beginning first; `folded_into` the one that tells it instead. `revision` counts the states it
    has been in. `letter_id` is the official letter that it carries, empty where it tells the decision itself.
    """

    id: str
    committee: str
    tenant: str
    decision_id: str
    status: Status
    known_at: datetime
    turn: int
    recipient: str
    channel: str
    thread: str
    rule: Rule
    measure: Measure
    level: Level
    about: str
    falls_due: datetime
    state: NoticeState
    why: str
    priority: int
    late: bool
    created_at: datetime
    not_before: datetime
    waits: bool = False
    acknowledge_by: datetime | None = None
    attempt: int = 0
    doubtful: bool = False
    released: bool = False
    suppression: Suppression | None = None
    error: str = ""
    follows: str | None = None
    folded_into: str | None = None
    revision: int = 1
    letter_id: str = ""

    def moved(self, to: NoticeState, **changes: object) -> "Notice":
        """This notice in another state; raises `IllegalMove` where the table knows no such move."""
        if to not in TRANSITIONS[self.state]:
            message = f"notice {self.id}: no move from {self.state.value} to {to.value}"
            raise IllegalMove(message)
        return replace(self, state=to, revision=self.revision + 1, **changes)  # type: ignore[arg-type]

    def suppressed(self, reason: Suppression, *, error: str = "", folded_into: str | None = None) -> "Notice":
        """This notice set aside, with the reason."""
        return self.moved(NoticeState.SUPPRESSED, suppression=reason, error=error, folded_into=folded_into)


def notice_id(*, decision_id: str, status: Status, turn: int, recipient: str, channel: str, letter_id: str = "") -> str:
    """The identity of a notice as text: the same things always give the same id, on replay too."""
    told = (decision_id, status.value, str(turn), recipient, channel, *((letter_id,) if letter_id else ()))
    identity = _SEPARATOR.join(told)
    return sha256(identity.encode()).hexdigest()[:ID_LENGTH]


def about(decision: Decision) -> str:
    """What a decision is about, in one word for all rules."""
    return _SEPARATOR.join((decision.committee, decision.subject.kind, decision.subject.id))


def thread_of(decision: Decision) -> str:
    """What all rungs of one ladder about one subject share: they are folded into the highest."""
    parts = (decision.committee, decision.rule, decision.subject.kind, decision.subject.id, decision.occurrence)
    return _SEPARATOR.join(parts)
