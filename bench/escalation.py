"""Measure escalation: its handler, the ceiling that the database sets it, and whole workers on a real broker.

`python -m bench.escalation handler|ceiling|worker [--events N] [--profile]`. It needs an own PostgreSQL (and, for
workers, an own Kafka): BIHUAN_DATABASE_URL names any database of a server on which it may make its own.
"""

import argparse
import cProfile
import gc
import os
import pstats
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

from bench import stream
from contracts import divisions
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, SLOTS
from deploy import migrate
from runtime import broker
from runtime.broker import Admin, NewTopic
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.settings import ProcessSettings
from runtime.streams import Record, SlotBatch
from runtime.testing import Program
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.handlers import EscalationHandler
from services.escalation.metrics import METRICS

BATCH = 2000  # records, as the consumer takes them
SCHEMA = "escalation"
TOPICS = (HAZARD_FACTS, ESCALATION_FACTS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one measurement and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.escalation", description=__doc__)
    parser.add_argument("what", choices=("handler", "ceiling", "worker"))
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--url", default=os.environ.get("BIHUAN_DATABASE_URL", ""))
    parser.add_argument("--brokers", default=os.environ.get("BIHUAN_KAFKA_BROKERS", ""))
    parser.add_argument("--profile", action="store_true", help="say where the handler's time goes")
    asked = parser.parse_args(arguments)
    url = fresh_database(asked.url)
    if asked.what == "handler":
        handler(url, asked.events, profiled=asked.profile)
    elif asked.what == "ceiling":
        ceiling(url, asked.url, asked.events)
    else:
        worker(url, asked.brokers, asked.events, asked.workers)
    return 0


def fresh_database(url: str, name: str = "bench_escalation") -> str:
    """An empty database with every schema, on the server of `url`."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    own = url.rsplit("/", 1)[0] + "/" + name
    migrate.ensure_database(own)
    migrate.upgrade(own)
    return own


def handler(url: str, events: int, *, profiled: bool = False) -> None:
    """The handler alone: batches from memory into the database."""
    table = divisions.load()
    metrics = Metrics(METRICS)
    under_test = EscalationHandler(
        Engine(Law(stream.packs(table), table)), metrics, SystemClock(), deadlines_at_once=4000
    )
    database = Database(url, schema=SCHEMA, application_name="bench")
    log = list(stream.records(table, events))
    gc.collect()
    gc.freeze()  # the log is the benchmark's, not the worker's
    profile = cProfile.Profile()
    began, cpu = time.perf_counter(), time.process_time()
    if profiled:
        profile.enable()
    apply_all(under_test, database, log)
    profile.disable()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    decided = count(url, "SELECT count(*) FROM decision_record")
    print(
        f"handler: {events / took:,.0f} events/s, {took / events * 1e6:.0f} us an event, {cpu / events * 1e6:.0f} us of them"
        f" this process's CPU; {decided / events:.0%} of the events decided; memory {memory_of(os.getpid()):.0f} MB;"
        f" {metrics.value('escalation_lazy_loads_total'):.0f} surprises"
    )
    for part in ("loading", "deciding", "saving"):
        spent = metrics.sum("escalation_batch_seconds", part=part) if hasattr(metrics, "sum") else 0.0
        if spent:
            print(f"  {part}: {spent / events * 1e6:.0f} us an event")
    if profiled:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)


def apply_all(under_test: EscalationHandler, database: Database, log: Iterable[Record]) -> None:
    """Hand the log over in batches, each slot's records together, coming again where a tick is stayed at."""
    records = iter(log)
    left: list[Record] = []
    while batch := left + list(islice(records, BATCH - len(left))):
        by_slot: dict[int, list[Record]] = {}
        for record in batch:
            by_slot.setdefault(record.slot, []).append(record)
        with database.begin() as work:
            stays = under_test.handle(
                work, [SlotBatch(HAZARD_FACTS, slot, tuple(some)) for slot, some in by_slot.items()]
            )
        left = [
            record
            for slot, some in by_slot.items()
            if (HAZARD_FACTS, slot) in stays
            for record in some
            if record.offset >= stays[HAZARD_FACTS, slot]
        ]


# ---- the ceiling


class _Recorder:
    """Every statement of a run with its parameters as they went over the wire, a list for each transaction."""

    def __init__(self) -> None:
        self.transactions: list[list[tuple[Any, Any, bool]]] = []

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Listen to every cursor of this process."""
        execute = psycopg.Cursor.execute
        begin = Database.begin
        transactions = self.transactions

        def listening(cursor: Any, query: Any, params: Any = None, **more: Any) -> Any:
            if transactions:
                transactions[-1].append((query, params, cursor.connection.info.pipeline_status != 0))
            return execute(cursor, query, params, **more)

        @contextmanager
        def beginning(database: Database) -> Iterator[Any]:
            transactions.append([])
            with begin(database) as work:
                yield work

        psycopg.Cursor.execute, Database.begin = listening, beginning  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            psycopg.Cursor.execute, Database.begin = execute, begin  # type: ignore[method-assign]


def ceiling(url: str, server: str, events: int) -> None:
    """What the database can do: the statements and parameters of the handler's run, without rules and decoding."""
    table = divisions.load()
    under_test = EscalationHandler(
        Engine(Law(stream.packs(table), table)), Metrics(METRICS), SystemClock(), deadlines_at_once=4000
    )
    recorder = _Recorder()
    with recorder.recording():
        apply_all(under_test, Database(url, schema=SCHEMA, application_name="bench"), stream.records(table, events))
    again = fresh_database(server, "bench_ceiling")
    database = Database(again, schema=SCHEMA, application_name="bench")
    with database.begin() as work:
        work.connection.execute("SELECT 1")
    began, cpu = time.perf_counter(), time.process_time()
    for statements in recorder.transactions:
        with database.begin() as work:
            from services.escalation.store import bulk

            using = bulk.cursor(work)
            plain = [(query, params) for query, params, piped in statements if not piped]
            piped = [(query, params) for query, params, piped in statements if piped]
            for query, params in plain:
                using.execute(query, params)
                if using.description:
                    using.fetchall()
            with work.connection.pipeline():
                for query, params in piped:
                    using.execute(query, params)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"ceiling, 1 connection: {events / took:,.0f} events/s, {took / events * 1e6:.0f} us an event,"
        f" {cpu / events * 1e6:.0f} us of them the client's CPU"
    )


