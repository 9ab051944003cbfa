"""Name every expected failure by the next act: park it, wait, or decide again.

Anything that is none of these is a defect: it is logged once, counted and ends the process.
"""

from collections.abc import Sequence


class Rejected(Exception):
    """Wrong, and it will stay wrong: park it as a dead letter.

    `reason` is a short code (`undecodable`, `misrouted`, ...), `detail` sentences a person can act on.
    """

    def __init__(self, reason: str, detail: Sequence[str] = ()) -> None:
        super().__init__(reason, *detail)
        self.reason = reason
        self.detail = tuple(detail)


class Unavailable(Exception):
    """The world is down or busy: wait `retry_after` seconds and try the same thing again."""

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OutcomeUnknown(Unavailable):
    """The connection went away at COMMIT: look at the database before trying again."""


class NewerVersion(Unavailable):
    """A fact of our own in a version this code does not know: hold the slot until this service is upgraded."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after=60.0)


class Conflict(Exception):
    """Someone moved first: load again and decide again."""
