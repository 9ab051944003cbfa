"""A named person confirms or rejects through the API: once, with reason and document, and the log has the last word."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from contracts.events import Event, read_event
from contracts.facts import Fact
from contracts.topics import PEOPLE_FACTS
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from services.escalation.metrics import METRICS
from tests.integration.escalation_decisions.log import Log, read, rows
from tests.unit.services.escalation.stories import fact, law_of, moment

SIGNED = {"reason": "事实清楚，同意挂牌", "document_no": "温安〔2023〕11号"}
UNSIGNED = {"reason": "已当场整改"}


def the_proposal(api: TestClient) -> str:
    (item,) = api.get("/v1/proposals").json()["items"]
    return str(item["decision_id"])


def answer(api: TestClient, decision_id: str, yes_or_no: str = "confirm", **body: Any) -> Response:
    return api.post(f"/v1/proposals/{decision_id}/{yes_or_no}", json=body or SIGNED)


def announced(database: Database) -> list[dict[str, Any]]:
    """What waits to be published on the people's topic."""
    found = rows(database, "SELECT slot, key, value FROM outbox WHERE topic = %s ORDER BY id", PEOPLE_FACTS)
    return [{"slot": slot, "key": bytes(key)} | msgspec.json.decode(bytes(value)) for slot, key, value in found]


def hear(database: Database, *told: Fact) -> None:
    """Let the worker read what came back from the log."""
    clock = ManualClock(datetime(2023, 5, 23, tzinfo=UTC))
    handler = EscalationHandler(Engine(law_of("wenling-2023")), Metrics(METRICS), clock, deadlines_at_once=100)
    log = Log()
    log._number = 100  # the story of the fixture has the numbers before
    for one in told:
        log.hear(one, moment("05-23"))
    read(database, handler, log.records)


@pytest.mark.parametrize(
    ("yes_or_no", "body", "verdict"),
    [("confirm", SIGNED, "confirmed"), ("reject", UNSIGNED, "rejected"), ("reject", SIGNED, "rejected")],
)
def test_a_word_goes_to_the_log(
    api: TestClient, database: Database, yes_or_no: str, body: dict[str, str], verdict: str
) -> None:
    """As a fact of people, which intake takes in like any other; the decision itself stands as before."""
    decision_id = the_proposal(api)

    answered = answer(api, decision_id, yes_or_no, **body)

    (said,) = announced(database)
    judged = read_event({key: value for key, value in said.items() if key not in ("slot", "key")}, people=True)
    assert answered.status_code == HTTPStatus.ACCEPTED
    assert answered.json() == {"decision_id": decision_id, "verdict": verdict, "event_id": said["id"]}
    assert isinstance(judged, Event)
    assert (said["slot"], said["key"], said["tenant"], said["source"]) == (0, b"331081", "331081", "/bihuan/people")
    assert said["data"] == {"decision_id": decision_id, "verdict": verdict, "by": "province.all"} | body
    assert the_proposal(api) == decision_id


@pytest.mark.parametrize("second", ["confirm", "reject"])
def test_the_second_word_is_too_late(api: TestClient, database: Database, second: str) -> None:
    """Also while the first is on its way."""
    decision_id = the_proposal(api)
    answer(api, decision_id)

    late = answer(api, decision_id, second)

    assert (late.status_code, late.json()["detail"]) == (HTTPStatus.CONFLICT, "somebody has decided it already")
    assert len(announced(database)) == 1


def test_what_was_decided_is_decided(api: TestClient, database: Database) -> None:
    """The word came back: nobody is asked any more, and the proposal is in nobody's list."""
    decision_id = the_proposal(api)
    data = {"decision_id": decision_id, "verdict": "confirmed", "by": "u1"} | SIGNED
    hear(database, fact("proposal.decided", "05-22 12:00", tenant="331081", id_="word", **data))

    late = answer(api, decision_id, "reject")

    assert (late.status_code, late.json()["detail"]) == (
        HTTPStatus.CONFLICT,
        "nobody is asked about it: it is confirmed",
    )
    assert api.get("/v1/proposals").json()["items"] == []
    assert announced(database) == []


@pytest.mark.parametrize(("yes_or_no", "verdict"), [("confirm", "upheld"), ("reject", "lifted")])
def test_a_questioned_decision_is_upheld_or_lifted(
    api: TestClient, database: Database, yes_or_no: str, verdict: str
) -> None:
    """It was confirmed and its ground fell: the same two answers, without a document."""
    decision_id = the_proposal(api)
    (report_id,) = api.get("/v1/proposals").json()["items"][0]["facts"]
    data = {"decision_id": decision_id, "verdict": "confirmed", "by": "u1"} | SIGNED
    taken = msgspec.structs.replace(fact("hazard.reported", "05-22 13:00", id_="void"), correction=report_id)
    hear(database, fact("proposal.decided", "05-22 12:00", tenant="331081", id_="word", **data), taken)

    answered = answer(api, decision_id, yes_or_no, **UNSIGNED)

    assert (answered.status_code, answered.json()["verdict"]) == (HTTPStatus.ACCEPTED, verdict)


def test_an_unknown_decision_is_not_found(api: TestClient, database: Database) -> None:
    """404, and nothing is announced."""
    assert answer(api, "unknown").status_code == HTTPStatus.NOT_FOUND
    assert announced(database) == []


def test_a_reminder_asks_nobody(api: TestClient) -> None:
    """Only proposals do."""
    raised = api.get("/v1/decisions", params={"status": "raised"}).json()["items"][0]

    refused = answer(api, raised["decision_id"])

    assert (refused.status_code, refused.json()["detail"]) == (
        HTTPStatus.CONFLICT,
        "nobody is asked about it: it is raised",
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param(UNSIGNED, "/document_no", id="confirmed without a document"),
        pytest.param({"document_no": "1"}, "/reason", id="without a reason"),
        pytest.param(SIGNED | {"by": "u2"}, "/by", id="by somebody else"),
        pytest.param(SIGNED | {"verdict": "confirmed"}, "/verdict", id="a word too many"),
    ],
)
def test_a_word_that_lacks_something_is_refused(
    api: TestClient, database: Database, body: dict[str, str], pointer: str
) -> None:
    """With what is missing."""
    refused = answer(api, the_proposal(api), **body)

    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert announced(database) == []


def test_there_are_two_answers(api: TestClient) -> None:
    """Confirm and reject."""
    assert answer(api, the_proposal(api), "postpone").status_code == HTTPStatus.BAD_REQUEST
