"""What tests of every room need: a clock that stands still, bounded waiting, real programs, a cable that can be cut."""

import datetime as dt
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from runtime.clock import uuid_at

_T = TypeVar("_T")


class ManualClock:
    """A clock that moves only when told; ids count up, so that a test knows them."""

    def __init__(self, now: dt.datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("an instant needs its offset")
        self._now = now
        self._monotonic = 0.0
        self._ids = 0

    def now(self) -> dt.datetime:
        """The instant it was set to, in UTC."""
        return self._now.astimezone(dt.UTC)

    def monotonic(self) -> float:
        """Seconds it was moved forward so far."""
        return self._monotonic

    def uuid(self) -> uuid.UUID:
        """The next id; equal runs give equal ids."""
        self._ids += 1
        return uuid_at(self._now, self._ids.to_bytes(10))

    def advance(self, seconds: float = 0.0, *, to: dt.datetime | None = None) -> None:
        """Move forward by seconds, or to an instant; monotonic time follows and never goes back."""
        step = seconds if to is None else (to - self._now).total_seconds()
        self._now += dt.timedelta(seconds=step)
        self._monotonic += max(step, 0.0)


def eventually(look: Callable[[], _T], *, within: float = 20.0, every: float = 0.05) -> _T:
    """Look again and again until the answer is truthy, and return it; an assertion error after `within` seconds.

    An exception of the look counts as "not yet"; the last one is shown when time is up.
    """
    until = time.monotonic() + within
    while True:
        error: Exception | None = None
        try:
            found = look()
        except Exception as not_yet:  # noqa: BLE001 (whatever it is, it may pass)
            error = not_yet
        else:
            if found:
                return found
        if time.monotonic() > until:
            raise AssertionError(f"not within {within} s: {error!r}" if error else f"not within {within} s")
        time.sleep(every)  # between two looks, up to the time that the test gives


class Program:
    """A program of ours as its own process, with its output kept; started again like a supervisor would when asked."""

    def __init__(self, arguments: Sequence[str], *, environment: Mapping[str, str], output: Path) -> None:
        self._arguments = [sys.executable, *arguments]
        self._environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **environment}
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Program":
        """Start it; returns itself."""
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                self._arguments, env=self._environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        return self

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The running or ended process."""
        if self._process is None:
            raise LookupError("not started")
        return self._process

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def freeze(self) -> None:
        """Stop its every thread, without telling it."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self, within: float = 20.0) -> int:
        """Ask it to end, and return the exit status; it is killed when it does not."""
        if self.process.poll() is None:
            self.thaw()
            self.process.terminate()
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def ended(self, within: float = 20.0) -> int:
        """Wait for it to end by itself; returns the exit status."""
        return self.process.wait(within)

    def output(self) -> str:
        """Everything it wrote so far, over all its lives."""
        return self._output.read_text(encoding="utf-8", errors="replace") if self._output.exists() else ""


def http_status(url: str) -> int:
    """The status of a GET request; raises while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 (tests name their own loopback address)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


class CuttingProxy:
    """A TCP cable to a PostgreSQL server that is cut around COMMIT: before the server hears it, or before it answers."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut: Callable[[int], str | None] = lambda _commit: None
        self.commits = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Listen no more; a socket that is only closed goes on listening for whoever waits in `accept`."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client, server), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with client, server:
            while True:
                for readable in select.select([client, server], [], [])[0]:
                    data = self._received(readable)
                    verdict = self._verdict(data) if readable is client else None
                    if not data or verdict == "before":
                        return
                    (server if readable is client else client).sendall(data)
                    if verdict == "after":
                        self._received(server)  # the answer is read and never passed on: the server has committed
                        return

    def _received(self, one: socket.socket) -> bytes:
        try:
            return one.recv(1 << 16)
        except OSError:
            return b""

    def _verdict(self, data: bytes) -> str | None:
        if b"COMMIT" not in data:
            return None
        with self._lock:
            self.commits += 1
            return self.cut(self.commits)
