"""Processes begin with a port one can find, finish what they do when they are asked to end, and always end."""

import json
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.testing import Program, eventually, http_status
from tests.integration.runtime_process import service

OVERDUE = 75


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Program]:
    """The service on a port the system gives."""
    environment = {"BIHUAN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "BIHUAN_HTTP_PORT": "0"}
    program = Program([str(Path(service.__file__))], environment=environment, output=tmp_path / "log").start()
    yield program
    if program.process.poll() is None:
        program.kill()


def address(program: Program) -> str:
    def served() -> str | None:
        lines = [line for line in program.output().splitlines() if '"serving"' in line]
        return f"http://127.0.0.1:{json.loads(lines[-1])['port']}" if lines else None

    return eventually(served) or ""


def asked(url: str) -> tuple[threading.Thread, list[int]]:
    """A request under way in a thread, and its status once it is there."""
    statuses: list[int] = []

    def ask() -> None:
        try:
            statuses.append(http_status(url))
        except OSError:
            statuses.append(0)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, statuses


def test_an_answer_under_way_is_finished_after_sigterm(api: Program) -> None:
    """A rolling restart makes no 5xx; nobody new is let in."""
    base = address(api)
    thread, statuses = asked(f"{base}/slow")
    eventually(lambda: http_status(f"{base}/healthz/live") == 200)
    status = api.stop()
    thread.join(10)

    assert ([200], -signal.SIGTERM) == (statuses, status)
    with pytest.raises(OSError, match="refused"):
        http_status(f"{base}/healthz/live")


def test_an_answer_that_hangs_does_not_keep_the_process(api: Program) -> None:
    """The grace ends it by force, with a status of its own."""
    base = address(api)
    thread, statuses = asked(f"{base}/hang")
    eventually(lambda: http_status(f"{base}/healthz/live") == 200)
    status = api.stop(within=30)
    thread.join(30)

    assert status in {OVERDUE, -signal.SIGTERM}
    assert statuses == [0]


def test_a_port_that_is_taken_is_said_at_once(tmp_path: Path) -> None:
    """The process ends instead of serving nobody."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = {"BIHUAN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "BIHUAN_HTTP_PORT": port}
        program = Program([str(Path(service.__file__))], environment=environment, output=tmp_path / "log").start()
        status = program.ended()

    assert status != 0
    assert "address already in use" in program.output()
