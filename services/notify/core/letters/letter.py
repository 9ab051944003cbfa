"""What one letter is: its identity, its states and the moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from contracts.vocabulary import LetterKind, LetterState, Status
from services.notify.core.letters.content import Content
from services.notify.core.notice import ID_LENGTH
from services.notify.core.suppression import SHANGHAI

_SEPARATOR: Final = "\x1f"

TRANSITIONS: Final[Mapping[LetterState, frozenset[LetterState]]] = {
    LetterState.DRAFTED: frozenset({LetterState.EDITED, LetterState.SIGNED, LetterState.DISCARDED}),
    LetterState.EDITED: frozenset({LetterState.EDITED, LetterState.SIGNED, LetterState.DISCARDED}),
    # From here on it has a number: it stays in the register, and only another letter takes it back.
    LetterState.SIGNED: frozenset(
        {LetterState.SENT, LetterState.RECEIVED, LetterState.REPLIED, LetterState.WITHDRAWN},
    ),
    LetterState.SENT: frozenset({LetterState.RECEIVED, LetterState.REPLIED, LetterState.WITHDRAWN}),
    LetterState.RECEIVED: frozenset({LetterState.REPLIED, LetterState.WITHDRAWN}),
    LetterState.REPLIED: frozenset({LetterState.WITHDRAWN}),
    LetterState.WITHDRAWN: frozenset(),
    LetterState.DISCARDED: frozenset(),
}

DRAFTS: Final = frozenset({LetterState.DRAFTED, LetterState.EDITED})
ISSUED: Final = frozenset({LetterState.SIGNED, LetterState.SENT, LetterState.RECEIVED, LetterState.REPLIED})
"""States in which a letter has a number and stands."""
RESTRICTED: Final = frozenset({LetterKind.REFERRAL_LETTER, LetterKind.CRIME_REFERRAL})
"""Kinds that offices and the auditor alone may see (S0-22, S2-38, S3-27)."""
UNANSWERED: Final = frozenset({LetterState.SIGNED, LetterState.SENT})
"""States in which the reply clock runs."""


class Basis(StrEnum):
    """Whether that on which a letter rests still holds."""

    #: It does.
    STANDS = "stands"
    #: The cause has ended since: rectified, reported, done.
    ENDED = "ended"
    #: A person has to say whether it still holds.
    QUESTIONED = "questioned"
    #: With what is known now it would never have been drafted.
    GONE = "gone"


class IllegalMove(Exception):
    """The letter stands where this move does not exist; the message says so in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One official letter, from draft to answer.

    `organ` is the division whose committee office writes it. `decision_id`, `status` and `turn` name the record that
    drafted it; a letter that a person drafted has an empty `decision_id`. `thread` is what all letters about one matter
    share. `number` counts within organ and year. `reply_due` is the instant at which an answer is late. `withdraws` is
    the letter that this one takes back, `withdrawn_by` the one that took this one back. `revision` counts its changes.
    """

    id: str
    kind: LetterKind
    organ: str
    committee: str
    tenant: str
    decision_id: str
    status: Status
    turn: int
    thread: str
    content: Content
    drafted_at: datetime
    state: LetterState = LetterState.DRAFTED
    basis: Basis = Basis.STANDS
    revision: int = 1
    year: int | None = None
    number: int | None = None
    issued_on: date | None = None
    signed_by: str = ""
    signed_at: datetime | None = None
    template_version: str = ""
    template_sha256: str = ""
    document_sha256: str = ""
    sent_at: datetime | None = None
    received_at: datetime | None = None
    received_by: str = ""
    replied_at: datetime | None = None
    reply: str = ""
    reply_due: datetime | None = None
    missed_at: datetime | None = None
    withdraws: str | None = None
    withdrawn_by: str | None = None

    def moved(self, to: LetterState, **changes: object) -> "Letter":
        """This letter in another state; raises `IllegalMove` where the table knows no such move."""
        if to not in TRANSITIONS[self.state]:
            raise IllegalMove(f"{self.kind.chinese}{self.state.chinese}，不能改为{to.chinese}")
        return replace(self, state=to, revision=self.revision + 1, **changes)  # type: ignore[arg-type]

    def changed(self, **changes: object) -> "Letter":
        """This letter in the same state with something else about it."""
        return replace(self, revision=self.revision + 1, **changes)  # type: ignore[arg-type]

    def waits_for_an_answer(self, now: datetime) -> bool:
        """Whether its answer is late and nobody was told so yet."""
        late = self.reply_due is not None and self.reply_due <= now
        return late and self.state in UNANSWERED and self.missed_at is None


def letter_id(*, decision_id: str, turn: int, kind: LetterKind) -> str:
    """The identity of a letter: one for each decision, turn and kind, on replay too."""
    identity = _SEPARATOR.join(("letter", decision_id, str(turn), kind.value))
    return sha256(identity.encode()).hexdigest()[:ID_LENGTH]


def retraction_id(withdrawn: str) -> str:
    """The identity of the letter that takes another one back: there is one at most."""
    return sha256(_SEPARATOR.join(("retraction", withdrawn)).encode()).hexdigest()[:ID_LENGTH]


def end_of(day: date) -> datetime:
    """The instant at which a day ends in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=SHANGHAI)
