"""Run a worker of escalation and write down every statement of its batch transactions: `python -m bench.recording FILE`.

The file holds one pickle after another: a transaction as a list of statements with their parameters as they were bound.
"""

import pickle
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import psycopg
from psycopg import sql

from runtime.database import Database, Work
from services.escalation import main as escalation

FIRST_WORDS = b"UPDATE consumer_position p\n        SET next_offset"
"""How a batch transaction begins: it moves the positions."""


_BATCHES = "batches"  # the thread of the consumer that works in the database
_PAUSE = 0.01  # seconds between two looks at the gate


class Statement(NamedTuple):
    """One statement: its text, its parameters, and whether it was sent without waiting for the one before."""

    text: bytes
    parameters: Any
    piped: bool


Transaction = list[Statement]


class _Heard(threading.local):
    """The transaction that this thread is in."""

    transaction: Transaction | None = None


@contextmanager
def recording(into: IO[bytes], gate: Path) -> Iterator[None]:
    """Listen to every cursor of this process; a batch transaction is written down once it is committed.

    No batch begins while the file `gate` exists.
    """
    execute, begin = psycopg.Cursor.execute, Database.begin
    heard, writing = _Heard(), threading.Lock()

    def listening(cursor: Any, query: Any, params: Any = None, **more: Any) -> Any:
        if heard.transaction is not None:
            piped = cursor.connection.info.pipeline_status != psycopg.pq.PipelineStatus.OFF
            heard.transaction.append(Statement(_bytes_of(query, cursor), params, piped))
        return execute(cursor, query, params, **more)

    @contextmanager
    def beginning(database: Database) -> Iterator[Work]:
        while threading.current_thread().name.startswith(_BATCHES) and gate.exists():
            time.sleep(_PAUSE)
        with begin(database) as work:
            mine: Transaction = []
            heard.transaction = mine
            try:
                yield work
            finally:
                heard.transaction = None
        if mine and mine[0].text.startswith(FIRST_WORDS):
            with writing:
                pickle.dump(list(map(tuple, mine)), into, pickle.HIGHEST_PROTOCOL)
                into.flush()

    psycopg.Cursor.execute, Database.begin = listening, beginning  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        psycopg.Cursor.execute, Database.begin = execute, begin  # type: ignore[method-assign]


def gate_of(file: Path) -> Path:
    """The file that holds back a worker which writes its statements to `file`."""
    return file.with_suffix(".gate")


def read(file: Path) -> list[Transaction]:
    """What was recorded, in its order."""
    transactions: list[Transaction] = []
    with file.open("rb") as source:
        while True:
            try:
                statements = pickle.load(source)  # noqa: S301 (written by this run, for this run)
            except EOFError:
                return transactions
            transactions.append([Statement(*statement) for statement in statements])


def _bytes_of(query: Any, cursor: Any) -> bytes:
    if isinstance(query, sql.Composable):
        return query.as_bytes(cursor)
    return query if isinstance(query, bytes) else str(query).encode()


if __name__ == "__main__":
    written = Path(sys.argv[1])
    with written.open("wb") as file, recording(file, gate_of(written)):
        sys.exit(escalation.main(["worker"]))
