"""Give each test hazards in the tables, people who order exports, and a printer."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from starlette.testclient import TestClient

from contracts.divisions import load
from contracts.roles import Role
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.testing import ManualClock
from services.reporting.handlers.applying import ReadModels
from services.reporting.handlers.printing import Shop
from services.reporting.main import api_app
from services.reporting.metrics import REPORTING_METRICS
from services.reporting.settings import ReportingSettings
from services.reporting.worker.printing import Printer
from tests.conftest import SignedIn
from tests.integration.reporting_api.sample import NOW, sample
from tests.integration.reporting_read_models.conftest import TABLES
from tests.integration.reporting_read_models.log import batches
from tests.people import as_role


@pytest.fixture
def clock() -> ManualClock:
    """The clock of API and printer."""
    return ManualClock(NOW)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The schema of reporting with the sample, as a worker enters it."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO reporting")
        connection.execute(f"TRUNCATE {TABLES}")
    database = Database(as_role(database_url, "reporting", "worker"), schema="reporting", application_name="test")
    with database.begin() as work:
        ReadModels(load()).handle(work, batches(sample()))
    yield database
    database.close()


@pytest.fixture
def client(database: Database, database_url: str, clock: ManualClock, signed_in: SignedIn) -> Iterator[TestClient]:
    """A client of the API, which enters the database by its own login; it acts as a county clerk."""
    served = Database(as_role(database_url, "reporting", "api"), schema="reporting", application_name="test")
    settings = ReportingSettings.model_validate({"database_url": database_url})
    with TestClient(api_app(settings, served, load(), clock)) as client:
        client.headers.update(signed_in(Role.COUNTY, "331081"))
        yield client
    served.close()


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Shop:
    """What the process that prints needs; its clock stands where the test's does."""
    clock_file = tmp_path / "clock"
    clock_file.write_text(NOW.isoformat(), encoding="ascii")
    url = as_role(database_url, "reporting", "worker")
    return Shop(url=url, policies=None, clock_file=clock_file, log_level="INFO", kept=timedelta(days=7))


@pytest.fixture
def printer(database: Database, clock: ManualClock, shop: Shop) -> Printer:
    """The printer of one worker."""
    return Printer(database=database, metrics=Metrics([*RUNTIME_METRICS, *REPORTING_METRICS]), clock=clock, shop=shop)
