"""Rebuild every read model from the facts and records that are kept, while the old ones serve."""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

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
from services.reporting.handlers.folding import fold_all
from services.reporting.store import decisions, facts, flows, hazards, notices, rebuilding, sites

if TYPE_CHECKING:
    from services.reporting.store.facts import Told

CHUNK: Final = 2_000
SHORT: Final = 5
"""Chunks that one process folds sooner than others could begin."""
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
        """Fold everything up to the marks, a chunk a transaction; what was built so far is nobody's yet."""
        with serving.begin() as reading:
            settlers: list[tuple[str, Iterable[Any], Callable[[Work, list[Any]], object]]] = [
                ("sites", self._site_documents(reading, marks), self._hear),
                (
                    "decisions",
                    rebuilding.documents(reading, "decision_record", 0, marks["decision_record"]),
                    self._decide,
                ),
                ("notices", rebuilding.documents(reading, "notice_record", 0, marks["notice_record"]), self._notify),
            ]
            for stage, source, settle in settlers:
                done = 0
                for chunk in _chunks(source):
                    with beside.begin() as work:
                        settle(work, chunk)
                    done += len(chunk)
                    self._say(stage, done)
            self._fold(reading, beside)
        with beside.begin() as work:
            hazards.count_anew(work)

    def _fold(self, reading: Work, beside: Database) -> None:
        """Fold every hazard; a short history is not worth other processes."""
        chunks = _chunks(rebuilding.hazards(reading))
        first = list(islice(chunks, SHORT))
        done = 0
        if self._processes == 1 or len(first) < SHORT:
            for chunk in chain(first, chunks):
                with beside.begin() as work:
                    self._models.build(work, chunk)
                done += len(chunk)
                self._say("hazards", done)
            return
        for count in fold_all(self._url, BESIDE, TIMEOUTS, chain(first, chunks), self._processes):
            done += count
            self._say("hazards", done)

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

    def _site_documents(self, work: Work, marks: dict[str, int]) -> Iterator[bytes]:
        return rebuilding.documents(work, "fact", 0, marks["fact"], "site_id IS NOT NULL")

    def _hear(self, work: Work, documents: list[bytes]) -> None:
        told = [(fact, read(fact), b"") for fact in map(codec.decode, documents)]
        sites.hear(work, site_words(told))

    def _decide(self, work: Work, documents: list[bytes]) -> set[HazardKey]:
        return decisions.settle(work, [read_decision(codec.decode(each)) for each in documents], self._divisions)

    def _notify(self, work: Work, documents: list[bytes]) -> None:
        notices.settle(work, [read_notice(codec.decode(each)) for each in documents], self._divisions)

    def _open(self, schema: str) -> Database:
        return Database(
            self._url, schema=schema, application_name="bihuan-reporting-rebuild", pool_size=3, timeouts=TIMEOUTS
        )


def _chunks(source: Iterable[_T]) -> Iterator[list[_T]]:
    each = iter(source)
    while chunk := list(islice(each, CHUNK)):
        yield chunk
