"""Give each test the empty tables of reporting."""

from collections.abc import Iterator

import psycopg
import pytest

from contracts.divisions import Divisions, load
from runtime.database import Database
from services.reporting.handlers.applying import ReadModels

TABLES = "fact, hazard, decision, decision_record, notice, notice_record, notice_decision, site, tally, flow, cause, frontier, exporter, hazard_text, export, export_piece"


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
def models(divisions: Divisions) -> ReadModels:
    """The handler under test."""
    return ReadModels(divisions)
