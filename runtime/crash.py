"""Leave the process at once: a worker that does not know where it stands is started again, clean, by its supervisor."""

import os
import sys
import threading
from multiprocessing import parent_process
from typing import NoReturn

from runtime import log

LEFT = 70  # exit status of a process that left by itself
OVERDUE = 75  # exit status of a process that did not stop in time after SIGTERM
ABANDONED = 76  # exit status of a child process whose parent is gone
GRACE = 10.0  # seconds from SIGTERM to the end, below the supervisor's own patience

_logger = log.get(__name__)


def leave(why: str) -> NoReturn:
    """Say why in one line and end without another step: no commit, no answer, no farewell to the group."""
    _logger.critical("leaving", why=why)
    sys.stdout.flush()
    os._exit(LEFT)


def leave_with_parent() -> None:
    """In a process that was spawned for a piece of work: end as soon as its parent is gone, killed or not."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(ABANDONED)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def arm_grace(seconds: float = GRACE) -> threading.Timer:
    """End the process by force unless it has ended `seconds` from now (a stop may hang while a group is joined)."""

    def overdue() -> None:
        _logger.critical("stopping took too long", seconds=seconds)
        sys.stdout.flush()
        os._exit(OVERDUE)

    timer = threading.Timer(seconds, overdue)
    timer.daemon = True
    timer.start()
    return timer
