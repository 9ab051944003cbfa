"""Try again for seconds, in place: for doors and commands. What may take hours is a row with its next attempt."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from runtime.errors import Conflict, Unavailable

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to go on, and how far the pauses between two tries grow, in seconds."""

    within: float = 10.0
    first_pause: float = 0.1
    longest_pause: float = 2.0


def pauses(patience: Patience, chance: Callable[[], float] = random.random) -> list[float]:
    """The pauses between tries: doubled each time, each shortened by up to half, all together at most `within`."""
    found: list[float] = []
    pause, spent = patience.first_pause, 0.0
    while True:
        step = pause * (1 - chance() / 2)
        if spent + step > patience.within:
            return found
        found.append(step)
        spent += step
        pause = min(pause * 2, patience.longest_pause)


def call(
    work: Callable[[], _T], *, patience: Patience | None = None, sleep: Callable[[float], None] = time.sleep
) -> _T:
    """The result of `work`, tried again after `Unavailable` and `Conflict`; the last error is raised when time is up."""
    for pause in pauses(patience or Patience()):
        try:
            return work()
        except (Unavailable, Conflict):
            sleep(pause)
    return work()
