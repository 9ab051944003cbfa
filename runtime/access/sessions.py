"""Say what a session is worth at a moment: how long it lives, when its token turns, when a door is locked."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from runtime.access.principal import Principal

MARK: Final = "bhs_"
"""Before every token, so that one that leaked into a text is recognised, and a key is not taken for one."""

LIVES: Final = timedelta(hours=12)
IDLE: Final = timedelta(minutes=60)
TURNS_AFTER: Final = timedelta(minutes=15)
FORMER_FOR: Final = timedelta(seconds=60)  # requests under way when the token turned
SEEN_EVERY: Final = timedelta(minutes=1)  # between two notes of being seen

FREE_FAILURES: Final = 5
LOCKED_FIRST: Final = timedelta(minutes=1)
LOCKED_LONGEST: Final = timedelta(hours=1)

Verdict = Literal["good", "turn", "over", "stolen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as it is kept, found by a token; `is_former` where that token was replaced already."""

    id: UUID
    principal: Principal
    turned_at: datetime
    former_until: datetime | None
    seen_at: datetime
    expires_at: datetime
    is_former: bool
    is_disabled: bool


def new_token() -> str:
    """A fresh token; only its hash is kept."""
    return MARK + secrets.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """What is kept of a token; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def judged(session: Session, now: datetime) -> Verdict:
    """What to do with a session at `now`.

    `turn`: good, and its cookie is due for a new token. `stolen`: a replaced token came back after everybody who was
    honest has the new one, so two hold it.
    """
    if session.is_disabled or now >= session.expires_at or now >= session.seen_at + IDLE:
        return "over"
    if session.is_former:
        return "good" if session.former_until is not None and now < session.former_until else "stolen"
    return "turn" if session.principal.via == "cookie" and now >= session.turned_at + TURNS_AFTER else "good"


def locked_for(failures: int) -> timedelta:
    """How long a name is locked after so many wrong passwords in a row: a minute, then twice as long each time."""
    if failures < FREE_FAILURES:
        return timedelta()
    doublings = min(failures - FREE_FAILURES, 10)
    return min(LOCKED_FIRST * (1 << doublings), LOCKED_LONGEST)
