"""Wait at a worker's start until the brokers let us in to every topic it needs, and say in one line why they do not.

Without it the first sign of a wrong password is a consumer that assigns nothing. What is wrong may be mended on the
brokers' side (a certificate, a right, a broker that is still starting), so nothing is given up.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final, Protocol

from contracts.topics import TOPICS
from runtime import log
from runtime.errors import Unavailable

PAUSE: Final = 2.0  # seconds between two tries
REMIND: Final = 30.0  # seconds between two lines that say the same

_logger = log.get(__name__)


class Greets(Protocol):
    """What is asked of the brokers' administration."""

    def forbidden(self, names: Sequence[str]) -> list[str]:
        """Those topics to which we have no right."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


def needed(service: str, reads: Sequence[str]) -> tuple[str, ...]:
    """The topics of a worker: those it reads, and those its relay writes by the topic table."""
    return (*reads, *(topic.pattern for topic in TOPICS if service in topic.writers and topic.pattern not in reads))


def greet(
    open_admin: Callable[[], Greets],
    topics: Sequence[str],
    *,
    user: str = "",
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Return once the brokers answer and no topic is forbidden; until then tell what is wrong, again every 30 s."""
    tell = tell or (lambda why: _logger.warning("waiting for the brokers", why=why))
    last, since = "", 0.0
    while why := _why_not(open_admin, topics, user):
        if why != last or since >= REMIND:
            tell(why)
            last, since = why, 0.0
        sleep(PAUSE)
        since += PAUSE


def _why_not(open_admin: Callable[[], Greets], topics: Sequence[str], user: str) -> str:
    try:
        with closing(open_admin()) as admin:
            forbidden = admin.forbidden(topics)
    except Unavailable as error:
        return str(error)
    if forbidden:
        return (
            f"{user or 'this client'} has no right to topic {', '.join(forbidden)}: `bihuan acls` prints what it needs"
        )
    return ""
