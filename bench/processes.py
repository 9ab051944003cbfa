"""Start what a measurement needs in a folder that is thrown away, and ask processes what they have used."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
from pydantic import SecretStr

from bench import stream
from bench.escalation import TOPICS, fresh_database
from contracts import divisions
from contracts.divisions import Divisions
from contracts.topics import SLOTS
from deploy.local.testing import Server, start_kafka, start_postgres
from runtime.broker import Admin, NewTopic
from runtime.settings import ProcessSettings
from runtime.testing import Program

SCHEMA = "escalation"
_MICRO = 1e6
_MEGA = 1e6
_PAUSE = 0.02  # seconds between two looks


class TooSlow(Exception):
    """A part took longer than it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured; events unless the name says otherwise."""

    events: int = 100_000
    agent: int = 10_000
    touched: int = 20_000
    stored: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    storm: int = 100_000
    simulated: tuple[int, ...] = (20_000, 100_000, 400_000)
    letters: int = 500
    trusted: int = 20_000
    """Hazards that are there while requests are asked with and without checks."""
    whole: int = 20_000
    seconds_at_half: float = 30.0

    def divided(self, by: int) -> "Sizes":
        """The same measurement, smaller."""
        return Sizes(
            events=self.events // by,
            agent=self.agent // by,
            touched=self.touched // by,
            stored=tuple(number // by for number in self.stored),
            storm=self.storm // by,
            simulated=tuple(number // by for number in self.simulated),
            letters=self.letters // by,
            trusted=self.trusted // by,
            whole=self.whole // by,
            seconds_at_half=max(10.0, self.seconds_at_half / by),
        )


@dataclass(slots=True)
class Stage:
    """The folder, servers and division table of one run; servers start when they are first asked for."""

    folder: Path
    sizes: Sizes
    seconds: float
    profile: bool = False
    table: Divisions = field(default_factory=divisions.load)
    _held: ExitStack = field(default_factory=ExitStack)
    _postgres: Server | None = None
    _kafka: Server | None = None

    @property
    def postgres(self) -> Server:
        """A PostgreSQL that waits for the disk, as in operation."""
        if self._postgres is None:
            self._postgres = start_postgres(self.folder / "postgres", durable=True)
            self._held.callback(self._postgres.stop)
        return self._postgres

    @property
    def kafka(self) -> Server:
        """A Kafka of one node."""
        if self._kafka is None:
            self._kafka = start_kafka(self.folder / "kafka", quick=False)
            self._held.callback(self._kafka.stop)
        return self._kafka

    @property
    def settings(self) -> ProcessSettings:
        """What a client of the broker is told."""
        return ProcessSettings(database_url=SecretStr(""), kafka_brokers=self.kafka.url)

    def database(self, name: str) -> str:
        """The address of an empty database with every schema."""
        return fresh_database(self.postgres.url, f"bench_{name}")

    def empty_topics(self) -> None:
        """Make the topics of escalation anew."""
        admin = Admin(self.settings, client_id="bench")
        try:
            if existing := admin.partitions(TOPICS):
                admin.delete_topics(list(existing))
                until(lambda: not admin.partitions(TOPICS), self.seconds)
            admin.create_topics([NewTopic(name=topic, partitions=SLOTS) for topic in TOPICS])
        finally:
            admin.close()

    def stop(self) -> None:
        """Stop the servers by their handles."""
        self._held.close()

    @contextmanager
    def workers(self, url: str, count: int, *, recorded: Path | None = None) -> Iterator[list[int]]:
        """Run worker processes of escalation; gives their pids. `recorded`: write their statements down in this folder."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            own = Path(name)
            stream.write_packs(own, self.table)
            programs = [
                Program(
                    ["-m", "bench.recording", str(recorded / str(number))]
                    if recorded
                    else ["-m", "services.escalation.main", "worker"],
                    environment={
                        "BIHUAN_DATABASE_URL": url,
                        "BIHUAN_KAFKA_BROKERS": self.kafka.url,
                        "BIHUAN_POLICIES_DIR": str(own),
                        "BIHUAN_DATA_DIR": str(own),
                        "BIHUAN_INSTANCE": f"bench-{number}",
                    },
                    output=own / f"worker-{number}.log",
                )
                for number in range(count)
            ]
            try:
                for program in programs:
                    program.start()
                yield [program.process.pid for program in programs]
            except BaseException as error:
                error.add_note("".join(program.output()[-1500:] for program in programs))
                raise
            finally:
                for program in programs:
                    program.stop()


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a run was at a moment: seconds on a clock, events done, seconds of CPU used so far."""

    at: float
    done: int
    worker: float
    database: float


@dataclass(frozen=True, slots=True)
class Span:
    """What lies between two marks of a run."""

    events: int
    seconds: float
    worker: float
    database: float
    memory: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def worker_cpu(self) -> float:
        """Microseconds of the workers' CPU an event."""
        return self.worker / self.events * _MICRO

    @property
    def database_cpu(self) -> float:
        """Microseconds of the database's CPU an event."""
        return self.database / self.events * _MICRO


