"""What people can ask escalation: decisions by page, proposals, one hazard's timeline, the policies."""

from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from policies import files
from runtime.database import Database
from services.escalation.packs import read_packs
from services.escalation.store import bulk
from services.escalation.store.lawbook import LawBook
from tests.packs import shipping
from tests.unit.services.escalation.stories import all_divisions


def items(answer: Response) -> list[dict[str, Any]]:
    assert answer.status_code == HTTPStatus.OK, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def names(answer: Response) -> list[str]:
    return sorted(f"{item['rule']} {item['step']} {item['subject']['id']}".replace("  ", " ") for item in items(answer))


def test_decisions_come_by_page(api: TestClient) -> None:
    """The newest first; following `next` gives each of them once."""
    whole = items(api.get("/v1/decisions"))
    pages, cursor = [], ""
    while cursor is not None:
        page = api.get("/v1/decisions", params={"limit": 2, "cursor": cursor}).json()
        pages += page["items"]
        cursor = page["next"]

    assert pages == whole
    assert [item["known_at"] for item in whole] == sorted((item["known_at"] for item in whole), reverse=True)
    assert len(whole) > 10


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"tenant": "331081006"}, 3, id="a town"),
        pytest.param({"tenant": "331081"}, None, id="the county with its towns"),
        pytest.param({"tenant": "330000"}, None, id="the province"),
        pytest.param({"tenant": "330300"}, 0, id="another city"),
        pytest.param({"tenant": "331081999"}, 0, id="a town nobody knows"),
        pytest.param({"rule": "overdue"}, 5, id="a rule"),
        pytest.param({"status": "cleared"}, 1, id="a status"),
        pytest.param({"measure": "listed_supervision"}, 1, id="a measure"),
        pytest.param({"subject": "H/1"}, 3, id="a subject"),
        pytest.param({"subject": "H/1", "subject_kind": "site"}, 0, id="a subject of another kind"),
        pytest.param({"since": "2023-05-21T00:00:00+08:00"}, 5, id="since an instant, included"),
    ],
)
def test_decisions_are_filtered(api: TestClient, asked: dict[str, str], expected: int | None) -> None:
    """Every filter narrows the list; `None` stands for all."""
    whole = items(api.get("/v1/decisions", params={"limit": 200}))

    found = items(api.get("/v1/decisions", params=asked | {"limit": "200"}))

    assert len(found) == (len(whole) if expected is None else expected)


@pytest.mark.parametrize(
    "asked",
    [
        {"cursor": "nonsense"},
        {"cursor": "WyIyMDIzLTA1LTA4VDAwOjAwOjAwIiwiYSIsImIiXQ"},  # an instant without its offset
        {"since": "2023-05-21T00:00:00"},
        {"tenant": "wenling"},
        {"rule": "unknown"},
        {"limit": "0"},
        {"subject": "a\x00b"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(api: TestClient, asked: dict[str, str]) -> None:
    """With the parameter that is wrong."""
    answer = api.get("/v1/decisions", params=asked)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["errors"][0]["parameter"] == next(iter(asked))


def test_proposals_wait_for_a_person(api: TestClient) -> None:
    """Raised measures do not."""
    assert names(api.get("/v1/proposals")) == ["major_hazard H-2"]
    assert items(api.get("/v1/proposals", params={"tenant": "331081006"})) == []


def test_a_timeline_tells_facts_and_decisions(api: TestClient) -> None:
    """In the order in which they became known, a fact before what it brought; an id may hold a slash."""
    answer = api.get("/v1/hazards/H/1/timeline")

    told = [
        item["fact"]["type"] if item["kind"] == "fact" else f"{item['decision']['step']} {item['decision']['status']}"
        for item in items(answer)
    ]
    assert told == [
        "hazard.reported.v1",
        "T-3 raised",
        "T-1 raised",
        "first raised",
        "hazard.rectified.v1",
        "first cleared",
    ]
    assert answer.json()["hazard"] == {"committee": "331081", "namespace": "", "hazard_id": "H/1"}


def test_the_sites_decisions_about_a_hazard_are_in_its_timeline(api: TestClient) -> None:
    """A repeat offence is found at the site, and told of the hazard."""
    rules = [item["decision"]["rule"] for item in items(api.get("/v1/hazards/H-2/timeline")) if item["kind"] != "fact"]

    assert "repeat_offence" in rules


def test_an_id_of_two_systems_needs_its_namespace(api: TestClient) -> None:
    """The answer names what to choose from."""
    unclear = api.get("/v1/hazards/H-9/timeline")
    clear = api.get("/v1/hazards/H-9/timeline", params={"namespace": "town"})

    assert unclear.status_code == HTTPStatus.CONFLICT
    assert [error["detail"] for error in unclear.json()["errors"]] == [
        "committee=331081&namespace=city",
        "committee=331081&namespace=town",
    ]
    assert clear.json()["hazard"]["namespace"] == "town"


def test_an_unknown_hazard_has_no_timeline(api: TestClient) -> None:
    """404, and no empty list."""
    assert api.get("/v1/hazards/H-77/timeline").status_code == HTTPStatus.NOT_FOUND


def test_a_decision_is_told_with_everything_that_became_of_it(api: TestClient) -> None:
    """Raised on the day after the deadline, cleared when the rectification became known."""
    (now,) = items(api.get("/v1/decisions", params={"subject": "H/1", "rule": "overdue"}))

    records = items(api.get(f"/v1/decisions/{now['decision_id']}"))

    assert [record["status"] for record in records] == ["raised", "cleared"]
    assert records[-1] == now
    assert api.get("/v1/decisions/nobodys").status_code == HTTPStatus.NOT_FOUND


def test_policies_are_listed_with_their_hash(api: TestClient) -> None:
    """And since when each committee's is active."""
    listed = {item["id"]: item for item in items(api.get("/v1/policies"))}

    assert set(listed) == {path.stem for path in files.pack_files()}
    assert listed["wenling-2023"]["effective_from"] == "2023-04-28"
    assert listed["wenling-2023"]["active_since"].startswith("2023-04-27T16:00:00")
    assert len(listed["wenling-2023"]["sha256"]) == 64


def test_the_text_of_a_kept_version_can_be_read_back(api: TestClient, database: Database) -> None:
    """Byte for byte, as it was put into force; a version that nobody kept is not found."""
    book = LawBook(read_packs(None), all_divisions())
    with database.begin() as work:
        book.law(bulk.cursor(work))

    found = api.get(f"/v1/policies/wenling-2023/versions/{shipping('wenling-2023')}")

    assert found.content == (files.folder() / "wenling-2023.yaml").read_bytes()
    assert api.get("/v1/policies/wenling-2023/versions/none").status_code == HTTPStatus.NOT_FOUND


def test_the_api_is_ready_while_the_database_answers(api: TestClient) -> None:
    """Nothing else is needed to read."""
    assert api.get("/healthz/ready").status_code == HTTPStatus.OK
    assert api.get("/openapi.json").status_code == HTTPStatus.OK
