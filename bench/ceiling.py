"""(a) What the database can do: the statements of (b)'s own run again, without Kafka, decoding or rules.

`python -m bench.ceiling FILE` is one connection: it says `ready`, begins at a line on its input, and says what it took.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import recording, stream, workers
from bench.escalation import fill
from bench.figures import Figure
from bench.processes import SCHEMA, Stage, asking, cpu_of, load, memory_of, until
from bench.recording import Transaction
from runtime.database import Database
from services.escalation.store import bulk

_POSITIONS = ("topic", "slot", "epoch", "expected")
_MAKING_ROOM = b"SELECT make_month("
_SETTLED = 1.0  # seconds: whoever has slots now keeps them


@dataclass(frozen=True, slots=True)
class Recorded:
    """The files of one run of `connections` workers, one each, and how many events it applied."""

    files: tuple[Path, ...]
    events: int


def record(stage: Stage, connections: int) -> Recorded:
    """Run (b)'s workers once more over the same events, and write their statements down.

    They have their slots before the events come, and wait until all of them are there: so each slot stays with one
    worker, batches are full as in (b), and the files can be replayed side by side.
    """
    url = stage.database("recorded")
    stage.empty_topics()
    folder = stage.folder / f"recorded-{connections}"
    folder.mkdir()
    files = [folder / str(number) for number in range(connections)]
    with asking(url) as ask, stage.workers(url, connections, recorded=folder) as pids:
        owners = "SELECT count(DISTINCT owner) FROM consumer_position WHERE owner <> ''"
        until(lambda: ask(owners) == connections, stage.seconds, pids)
        time.sleep(_SETTLED)
        for file in files:
            recording.gate_of(file).touch()
        fill(stage.settings, stream.records(stage.table, stage.sizes.events))
        for file in files:
            recording.gate_of(file).unlink()
        until(lambda: ask(workers.DONE) >= stage.sizes.events, stage.seconds, pids)
    return Recorded(tuple(files), stage.sizes.events)


def measure(stage: Stage, recorded: Recorded) -> Iterator[Figure]:
    """Replay each file on a connection of its own, all at once, into an empty database."""
    url = stage.database("ceiling")
    files = recorded.files
    transactions = [transaction for file in files for transaction in recording.read(file)]
    _lay_out(url, transactions)
    server = stage.postgres.process
    replays = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.ceiling", str(file)],
            env={**os.environ, "BIHUAN_DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for file in files
    ]
    try:
        for replay in replays:
            _line(replay)
        database = cpu_of(server.pid) if server else 0.0
        began = time.perf_counter()
        for replay in replays:
            _start(replay)
        clients = [float(_line(replay)) for replay in replays]
        took = time.perf_counter() - began
        database = (cpu_of(server.pid) if server else 0.0) - database
        memory = max(memory_of(replay.pid) for replay in replays)
    finally:
        for replay in replays:
            replay.kill()
            replay.wait(10)
    yield Figure(
        part="a",
        key=f"a{len(files)}",
        what=f"database ceiling, {len(files)} connection(s)",
        rate=recorded.events / took,
        worker_cpu=sum(clients) / recorded.events * 1e6,
        database_cpu=database / recorded.events * 1e6,
        memory=memory,
        load=load(),
        note=f"{len(transactions)} transactions, {recorded.events / len(transactions):,.0f} events each; memory holds the recording",
    )


def replay(url: str, transactions: Sequence[Transaction]) -> None:
    """Do the same again: what was sent without waiting is sent without waiting."""
    database = Database(url, schema=SCHEMA, application_name="bench ceiling")
    with database.begin() as work:
        work.connection.execute("SELECT 1")
    print("ready", flush=True)
    sys.stdin.readline()
    used = time.process_time()
    for statements in transactions:
        with database.begin() as work:
            using = bulk.cursor(work)
            for statement in statements:
                if not statement.piped and not statement.text.startswith(_MAKING_ROOM):
                    using.execute(statement.text, statement.parameters)
                    if using.description:
                        using.fetchall()
            with work.connection.pipeline():
                for statement in statements:
                    if statement.piped:
                        using.execute(statement.text, statement.parameters)
    print(time.process_time() - used, flush=True)
    sys.stdin.readline()


def _lay_out(url: str, transactions: Sequence[Transaction]) -> None:
    """Put the positions where the recorded run had them, so that each of its moves is one again, and make room.

    One of two workers made the months' tables for both: that comes before everything, and is not measured.
    """
    first: dict[tuple[str, int], tuple[int, int]] = {}
    for statements in transactions:
        topics, slots, epochs, expected = statements[0].parameters[: len(_POSITIONS)]
        for topic, slot, epoch, offset in zip(topics, slots, epochs, expected, strict=True):
            first.setdefault((topic, slot), (epoch, offset))
    with Database(url, schema=SCHEMA, application_name="bench").begin() as work:
        for statement in (one for statements in transactions for one in statements):
            if statement.text.startswith(_MAKING_ROOM):
                bulk.cursor(work).execute(statement.text, statement.parameters)
        for (topic, slot), (epoch, offset) in first.items():
            work.connection.execute(
                "INSERT INTO consumer_position (topic, slot, epoch, next_offset) VALUES (%s, %s, %s, %s)",
                (topic, slot, epoch, offset),
            )


def _start(replay: "subprocess.Popen[str]") -> None:
    if replay.stdin is not None:
        replay.stdin.write("\n")
        replay.stdin.flush()


def _line(replay: "subprocess.Popen[str]") -> str:
    line = replay.stdout.readline() if replay.stdout is not None else ""
    if not line:
        raise RuntimeError(f"a connection ended with {replay.wait(10)}")
    return line


if __name__ == "__main__":
    replay(os.environ["BIHUAN_DATABASE_URL"], recording.read(Path(sys.argv[1])))
