"""Throw-away broker and database for tests and benchmarks: real servers, free ports, a folder that is thrown away."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from deploy.local import children, jars, ports
from deploy.local.kafka import Kafka
from deploy.local.places import places
from deploy.local.postgres import Postgres
from deploy.local.trouble import Trouble

START_WITHIN = 60.0  # seconds, on two cores that others use too
STOP_WITHIN = 20.0  # seconds
PAUSE = 0.05  # seconds between two looks


class DidNotStart(Trouble):
    """A server left or did not answer in time; the message ends with the last lines it wrote."""


@dataclass(kw_only=True)
class Server:
    """A running server; it ends with the thread that started it, and `start` after `kill` keeps data and port."""

    url: str
    folder: Path
    command: list[str]
    last_signal: signal.Signals
    as_root: bool
    prepare: Callable[[], None]
    answers: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start and wait until it answers."""
        self.prepare()
        with (self.folder / "output.log").open("ab") as output:
            self.process = subprocess.Popen(
                children.command(self.command, last_signal=self.last_signal, as_root=self.as_root),
                cwd=self.folder,
                env=children.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        until = time.monotonic() + START_WITHIN
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise DidNotStart(f"{self.command[0]} in {self.folder}:\n{self._last_lines()}")
            time.sleep(PAUSE)  # it answers when it is up: until then it is asked again

    def stop(self) -> None:
        """End it in order; harmless when it does not run."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.last_signal)
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(STOP_WITHIN)

    def freeze(self) -> None:
        """Stop it from answering without ending it; `thaw` lets it go on."""
        os.kill(self._pid(), signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        os.kill(self._pid(), signal.SIGCONT)

    def _pid(self) -> int:
        if self.process is None:
            raise DidNotStart("not started")
        return self.process.pid

    def _last_lines(self) -> str:
        text = ""
        for name in ("output.log", "kafka.log"):
            path = self.folder / name
            if path.exists():
                text += "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        return text


def start_postgres(
    folder: Path,
    *,
    port: int = 0,
    durable: bool = False,
    settings: Mapping[str, str] | None = None,
    programs: Path | None = None,
) -> Server:
    """Start an own PostgreSQL in `folder`; `.url` is the address of its database `postgres`, as superuser.

    Without `durable` it does not wait for the disk: safe against kill -9 of the server, not against a power cut.
    `programs` is the folder of another PostgreSQL than the wheel's.
    """
    haste = {} if durable else {"fsync": "off", "full_page_writes": "off"}
    postgres = Postgres(
        folder=folder,
        port=port or ports.free_port(),
        settings={"max_connections": "200", **haste, **(settings or {})},
        programs=programs,
    )
    postgres.prepare()  # makes the password, which the address needs
    url = postgres.url()
    server = Server(
        url=url,
        folder=folder,
        command=postgres.command(),
        last_signal=signal.SIGINT,  # a fast shutdown: clients are sent away
        as_root=False,
        prepare=postgres.prepare,
        answers=lambda: _database_answers(url),
    )
    server.start()
    return server


def start_kafka(
    folder: Path,
    *,
    port: int = 0,
    quick: bool = True,
    settings: Mapping[str, str] | None = None,
    users: Mapping[str, str] | None = None,
) -> Server:
    """Start an own single-node Kafka in `folder`; `.url` is its bootstrap address.

    `quick` starts sooner and uses less of the machine; benchmarks want False. `settings` and `users`: see `Kafka`.
    """
    free = ports.free_ports(2)
    jar_cache = places().jars
    jars.fetch(jars.read_list(jars.LIST.read_text(encoding="utf-8")), jar_cache)
    kafka = Kafka(
        folder=folder,
        port=port or free[0],
        controller_port=free[1],
        jar_cache=jar_cache,
        quick=quick,
        settings=settings or {},
        users=users or {},
    )
    server = Server(
        url=kafka.brokers,
        folder=folder,
        command=kafka.command(),
        last_signal=signal.SIGTERM,
        as_root=True,
        prepare=kafka.prepare,
        answers=lambda: _broker_answers(kafka.port),
    )
    server.start()
    return server


def _database_answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _broker_answers(port: int) -> bool:
    """Whether the broker is open; it opens its port once it is registered and may serve."""
    return ports.is_open(port)