def follow(
    done: Callable[[], int], total: int, processes: Sequence[int], server: int, *, within: float, skipped: float = 0.1
) -> Span:
    """Look until `total` events are done; the first `skipped` part (start-up, first fetches) is left out."""
    began, largest = time.perf_counter(), 0.0
    marks: list[Mark] = []
    while not marks or marks[-1].done < total:
        number = done()
        if not marks or number != marks[-1].done:
            marks.append(Mark(time.perf_counter(), number, sum(map(cpu_of, processes)), cpu_of(server)))
        largest = max(largest, *map(memory_of, processes))
        _check(processes)
        if time.perf_counter() - began > within:
            raise TooSlow(f"{number:,} of {total:,} events after {within:.0f} s")
        time.sleep(_PAUSE)
    ended = marks[-1]
    first = next(mark for mark in marks if mark.done >= total * skipped)
    if first is ended:
        first = marks[0]
    return Span(
        ended.done - first.done,
        ended.at - first.at,
        ended.worker - first.worker,
        ended.database - first.database,
        largest,
    )


def until(look: Callable[[], object], within: float, processes: Sequence[int] = ()) -> float:
    """Look until the answer is truthy; gives the seconds that it took. `processes` have to live meanwhile."""
    began = time.perf_counter()
    while not look():
        _check(processes)
        if time.perf_counter() - began > within:
            raise TooSlow(f"not within {within:.0f} s")
        time.sleep(_PAUSE)
    return time.perf_counter() - began


def _check(processes: Sequence[int]) -> None:
    for process in processes:
        if psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
            raise ChildProcessError("a worker has ended")


@contextmanager
def asking(url: str) -> Iterator[Callable[[str], int]]:
    """Give a function that asks the database of escalation for one number."""
    with psycopg.connect(url, autocommit=True, options=f"-c search_path={SCHEMA}") as connection:

        def number(query: str) -> int:
            row = connection.execute(query).fetchone()
            return int(row[0]) if row else 0

        yield number


def cpu_of(process: int) -> float:
    """Seconds of CPU used by a process and by all its children, those that ended included."""
    try:
        top = psutil.Process(process)
        family = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    used = 0.0
    for one in family:
        try:
            used += sum(one.cpu_times()[:4])  # user, system, and both of children that ended
        except psutil.NoSuchProcess:
            continue  # its parent has counted it by now, or will at the next look
    return used


def memory_of(process: int) -> float:
    """Resident megabytes of a process."""
    try:
        return float(psutil.Process(process).memory_info().rss) / _MEGA
    except psutil.NoSuchProcess:
        return 0.0


def load() -> float:
    """How many processes wanted a core, on average over the last minute."""
    return os.getloadavg()[0]
