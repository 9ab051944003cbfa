"""Give each module the empty tables of reporting, and a desk that fills forms from them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import psycopg
import pytest

from contracts.divisions import Divisions, load
from contracts.facts import Fact
from contracts.topics import slot_of
from runtime.database import Database
from runtime.testing import ManualClock
from services.reporting.handlers.applying import ReadModels
from services.reporting.handlers.reports import Reports
from services.reporting.packs import charters, formulas
from tests.integration.reporting_read_models.conftest import TABLES
from tests.integration.reporting_read_models.log import batches, records, tick
from tests.unit.services.reporting.facts import at

Feed = Callable[..., None]


@pytest.fixture(scope="session")
def divisions() -> Divisions:
    """The table of division codes."""
    return load()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The schema of reporting with nothing in it."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO reporting")
        connection.execute(f"TRUNCATE {TABLES}")
    database = Database(database_url, schema="reporting", application_name="test")
    yield database
    database.close()


@pytest.fixture
def feed(database: Database, divisions: Divisions) -> Feed:
    """Hand facts over, and a tick up to a moment."""
    models = ReadModels(divisions)

    def feed(facts: Sequence[Fact], until: datetime | None = None) -> None:
        with database.begin() as work:
            models.handle(work, batches(records(facts)))
            if until is not None:
                committees = {fact.committee for fact in facts} or {"330400"}
                for slot in {slot_of(committee) for committee in committees}:
                    models.handle(work, batches([tick(until, slot)]))

    return feed


@pytest.fixture
def desk(database: Database, divisions: Divisions) -> Reports:
    """The desk, in the summer after the campaign."""
    return Reports(database, divisions, ManualClock(at("2020-07-01 12:00")), charters(None), formulas(None))
