"""Give each test the empty tables of escalation and a handler with the Wenling pack."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from services.escalation.metrics import METRICS
from tests.unit.services.escalation.stories import law_of

TABLES = "case_file, deadline, frontier, fact, contribution, decision, decision_record, outbox, dead_letter, pack, calendar_change, recounted"

MakeHandler = Callable[..., EscalationHandler]


def emptied(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO escalation")
        connection.execute(f"TRUNCATE {TABLES}")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The schema of escalation with nothing in it."""
    emptied(database_url)
    database = Database(database_url, schema="escalation", application_name="test")
    yield database
    database.close()


@pytest.fixture
def engine() -> Engine:
    """The core under the Wenling pack."""
    return Engine(law_of("wenling-2023"))


@pytest.fixture
def clock() -> ManualClock:
    """Stands still."""
    return ManualClock(datetime(2023, 5, 8, tzinfo=UTC))


@pytest.fixture
def metrics() -> Metrics:
    """What the handler counts."""
    return Metrics(METRICS)


@pytest.fixture
def make_handler(engine: Engine, metrics: Metrics, clock: ManualClock) -> MakeHandler:
    """Handlers with another limit of deadlines."""

    def make(deadlines_at_once: int = 4000) -> EscalationHandler:
        return EscalationHandler(engine, metrics, clock, deadlines_at_once=deadlines_at_once)

    return make


@pytest.fixture
def handler(make_handler: MakeHandler) -> EscalationHandler:
    """The handler under test."""
    return make_handler()
