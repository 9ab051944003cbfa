"""Leave a provider alone that does not answer, and ask it again by one message: a pure function of outcomes and time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.notify.core.retry import Outcome

TRUSTED_FOR: Final = 3  # failures in a row until a provider counts as dead
FIRST_REST: Final = timedelta(seconds=15)
LONGEST_REST: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Breaker:
    """How often a provider failed in a row and since when, until when it is left alone, and whether one message asks it."""

    failures: int = 0
    rests_until: datetime | None = None
    asking: bool = False
    since: datetime | None = None

    def closed_until(self, now: datetime) -> datetime | None:
        """From when on a message may leave; None for now. While one is asking, the others wait a little."""
        if self.rests_until is None:
            return None
        if now < self.rests_until:
            return self.rests_until
        return now + FIRST_REST if self.asking else None

    def left(self, now: datetime) -> "Breaker":
        """After a message left at `now`: the first one after a rest asks for all."""
        resting = self.rests_until is not None and now >= self.rests_until
        return replace(self, asking=True) if resting else self

    def after(self, outcome: Outcome, now: datetime) -> "Breaker":
        """After an answer: anything but a failure of the provider itself ends the rest."""
        if not outcome.down:
            return Breaker()
        failures, since = self.failures + 1, self.since or now
        if failures < TRUSTED_FOR:
            return Breaker(failures, since=since)
        rest = min(FIRST_REST * 2 ** min(failures - TRUSTED_FOR, 10), LONGEST_REST)
        return Breaker(failures, now + rest, since=since)

    @property
    def is_open(self) -> bool:
        """Whether its provider counts as dead."""
        return self.rests_until is not None
