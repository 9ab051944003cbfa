"""A client of the API process's app over the sample, once for each module."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from starlette.testclient import TestClient

from contracts.divisions import load
from contracts.facts import Fact
from contracts.roles import Role
from runtime.database import Database
from runtime.testing import ManualClock
from services.reporting.handlers.applying import ReadModels
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings
from tests.conftest import SignedIn
from tests.integration.reporting_api.sample import NOW, sample
from tests.integration.reporting_read_models.log import batches, records
from tests.people import as_role

Feed = Callable[[Sequence[Fact]], None]


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    """The schema of reporting of this module's own database."""
    database = Database(database_url, schema="reporting", application_name="test")
    yield database
    database.close()


@pytest.fixture(scope="module")
def feed(database: Database) -> Feed:
    """Hand facts to the read models."""
    models = ReadModels(load())

    def feed(facts: Sequence[Fact]) -> None:
        with database.begin() as work:
            models.handle(work, batches(records(facts)))

    return feed


@pytest.fixture(scope="module")
def served(database_url: str) -> Iterator[Database]:
    """The database as the API process enters it."""
    database = Database(as_role(database_url, "reporting", "api"), schema="reporting", application_name="test")
    yield database
    database.close()


@pytest.fixture(scope="module")
def empty(served: Database, database: Database, database_url: str, signed_in: SignedIn) -> Iterator[TestClient]:
    """A client while nothing is known."""
    settings = ReportingSettings.model_validate({"database_url": database_url})
    with TestClient(api_app(settings, served, load(), ManualClock(NOW))) as client:
        client.headers.update(signed_in(Role.PROVINCE))
        yield client


@pytest.fixture(scope="module")
def client(empty: TestClient, database: Database) -> TestClient:
    """A client that sees the sample."""
    with database.begin() as work:
        ReadModels(load()).handle(work, batches(sample()))
    return empty
