"""Build in several processes at once, each with its own connection; together they leave when one fails."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Final

from contracts import divisions
from runtime import crash
from runtime.database import Database
from services.reporting.handlers.building import Builder, Piece

_AHEAD: Final = 2  # pieces that wait for each process, so that none is idle while the next ones are read

Build = Callable[[Iterable[Piece]], Iterator[int]]
"""Builds pieces and yields how many rows or hazards each of them was, as they are done."""


class _Bench:
    """What one process needs to build; it is opened once, for all its pieces."""

    builder: Builder


@contextmanager
def several(url: str, schema: str, timeouts: Mapping[str, int], processes: int) -> Iterator[Build]:
    """Processes that build in the tables of `schema`.

    What a process raises is raised by the building, and so is `BrokenProcessPool` when one of them is killed.
    """
    opening = (url, schema, dict(timeouts))
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_open, initargs=opening) as pool:
        try:
            yield lambda pieces: _built(pool, pieces, _AHEAD * processes)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _built(pool: ProcessPoolExecutor, pieces: Iterable[Piece], at_once: int) -> Iterator[int]:
    waiting: set[Future[int]] = set()
    for piece in pieces:
        waiting.add(pool.submit(_build, piece))
        if len(waiting) >= at_once:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in done)
    yield from (each.result() for each in wait(waiting).done)


def _open(url: str, schema: str, timeouts: dict[str, int]) -> None:
    crash.leave_with_parent()
    beside = Database(url, schema=schema, application_name="bihuan-reporting-rebuild", pool_size=1, timeouts=timeouts)
    _Bench.builder = Builder(beside, divisions.load())


def _build(piece: Piece) -> int:
    return _Bench.builder.build(piece)
