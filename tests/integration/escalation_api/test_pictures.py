"""Dossier, duties, chains, listings and the ledger of help, asked through the API within one's own tenants."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

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
from tests.unit.services.escalation.stories import fact, law_of, moment


@pytest.fixture(autouse=True)
def more(database: Database) -> None:
    """An accident at S-1, a listed town and a listed site whose term is over, help given to it."""
    clock = ManualClock(datetime(2023, 5, 23, tzinfo=UTC))
    handler = EscalationHandler(Engine(law_of("wenling-2023")), Metrics(METRICS), clock, deadlines_at_once=100)
    log = Log()
    log._number = 100  # the story of the fixture has the numbers before
    for told in (
        fact("accident.reported", "05-21 10:00", accident_id="A/1", category="industrial.mechanical", sector="工贸", deaths=1,
             liability="pending", site_id="S-1"),
        fact("listing.opened", "05-22 10:00", listing_id="G-1", subject={"kind": "area", "id": "331081003"}, level="county",
             until="2099-08-01", batch="2023-1"),
        fact("service.given", "05-22 11:00", site_id="S-1", kind="advice", description="指导用电安全"),
    ):  # fmt: skip
        log.hear(told, moment("05-23"))
    read(database, handler, log.tick(moment("06-02")).records)


def items(api: TestClient, path: str, **asked: str) -> list[dict[str, Any]]:
    answer = api.get(path, params=asked)
    assert answer.status_code == HTTPStatus.OK, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_the_dossier_of_an_accident(api: TestClient) -> None:
    """H/1 was overdue when it happened, and is put right since; its reminder is in the file."""
    (found,) = items(api, "/v1/accidents/A/1/dossier")

    met = {one["hazard_id"]: (one["was_overdue"], one["is_open"]) for one in found["hazards"]}
    assert met["H/1"] == (True, False)
    assert found["site_name"] == "示范机械厂"
    happened = datetime.fromisoformat(found["happened_at"])
    assert all(datetime.fromisoformat(one["decided_at"]) <= happened for one in found["letters"])


def test_the_duties_of_the_office_itself(api: TestClient) -> None:
    """April and May are over without their letters."""
    own = items(api, "/v1/duties", committee="331081", own="true", obligation="prompt_letter")

    assert [(one["period"], one["state"]) for one in own][:2] == [("2023-04", "missed"), ("2023-05", "missed")]
    assert {one["unit"] for one in own} == {"市安委办"}
    assert len(items(api, "/v1/duties", state="missed")) >= 1


def test_a_chain_says_who_blocks(api: TestClient) -> None:
    """Nobody has reported for the half-year yet."""
    (chain,) = items(api, "/v1/chains", committee="331081", period="2023-H1", obligation="half_year_report")

    assert chain["stands_at"] == "town"
    assert chain["links"][0]["expected"] == len(chain["links"][0]["blocks"]) > 0


def test_listings_by_batch(api: TestClient) -> None:
    """A town is listed."""
    answer = api.get("/v1/listings", params={"kind": "area"}).json()

    assert answer["batches"] == [
        {"batch": "2023-1", "level": "county", "kind": "area", "running": 1, "expired": 0, "lifted": 0}
    ]
    assert [(one["listing_id"], one["subject"], one["state"]) for one in answer["items"]] == [
        ("G-1", "331081003", "running")
    ]


def test_help_stands_beside_what_would_stop_a_site(api: TestClient, database: Database) -> None:
    """In the site's ledger, and in the list of proposals."""
    with database.begin() as work:
        work.connection.execute(
            """UPDATE decision SET record = (record::jsonb || '{"measure": "suspension"}')::json, measure = 'suspension'
            WHERE status = 'proposed' AND subject_id = 'H-2'"""
        )

    ledger = items(api, "/v1/sites/S-1/services")
    (proposal,) = [one for one in items(api, "/v1/proposals") if one["measure"] == "suspension"]

    assert [one["description"] for one in ledger] == ["指导用电安全"]
    assert proposal["services"] == ledger


@pytest.mark.parametrize("path", ["/v1/accidents/A/1/dossier", "/v1/sites/S-1/services"], ids=["an accident", "a site"])
def test_what_lies_elsewhere_is_not_there(api: TestClient, signed_in: SignedIn, path: str) -> None:
    """For a county of another city."""
    api.headers.update(signed_in(Role.COUNTY, "330381"))

    assert api.get(path).status_code == HTTPStatus.NOT_FOUND
    assert items(api, "/v1/duties") == items(api, "/v1/listings") == []
