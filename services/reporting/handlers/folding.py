"""Fold many hazards in several processes at once, each with its own connection; together they leave when one fails."""

from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Final

from contracts import divisions
from runtime import crash
from runtime.database import Database
from services.reporting.core.rows import HazardKey
from services.reporting.handlers.applying import ReadModels

_AHEAD: Final = 2  # chunks that wait for each process, so that none is idle while the next ones are read


class _Bench:
    """What one process needs to fold; it is opened once, for all its chunks."""

    database: Database
    models: ReadModels


def fold_all(
    url: str, schema: str, timeouts: Mapping[str, int], chunks: Iterable[list[HazardKey]], processes: int
) -> Iterable[int]:
    """Build the rows of every chunk in the tables of `schema`; yields how many hazards are done, as they are done.

    What a process raises is raised here, and so is `BrokenProcessPool` when one of them is killed.
    """
    opening = (url, schema, dict(timeouts))
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_open, initargs=opening) as pool:
        waiting: set[Future[int]] = set()
        try:
            for chunk in chunks:
                waiting.add(pool.submit(_fold, chunk))
                if len(waiting) >= _AHEAD * processes:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in done)
            yield from (each.result() for each in wait(waiting).done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _open(url: str, schema: str, timeouts: dict[str, int]) -> None:
    crash.leave_with_parent()
    _Bench.database = Database(
        url, schema=schema, application_name="bihuan-reporting-rebuild", pool_size=1, timeouts=timeouts
    )
    _Bench.models = ReadModels(divisions.load())


def _fold(keys: list[HazardKey]) -> int:
    with _Bench.database.begin() as work:
        _Bench.models.build(work, keys)
    return len(keys)
