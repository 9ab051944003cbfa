"""A city's risk platform on the loopback interface, and reporting's schema with a few hazards at placed sites."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from contracts.divisions import load
from contracts.facts import Fact
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.testing import ManualClock
from services.reporting.channels.risk_map import RiskPlatform
from services.reporting.handlers.applying import ReadModels
from services.reporting.metrics import REPORTING_METRICS
from services.reporting.worker.pushing import Pusher
from tests.integration.reporting_api.sample import NOW
from tests.integration.reporting_read_models.log import batches, records

SECRET = "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"  # invented


@dataclass
class Platform:
    """What it was told, and what it answers next (200 once its answers are used up)."""

    address: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A real HTTP server."""
    kept = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            kept.bodies.append(body)
            kept.heard.append(json.loads(body))
            kept.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, headers = kept.answers.pop(0) if kept.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 (its contract)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    kept.address = f"http://127.0.0.1:{server.server_address[1]}/hazards"
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Reporting's schema with nothing to tell."""
    database = Database(database_url, schema="reporting", application_name="test")
    with database.begin() as work:
        work.connection.execute(
            "TRUNCATE fact, hazard, site, tally, flow, cause, risk_push, risk_platform, dead_letter"
        )
    yield database
    database.close()


@pytest.fixture
def feed(database: Database) -> Callable[[list[Fact]], None]:
    """Hand facts to read models that tell another platform."""
    models = ReadModels(load(), told_on=True)

    def feed(facts: list[Fact]) -> None:
        with database.begin() as work:
            models.handle(work, batches(records(facts)))

    return feed


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics([*RUNTIME_METRICS, *REPORTING_METRICS])


@pytest.fixture
def push(database: Database, platform: Platform, metrics: Metrics, clock: ManualClock) -> Callable[[], int]:
    """Tell what is due; returns how much that was."""

    async def once() -> int:
        door = RiskPlatform(platform.address, secret=SECRET)
        try:
            return await Pusher(database=database, platform=door, metrics=metrics, clock=clock).turn()
        finally:
            await door.close()

    return lambda: asyncio.run(once())
