"""Give the door tests intake's schema, a registered source, and events to send."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from contracts import divisions
from contracts.vocabulary import Door
from runtime.database import Database
from services.intake.core.admission import Admission, Sender
from services.intake.core.cloudevents import assemble
from services.intake.core.committees import Committees
from services.intake.handlers.taking import Arrival
from services.intake.store import sources
from tests.integration.intake_doors.scene import COUNTY, NOW, ROOTS

TABLES = "event_id, outbox, dead_letter, source_attribute, source, ledger_event, import_job, heard_day"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Intake's schema, emptied, with the county's system registered."""
    opened = Database(database_url, schema="intake", application_name="test")
    with opened.begin() as work:
        work.connection.execute(f"TRUNCATE {TABLES} CASCADE")
        sources.register(work, COUNTY)
    yield opened
    opened.close()


@pytest.fixture
def admission(database: Database) -> Admission:
    """What judges by the registry in the database."""
    with database.begin() as work:
        registry = sources.load(work)
    table = divisions.load()
    return Admission(divisions=table, committees=Committees(table, ROOTS), registry=registry)


@pytest.fixture
def arrive(admission: Admission) -> Callable[..., Arrival]:
    """Bring an event or any bytes to the HTTP door of the county's system."""
    sender = Sender(source=COUNTY, door=Door.HTTP, tenants=COUNTY.tenants, historic=False)
    standing = admission.standing(sender)

    def bring(document: dict[str, Any] | bytes, *, at: datetime = NOW) -> Arrival:
        body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        judged = admission.admit(assemble(body), sender, standing, received_at=at)
        return Arrival(judged=judged, body=body, door=Door.HTTP, origin={"slug": "county", "client": "test"})

    return bring