# ---- whole workers


def worker(url: str, brokers: str, events: int, workers: int) -> None:
    """Worker processes with their relay, on a log that was filled before."""
    table = divisions.load()
    settings = ProcessSettings(database_url=SecretStr(url), kafka_brokers=brokers)
    admin = Admin(settings, client_id="bench")
    existing = admin.partitions(TOPICS)
    if existing:
        admin.delete_topics(list(existing))
        while admin.partitions(TOPICS):
            time.sleep(0.2)
    admin.create_topics([NewTopic(name=topic, partitions=SLOTS) for topic in TOPICS])
    fill(settings, stream.records(table, events))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stream.write_packs(folder, table)
        programs = [
            Program(
                ["-m", "services.escalation.main", "worker"],
                environment={
                    "BIHUAN_DATABASE_URL": url,
                    "BIHUAN_KAFKA_BROKERS": brokers,
                    "BIHUAN_POLICIES_DIR": str(folder),
                    "BIHUAN_DATA_DIR": str(folder),
                    "BIHUAN_INSTANCE": f"bench-{number}",
                },
                output=folder / f"worker-{number}.log",
            ).start()
            for number in range(workers)
        ]
        try:
            watch(url, events, [program.process.pid for program in programs])
        except BaseException:
            print(programs[0].output()[-3000:], file=sys.stderr)
            raise
        finally:
            for program in programs:
                program.stop()


def fill(settings: ProcessSettings, log: Iterable[Record]) -> None:
    """Publish a log as the relay of intake would."""
    producer = broker.producer(settings, client_id="bench")
    for record in log:
        producer.send(record.topic, record.value, key=record.key, partition=record.slot, headers=list(record.headers))
    producer.flush(120)
    producer.close()


def watch(url: str, events: int, processes: Sequence[int]) -> None:
    """Print the rate from a tenth of the log to its end, each worker's CPU and its largest memory."""
    marks: list[tuple[float, int, float]] = []
    largest = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"SET search_path TO {SCHEMA}")
        done, before = 0, -1
        while done < events:
            row = connection.execute("SELECT coalesce(sum(last_number), 0)::bigint FROM consumer_position").fetchone()
            done = int(row[0]) if row else 0
            if done != before:
                marks.append((time.perf_counter(), done, sum(map(cpu_of, processes))))
                before = done
            largest = max(largest, *map(memory_of, processes))
            time.sleep(0.05)
    started = next(mark for mark in marks if mark[1] >= events // 10)
    ended = marks[-1]
    number, seconds = ended[1] - started[1], ended[0] - started[0]
    print(
        f"{len(processes)} worker(s): {number / seconds:,.0f} events/s, {(ended[2] - started[2]) / number * 1e6:.0f} us of"
        f" worker CPU an event, at most {largest:.0f} MB in one worker"
    )


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(process: int) -> float:
    """Megabytes of memory that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def count(url: str, query: str) -> int:
    """One number out of the database."""
    with psycopg.connect(url) as connection:
        connection.execute(f"SET search_path TO {SCHEMA}")
        row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0


if __name__ == "__main__":
    sys.exit(main())
