"""The problem list with the four steps of each entry, as data and as a page (S2-27)."""

from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient

from contracts.roles import Role
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from services.escalation.metrics import METRICS
from tests.conftest import SignedIn
from tests.integration.escalation_decisions.log import Log, read
from tests.unit.services.escalation.stories import fact, law_of, moment, report


@pytest.fixture(autouse=True)
def story(database: Database) -> None:
    """A major hazard comes back after its close-out and stays for ninety days; then three of the four steps are taken."""
    handler = EscalationHandler(
        Engine(law_of("wenling-2023")),
        Metrics(METRICS),
        ManualClock(datetime(2023, 9, 10, tzinfo=UTC)),
        deadlines_at_once=100,
    )
    log = Log()
    log._number = 100  # the story of the fixture has the numbers before
    site = {"id": "S-9", "name": "示范冷库", "address": "示范路9号", "kind": "unit", "sector": "工贸"}
    for one in (
        report("05-23 09:00", "P-1", level="major", rectify_by=None, site=site),
        fact("hazard.closed", "05-25 09:00", hazard_id="P-1"),
        report("05-26 09:00", "P-2", level="major", rectify_by=None, site=site),
        fact("inspection.completed", "08-28 10:00", inspection_id="I-9", kind="supervisory", site_id="S-9", found=0),
        fact("obligation.fulfilled", "08-30 10:00", tenant="331081", obligation="monthly_consultation", unit="市安委会",
             period="2023-08"),
    ):  # fmt: skip
        log.hear(one, one.time)
    read(database, handler, log.tick(moment("09-10")).records)


def test_each_entry_with_its_steps(api: TestClient) -> None:
    """Considered, told and supervised since its listing, and not assessed yet."""
    (one,) = (each for each in api.get("/v1/problem-list").json()["items"] if each["hazard_id"] == "P-2")

    assert (one["listed_at"][:10], one["considered_at"][:10], one["supervised_at"][:10]) == (
        "2023-08-25",
        "2023-08-30",
        "2023-08-28",
    )
    assert (one["told_at"] is not None, one["assessed_at"], one["is_open"]) == (True, None, True)


def test_the_page_names_the_steps_of_the_notice(api: TestClient) -> None:
    """And says which one is still to be taken."""
    page = api.get("/problem-list")

    assert page.status_code == HTTPStatus.OK
    for words in ("会商研判", "告知提示", "督查督导", "考核晾晒", "示范冷库", "未办"):
        assert words in page.text


def test_another_county_sees_none_of_it(api: TestClient, signed_in: SignedIn) -> None:
    """What lies elsewhere is not on its list."""
    api.headers.update(signed_in(Role.COUNTY, "330302"))

    assert api.get("/v1/problem-list").json()["items"] == []
