"""Stop the process when everything turns to poison: a bad release must not empty the log into the dead letters."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuse:
    """How much poison one slot may hold before something larger than a record is wrong.

    `run_length`: so many poisoned records one after another. `ratio`: this share of the last `window` records, once
    at least `least` records were seen.
    """

    run_length: int = 100
    ratio: float = 0.5
    window: int = 1000
    least: int = 200


@dataclass(slots=True)
class FuseState:
    """The last records of one slot: True where one was poison."""

    fuse: Fuse
    seen: deque[bool] = field(default_factory=deque)
    poisoned: int = 0
    run: int = 0

    def note(self, *, poison: bool) -> str | None:
        """Take one record into account; returns the sentence to stop with, or None."""
        self.seen.append(poison)
        self.poisoned += poison
        self.run = self.run + 1 if poison else 0
        if len(self.seen) > self.fuse.window:
            self.poisoned -= self.seen.popleft()
        if not self.poisoned:
            return None
        if self.run >= self.fuse.run_length:
            return f"{self.run} records one after another are poison"
        if len(self.seen) >= min(self.fuse.least, self.fuse.window) and self.poisoned > self.fuse.ratio * len(
            self.seen
        ):
            return f"{self.poisoned} of the last {len(self.seen)} records are poison"
        return None
