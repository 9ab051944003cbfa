"""Four eyes before what the pack names is confirmed, and referrals whose content only offices and auditors see."""

from http import HTTPStatus

import msgspec
import pytest
from fastapi.testclient import TestClient

from contracts.roles import Role
from contracts.withholding import WITHHELD
from policies import files
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.policy import parse_pack
from services.escalation.handlers import EscalationHandler
from services.escalation.metrics import METRICS
from tests.conftest import SignedIn
from tests.integration.escalation_api.test_proposals import SIGNED, answer, the_proposal
from tests.integration.escalation_decisions.log import Log, read
from tests.unit.services.escalation.stories import all_divisions, fact, moment

STRICT = Law(
    [
        parse_pack(
            files.read(files.folder() / "wenling-2023.yaml")
            | {"four_eyes": {"measures": ["listed_supervision"], "clauses": ["S2-22"]}}
        )
    ],
    all_divisions(),
)


def test_the_second_of_two_persons_is_another(api: TestClient, database: Database, signed_in: SignedIn) -> None:
    """Who confirmed first is in the record, and is sent away the second time; somebody else confirms."""
    decision_id = the_proposal(api)
    data = {"decision_id": decision_id, "verdict": "confirmed", "by": "province.all"} | SIGNED
    log = Log()
    log._number = 100  # the story of the fixture has the numbers before
    log.hear(fact("proposal.decided", "05-22 12:00", tenant="331081", id_="first", **data), moment("05-23"))
    clock = ManualClock(moment("05-23"))
    read(database, EscalationHandler(Engine(STRICT), Metrics(METRICS), clock, deadlines_at_once=9), log.records)

    waiting = api.get("/v1/proposals").json()["items"]
    again = answer(api, decision_id)
    api.headers.update(signed_in(Role.CITY, "331000"))
    other = answer(api, decision_id)

    assert [(one["status"], one["context"]["confirmed_first_by"]) for one in waiting] == [("proposed", "province.all")]
    assert (again.status_code, other.status_code) == (HTTPStatus.CONFLICT, HTTPStatus.ACCEPTED)
    assert "another has to" in again.json()["detail"]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        pytest.param(Role.PROVINCE, True, id="an office"),
        pytest.param(Role.AUDITOR, True, id="the auditor"),
        pytest.param(Role.DEPARTMENT, False, id="a department"),
        pytest.param(Role.TEAM, False, id="a team"),
    ],
)
def test_the_content_of_a_referral(
    api: TestClient, database: Database, signed_in: SignedIn, role: Role, *, sees: bool
) -> None:
    """In lists, by its id and in the hazard's timeline; that there is one is seen by everybody who reads."""
    with database.begin() as work:
        for table in ("decision", "decision_record"):
            work.connection.execute(f"UPDATE {table} SET record = (record::jsonb || '{{\"restricted\": true}}')::json")
    api.headers.update(signed_in(role, "331081"))

    listed = api.get("/v1/decisions", params={"subject": "H/1", "rule": "overdue"}).json()["items"]
    whole = api.get(f"/v1/decisions/{listed[0]['decision_id']}").json()["items"]
    told = api.get("/v1/hazards/H/1/timeline").json()["items"]
    shown = [*listed, *whole, *(one["decision"] for one in told if one["kind"] == "decision")]

    assert len(shown) >= 4
    assert {one["reason"] != WITHHELD for one in shown} == {sees}
    assert {bool(one["facts"]) for one in shown} == {sees}
    assert ("示范机械厂" in msgspec.json.encode(shown).decode()) is sees
    assert {one["status"] for one in shown} >= {"cleared"}
