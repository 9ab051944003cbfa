"""Tables with a short story in them, and the API over them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import psycopg
import pytest
from fastapi.testclient import TestClient

from contracts.roles import Role
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from services.escalation.main import api_app
from services.escalation.metrics import METRICS
from services.escalation.settings import EscalationSettings
from tests.conftest import SignedIn
from tests.integration.escalation_decisions.log import Log, activated, read
from tests.people import as_role
from tests.unit.services.escalation.stories import all_divisions, fact, law_of, moment, report

TABLES = "case_file, deadline, frontier, fact, contribution, decision, decision_record, word, outbox, dead_letter, pack, what_if, recounted, calendar_change"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Three hazards: one major, one overdue and rectified, one in another town; H-1 is used by two systems."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO escalation")
        connection.execute(f"TRUNCATE {TABLES}")
    database = Database(database_url, schema="escalation", application_name="test")
    clock = ManualClock(datetime(2023, 5, 8, tzinfo=UTC))
    handler = EscalationHandler(Engine(law_of("wenling-2023")), Metrics(METRICS), clock, deadlines_at_once=100)
    log = Log()
    log.hear(activated("331081", moment("04-28")), moment("04-28"))
    log.hear(report("05-08 09:00", "H/1"), moment("05-08 09:05"))
    log.hear(report("05-08 10:00", "H-2", level="major", inspection_id="I-2"), moment("05-08 10:05"))
    log.hear(
        report("05-09 09:00", "H-3", tenant="331081006", site={"id": "S-3", "name": "冷库"}), moment("05-09 09:05")
    )
    log.tick(moment("05-22"))
    log.hear(fact("hazard.rectified", "05-22 09:00", hazard_id="H/1", by="u1"), moment("05-22 09:05"))
    for namespace in ("city", "town"):
        twin = report("05-22", "H-9", id_=namespace, site={"id": f"S-{namespace}", "name": "车间"})
        log.hear(msgspec.structs.replace(twin, namespace=namespace), moment("05-22 10:00"))
    read(database, handler, log.tick(moment("05-22 12:00")).records)
    yield database
    database.close()


@pytest.fixture
def api(database: Database, database_url: str, signed_in: SignedIn) -> Iterator[TestClient]:
    """The API process's app, for the office of the province."""
    settings = EscalationSettings(database_url=database_url)
    own = Database(as_role(database_url, "escalation", "api"), schema="escalation", application_name="test")
    with TestClient(api_app(settings, own, all_divisions())) as client:
        client.headers.update(signed_in(Role.PROVINCE))
        yield client
    own.close()
