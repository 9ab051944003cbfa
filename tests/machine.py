"""Start the whole product on ports and in a folder of its own, drive it as an operator does, and look inside."""

import json
import os
import pty
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.local import jars, machine, ports, supervisor
from deploy.local.places import CLONE, places
from deploy.local.ports import LOOPBACK
from runtime.settings import ProcessSettings

UP_WITHIN = 400.0  # seconds; forty on two idle cores, and many times that on busy ones


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Machine:
    """The whole product on one machine; `told` are settings that all its processes and commands get.

    `clone` is where its code lies: another release's, where it is not ours.
    """

    def __init__(self, folder: Path, clone: Path = CLONE, **told: str) -> None:
        jars.fetch(jars.read_list(jars.LIST.read_text(encoding="utf-8")), places().jars)
        (folder / "kafka").mkdir(parents=True)
        (folder / "kafka" / "jars").symlink_to(places().jars)
        ours = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")}
        self._environment = {**ours, **told, "BIHUAN_LOCAL_DIR": str(folder)}
        self._folder = folder
        self._clone = clone

    def up(self) -> None:
        """Start everything but the demonstration, and wait until all is ready."""
        base = ports.free_block(24)
        chosen = {"--kafka-port": base + 20, "--pg-port": base + 22, "--http-port": base}
        self.run("up", "--no-demo", *(str(word) for pair in chosen.items() for word in pair))
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("BIHUAN_LOCAL_DIR", str(self._folder))
            self.here = machine.load()
        self.settings = ProcessSettings(
            database_url=self.here.database_url_file.read_text(encoding="utf-8").strip(),
            kafka_brokers=self.here.brokers,
        )

    def down(self) -> None:
        """Stop everything; harmless when nothing runs."""
        self.ended("down")

    def run(self, *arguments: str, **told: str) -> str:
        """What a command prints, with some more settings; it has to end well."""
        done = self.ended(*arguments, **told)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ended(self, *arguments: str, **told: str) -> subprocess.CompletedProcess[str]:
        """A command that has ended, well or not."""
        return subprocess.run(
            [sys.executable, "-m", "bihuan", *arguments],
            cwd=self._clone,
            env=self._environment | told,
            capture_output=True,
            text=True,
            check=False,
            timeout=UP_WITHIN,
        )

    def at_a_terminal(self, *arguments: str) -> tuple[str, str]:
        """What a command prints, and what it shows to who sits at a terminal; it has to end well."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "bihuan", *arguments],
            cwd=self._clone,
            env=self._environment | {"TERM": "xterm", "COLUMNS": "100"},
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
        ) as running:
            os.close(theirs)
            shown = b"".join(_all_of(ours))
            printed = running.stdout.read() if running.stdout else ""
        told = shown.decode("utf-8", "replace")
        assert running.returncode == 0, told
        return printed, told

    def pid(self, name: str) -> int:
        return supervisor.states(self.here)[name].pid

    def pids(self) -> dict[str, int]:
        """The process of each service."""
        states = supervisor.states(self.here)
        return {program.name: states[program.name].pid for program in self.here.programs if program.is_service}

    def kill(self, name: str) -> None:
        if pid := self.pid(name):
            os.kill(pid, signal.SIGKILL)

    def stop(self, name: str) -> None:
        """Let the supervisor end a process, and leave it so."""
        supervisor._call(self.here, "stopProcess", f"services:{name}")

    def start(self, name: str) -> None:
        """Let the supervisor start a process again."""
        supervisor._call(self.here, "startProcess", f"services:{name}", False)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What a query on the product's database gives."""
        with closing(psycopg.connect(self.settings.database_url.get_secret_value())) as connection:
            return connection.execute(query, parameters or None).fetchall()  # type: ignore[arg-type]

    def address(self, service: str, role: str = "api") -> str:
        return f"http://{LOOPBACK}:{self.here.ports.of(service, role)}"

    @cached_property
    def token(self) -> str:
        """A session of the first administrator, who sees everything."""
        return self.run("people", "token", "admin").strip()

    def get(self, service: str, path: str, *, key: str = "", role: str = "api") -> Answer:
        """The answer to the key's system, else to the first administrator."""
        headers = {"authorization": f"Bearer {key or self.token}"}
        return asked(urllib.request.Request(self.address(service, role) + path, headers=headers))  # noqa: S310 (ours)

    def post(self, service: str, path: str, body: bytes = b"", *, key: str = "", content_type: str = "") -> Answer:
        headers = {"authorization": f"Bearer {key or self.token}"}
        headers |= {"content-type": content_type} if content_type else {}
        return asked(urllib.request.Request(self.address(service) + path, body, headers))  # noqa: S310 (ours)

    def metric(self, service: str, name: str, role: str = "worker", **labels: str) -> float:
        """The present value of one series; 0 where there is none."""
        wanted = {f'{label}="{value}"' for label, value in labels.items()}
        for line in self.get(service, "/metrics", role=role).text.splitlines():
            series, _, value = line.rpartition(" ")
            found, _, rest = series.partition("{")
            if found == name and wanted <= set(rest.rstrip("}").split(",")):
                return float(value)
        return 0.0


def _all_of(terminal: int) -> Iterator[bytes]:
    """What comes until the other end of a terminal is closed."""
    try:
        while piece := os.read(terminal, 65_536):
            yield piece
    except OSError:  # Linux says so when nobody holds the other end any more
        return
    finally:
        os.close(terminal)


def asked(request: urllib.request.Request) -> Answer:
    """The answer to a request, whatever its status."""
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (tests name their own machine)
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read())
