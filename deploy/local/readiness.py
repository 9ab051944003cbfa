"""Wait until programs are ready, all at once from one process: a loop per program would slow the start it watches."""

import http.client
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

PAUSE = 0.25  # seconds between two rounds: each question is a line in the log of a process that is not ready yet
ANSWER_WITHIN = 2.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A thing to wait for and how to ask whether it is ready."""

    name: str
    is_ready: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A thing became ready, `after` seconds from the beginning; None when it did not in time."""

    name: str
    after: float | None


def wait(
    probes: Iterable[Probe],
    *,
    within: float,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Seen]:
    """Yield each probe as it becomes ready, and after `within` seconds those that did not."""
    begun = monotonic()
    waiting = list(probes)
    while waiting:
        for probe in tuple(waiting):
            if probe.is_ready():
                waiting.remove(probe)
                yield Seen(name=probe.name, after=monotonic() - begun)
        if not waiting:
            return
        if monotonic() - begun > within:
            break
        sleep(PAUSE)
    for probe in waiting:
        yield Seen(name=probe.name, after=None)


def answers_ok(address: str) -> bool:
    """Whether a GET of the address is answered with status 200."""
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=ANSWER_WITHIN)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
