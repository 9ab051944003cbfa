"""A client of the API process's app over a few hazards of two towns, once for each module."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from contracts.divisions import load
from contracts.facts import Fact
from contracts.topics import slot_of
from contracts.vocabulary import NoticeState, RuleId, Status
from runtime.database import Database
from services.reporting.handlers import ReadModels
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings
from tests.integration.reporting_read_models.log import batches, decided, records, tick, told
from tests.unit.services.reporting.facts import at, follow, reported

NOW = at("2023-06-01 12:00")
HOSTILE = "{{7*7}}<script>alert(1)</script>"


class FixedClock:
    """It is always `NOW`."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def uuid(self) -> UUID:
        return UUID(int=0)


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
def empty(database: Database, database_url: str) -> Iterator[TestClient]:
    """A client while nothing is known."""
    settings = ReportingSettings.model_validate({"database_url": database_url})
    with TestClient(api_app(settings, database, load(), FixedClock())) as client:
        yield client


@pytest.fixture(scope="module")
def client(empty: TestClient, feed: Feed, database: Database) -> TestClient:
    """A client with five hazards: overdue, failed again, closed, hostile, and one that another system calls the same."""
    site = {"id": "S-2", "name": "<b>示范</b>塑料厂", "address": "示范路2号", "kind": "unit", "sector": "消防"}
    same = reported(at("2023-05-12 09:00"), event_id="other", source="/inspection/other", hazard_id="117")
    feed(
        [
            reported(hazard_id="H-1"),
            decided("H-1", Status.RAISED, at("2023-05-21 00:00"), number=1, since=at("2023-05-21 00:00")),
            told("overdue-first-H-1", NoticeState.DELIVERED, at("2023-05-21 00:02"), number=1),
            reported(at("2023-05-09 09:00"), event_id="r2", hazard_id="117", level="major", rectify_by="2023-05-15"),
            follow("rectified", at("2023-05-16 09:00"), event_id="d2", hazard_id="117", by="乙一"),
            follow("reinspected", at("2023-05-17 09:00"), event_id="f2", hazard_id="117", passed=False),
            decided("117", Status.RAISED, at("2023-05-17 09:00"), number=2, since=at("2023-05-16 00:00")),
            decided(
                "117",
                Status.PROPOSED,
                at("2023-06-01 08:00"),
                number=3,
                rule=RuleId.MAJOR_HAZARD,
                step="",
                reason="建议挂牌督办。",
            ),
            reported(at("2023-05-10 09:00"), event_id="r3", hazard_id="H-3", tenant="331081001"),
            follow("closed", at("2023-05-19 09:00"), event_id="c3", hazard_id="H-3", tenant="331081001"),
            reported(
                at("2023-05-30 09:00"),
                event_id="r4",
                hazard_id="<script>/4?",
                tenant="331081001",
                site=site,
                sector="消防",
                description=HOSTILE,
                rectify_by=None,
            ),
        ]
    )
    import msgspec

    feed([msgspec.structs.replace(same, namespace="other")])
    with database.begin() as work:
        ReadModels(load()).handle(work, batches([tick(at("2023-06-01 11:59"), slot_of("331081"))]))
    return empty
