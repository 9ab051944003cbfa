"""Give tests of tip-offs an empty desk, the door on the street and the office behind it."""

import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from contracts import divisions
from contracts.roles import Role
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.testing import ManualClock
from services.intake.core.committees import Committees
from services.intake.handlers.registering import Doorkeeper
from services.intake.handlers.tip_offs import TipOffDesk, open_desk
from tests.conftest import SignedIn
from tests.integration.intake_doors.scene import ROOTS
from tests.integration.intake_tip_offs.scene import TOLD, Told, api, settings
from tests.people import as_role


@pytest.fixture(autouse=True)
def empty(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")  # past the trigger that keeps what is on record
        owner.execute(
            "TRUNCATE intake.sender_quota, intake.tip_off, intake.tip_off_act, intake.outbox, intake.event_id, pii.person, pii.sealed, pii.opening CASCADE"
        )


@pytest.fixture(scope="module")
def own(database_url: str) -> Iterator[Database]:
    """Intake's schema as its API process enters it: row security holds."""
    opened = Database(as_role(database_url, "intake", "api"), schema="intake", application_name="test")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(SystemClock().now())


@pytest.fixture(scope="module")
def street(own: Database) -> FastAPI:
    """The API process's app."""
    return api(own, SystemClock())


@pytest.fixture
def client(street: FastAPI) -> Iterator[TestClient]:
    """Somebody on the street whom the page has not met yet."""
    with TestClient(street, raise_server_exceptions=False) as opened:
        opened.headers["x-sender"] = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
        yield opened


@pytest.fixture
def told(client: TestClient) -> Told:
    """Tell of a hazard by the page; returns the receipt code."""

    def tell(files: list[tuple[str, Any]] | None = None, **changes: str) -> str:
        answer = client.post("/tip-off", data={**TOLD, **changes}, files=files or [])
        assert 201 == answer.status_code, answer.text
        (code,) = re.findall(r'<p class="receipt">([^<]+)</p>', answer.text)
        return str(code)

    return tell


@pytest.fixture
def handler(signed_in: SignedIn) -> dict[str, str]:
    return signed_in(Role.HANDLER, "331081")


@pytest.fixture
def desk(database_url: str, clock: ManualClock) -> Iterator[Callable[[str], TipOffDesk]]:
    """The desk as the command line and the worker have it, with any master keys."""
    table = divisions.load()
    opened = Database(database_url, schema="intake", application_name="test")
    doorkeeper = Doorkeeper(divisions=table, committees=Committees(table, ROOTS), clock=SystemClock())
    yield lambda masters: open_desk(settings(masters), opened, clock, doorkeeper, table)
    opened.close()
