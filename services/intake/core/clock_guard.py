"""Hold time when clocks disagree: a clock that jumped must not make everything overdue at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.moments import CLOCKS_MAY_DIFFER


class Trouble(StrEnum):
    """Which witnesses disagree."""

    #: Our clock and the database's; over when they agree again.
    APART = "apart"
    #: Our clock stands before a tick that is already in the log; over when it has caught up.
    BEHIND = "behind"
    #: Our clock moved by more than the time that passed; over when it comes back, or a person accepts it.
    STEPPED = "stepped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the witnesses say at one moment; `monotonic` in seconds since some moment of this process."""

    wall: datetime
    database: datetime
    monotonic: float
    last_tick: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What a person has accepted: how far our clock stands before the database's, and which tick we may be behind of."""

    apart: timedelta = timedelta()
    tick: datetime | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why no tick may go out."""

    trouble: Trouble
    sentence: str


NOTHING = Acceptance()


def doubt(reading: Reading, trusted: Reading | None, accepted: Acceptance = NOTHING) -> Doubt | None:
    """Return why ticks have to wait; `trusted` is the last reading of this process that was in order (None: the first)."""
    apart = reading.wall - reading.database
    if abs(apart - accepted.apart) > CLOCKS_MAY_DIFFER:
        return Doubt(Trouble.APART, f"our clock and the database's differ by {_short(abs(apart))}")
    tick = reading.last_tick
    if tick is not None and tick - reading.wall > CLOCKS_MAY_DIFFER and (accepted.tick is None or tick > accepted.tick):
        return Doubt(Trouble.BEHIND, f"our clock is {_short(tick - reading.wall)} behind the last tick")
    if trusted is not None:
        passed = timedelta(seconds=reading.monotonic - trusted.monotonic)
        stepped = reading.wall - trusted.wall - passed
        if abs(stepped) > CLOCKS_MAY_DIFFER:
            return Doubt(Trouble.STEPPED, f"our clock moved by {_short(abs(stepped))} more than the time that passed")
    return None


@dataclass(slots=True)
class Guard:
    """What one process remembers of the clocks from look to look."""

    trusted: Reading | None = None
    holding: bool = False

    def look(self, reading: Reading, *, held: Trouble | None, accepted: Acceptance = NOTHING) -> Doubt | None:
        """Return why ticks have to wait now; `held` is what the database says they are held for already.

        A hold that is gone from the database although this process holds was lifted by a person: the present clock is
        the one to trust. A step that an earlier process saw stays a reason, because only that process knew the time.
        """
        if self.holding and held is None:
            self.trusted = None
        found = doubt(reading, self.trusted, accepted)
        if found is None and held is Trouble.STEPPED and self.trusted is None:
            found = Doubt(Trouble.STEPPED, "our clock moved before this process began")
        self.holding = found is not None
        if found is None:
            self.trusted = reading
        return found


def _short(span: timedelta) -> str:
    return str(timedelta(seconds=round(span.total_seconds())))
