"""Rebuild every read model from the facts and records that are kept, while the old ones serve."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from contracts.divisions import Divisions
from runtime import codec
from runtime.database import Database, Work
from runtime.errors import Conflict
from services.reporting.core.decided import read_decision
from services.reporting.core.notified import read_notice
from services.reporting.core.rows import HazardKey
from services.reporting.core.said import read
from services.reporting.handlers.applying import ReadModels, site_words
from services.reporting.handlers.building import LOGS, Builder, Rows
from services.reporting.handlers.folding import Build, several
from services.reporting.store import decisions, facts, flows, hazards, notices, rebuilding, sites

if TYPE_CHECKING:
    from services.reporting.store.facts import Told

CHUNK: Final = 2_000
SHORT: Final = 50
"""Chunks of facts that one process builds sooner than others could begin."""
MOST_PROCESSES: Final = 8
SCHEMA: Final = "reporting"
BESIDE: Final = f"{rebuilding.BESIDE},{SCHEMA}"
"""The search path of what is built: reads fall back to the logs that serve."""
TIMEOUTS: Final = {
    "idle_in_transaction_session_timeout": 3_600_000,
    "statement_timeout": 3_600_000,
    "lock_timeout": 60_000,
    "transaction_timeout": 0,
}
"""Milliseconds: a rebuild reads for long, and waits for the batch that is being written before it takes over."""

Say = Callable[[str, int], None]
"""Told the stage and how many rows of it are done."""

_T = TypeVar("_T")


class Rebuilt(msgspec.Struct, frozen=True):
    """What came of it: how many hazards there are, and how many rows of each model stood otherwise before."""

    hazards: int
    differed: dict[str, int]


class Rebuilder:
    """Builds the models in a schema of their own, whose search path falls back to the logs that serve."""

    def __init__(
        self,
        url: str,
        divisions: Divisions,
        *,
        say: Say = lambda _stage, _done: None,
        processes: int | None = None,
    ) -> None:
        """`processes` fold hazards at once; None: one for each core, up to `MOST_PROCESSES`."""
        self._processes = processes or min(os.cpu_count() or 1, MOST_PROCESSES)
        self._url = url
        self._divisions = divisions
        self._models = ReadModels(divisions)
        self._say = say

    def run(self) -> Rebuilt:
        """Rebuild; raises `Conflict` while another rebuild runs. Broken off anywhere it has changed nothing."""
        serving = self._open(SCHEMA)
        beside = self._open(BESIDE)
        try:
            with serving.begin() as guard:
                if not rebuilding.alone(guard):
                    raise Conflict("another rebuild is running")
                return self._run(serving, beside)
        finally:
            serving.close()
            beside.close()

    def _run(self, serving: Database, beside: Database) -> Rebuilt:
        with serving.begin() as work:
            marks = rebuilding.prepare(work, SCHEMA)
        self._build(serving, beside, marks)
        with beside.begin() as work:
            rebuilding.hold(work, SCHEMA)
            self._catch_up(work, marks)
            hazards.drop_empty_sums(work)
            flows.drop_empty(work)
            count = rebuilding.count(work)
            differed = rebuilding.take_over(work, SCHEMA)
            rebuilding.drop(work)
        return Rebuilt(count, differed)

    def _build(self, serving: Database, beside: Database, marks: dict[str, int]) -> None:
        """Build everything up to the marks, piece by piece; what was built so far is nobody's yet."""
        with self._building(beside, marks) as build:
            for stage, (log, _, one_in) in LOGS.items():
                self._tell(stage, build(_spans(stage, marks[log], CHUNK * one_in)))
            with serving.begin() as reading:
                self._tell("hazards", build(_chunks(rebuilding.hazards(reading))))
        with beside.begin() as work:
            hazards.count_anew(work)

    @contextmanager
    def _building(self, beside: Database, marks: dict[str, int]) -> Iterator[Build]:
        """In several processes, or in this one: a short history is not worth others."""
        if self._processes == 1 or marks["fact"] < SHORT * CHUNK:
            builder = Builder(beside, self._divisions)
            yield lambda pieces: map(builder.build, pieces)
            return
        with several(self._url, BESIDE, TIMEOUTS, self._processes) as build:
            yield build

    def _tell(self, stage: str, counts: Iterator[int]) -> None:
        done = 0
        for count in counts:
            done += count
            self._say(stage, done)

    def _catch_up(self, work: Work, marks: dict[str, int]) -> None:
        """Take in what came while we built; nobody writes any more."""
        told: list[Told] = []
        for document in rebuilding.documents(work, "fact", marks["fact"], None):
            fact = codec.decode(document)
            told.append((fact, read(fact), document))
        keys: set[HazardKey] = sites.hear(work, site_words(told)) | facts.touched(work, told)
        for chunk in _chunks(rebuilding.documents(work, "decision_record", marks["decision_record"], None)):
            keys |= self._decide(work, chunk)
        for chunk in _chunks(rebuilding.documents(work, "notice_record", marks["notice_record"], None)):
            self._notify(work, chunk)
        for wanted in _chunks(sorted(keys)):
            self._models.fold_again(work, wanted)

    def _decide(self, work: Work, documents: list[bytes]) -> set[HazardKey]:
        return decisions.settle(work, [read_decision(codec.decode(each)) for each in documents], self._divisions)

    def _notify(self, work: Work, documents: list[bytes]) -> None:
        notices.settle(work, [read_notice(codec.decode(each)) for each in documents], self._divisions)

    def _open(self, schema: str) -> Database:
        return Database(
            self._url, schema=schema, application_name="bihuan-reporting-rebuild", pool_size=3, timeouts=TIMEOUTS
        )


def _spans(stage: str, mark: int, size: int) -> Iterator[Rows]:
    return (Rows(stage, after, min(after + size, mark)) for after in range(0, mark, size))


def _chunks(source: Iterable[_T]) -> Iterator[list[_T]]:
    each = iter(source)
    while chunk := list(islice(each, CHUNK)):
        yield chunk
