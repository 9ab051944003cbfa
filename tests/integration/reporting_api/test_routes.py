"""The routes of interface section 5 count, list and tell hazards, always with the moment up to which they count."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.integration.reporting_api.sample import HOSTILE

FAILED = "331081:test:117"


def listed(client: TestClient, **asked: Any) -> list[str]:
    """The ids of every page, in order."""
    return [item["hazard_id"] for page in pages(client, **asked) for item in page["items"]]


def pages(client: TestClient, **asked: Any) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        answer = client.get("/v1/hazards", params={**asked, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        yield answer.json()
        cursor = answer.json()["next"] or ""
        if not cursor:
            return


def test_the_summary_adds_up(client: TestClient) -> None:
    """Areas and sectors each add up to the total, and the moment is the last tick."""
    summary = client.get("/v1/summary").json()

    assert "2023-06-01T11:59:00+08:00" == summary["as_of"]
    assert {
        "reported": 5,
        "open": 4,
        "overdue": 2,
        "awaiting_reinspection": 0,
        "failed": 1,
        "closed": 1,
        "withdrawn": 0,
        "major_open": 1,
        "major_overdue": 1,
        "major_reported": 1,
    } == summary["total"]
    for groups in (summary["areas"], summary["sectors"]):
        assert {key: sum(group[key] for group in groups) for key in summary["total"]} == summary["total"]
    assert ["331081003", "331081001"] == [area["code"] for area in summary["areas"]]
    assert "2023-05-16T00:00:00+08:00" == summary["areas"][0]["oldest_overdue_since"]


@pytest.mark.parametrize(
    ("tenant", "reported"),
    [("331081", 5), ("331000", 5), ("330000", 5), ("331081001", 2), ("331081003", 3), ("330402", 0), ("999999", 0)],
)
def test_a_scope_holds_everything_below_it(client: TestClient, tenant: str, reported: int) -> None:
    """A town, a county, a city, a province; an area without hazards has a zero summary, no error."""
    assert reported == client.get("/v1/summary", params={"tenant": tenant}).json()["total"]["reported"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({}, ["<script>/4?", "117", "H-3", "117", "H-1"], id="newest first"),
        pytest.param({"overdue": True}, ["117", "H-1"], id="overdue"),
        pytest.param({"overdue": True, "order": "worst"}, ["117", "H-1"], id="worst first"),
        pytest.param({"overdue": False, "open": True}, ["<script>/4?", "117"], id="open and not overdue"),
        pytest.param({"state": "failed"}, ["117"], id="one state"),
        pytest.param({"state": ["failed", "closed"]}, ["H-3", "117"], id="two states"),
        pytest.param({"level": "major"}, ["117"], id="level"),
        pytest.param({"sector": "消防"}, ["<script>/4?"], id="sector"),
        pytest.param({"q": "通道"}, ["117", "H-3", "117", "H-1"], id="two characters inside a text"),
        pytest.param({"q": "塑料厂"}, ["<script>/4?"], id="the site"),
        pytest.param({"q": "h-3"}, ["H-3"], id="the id in another case"),
        pytest.param({"q": "%"}, [], id="a wildcard is only itself"),
        pytest.param({"q": "' OR 1=1 --"}, [], id="an injection finds nothing"),
        pytest.param({"tenant": "331081001", "open": True}, ["<script>/4?"], id="an area's open ones"),
        pytest.param({"tenant": "330402"}, [], id="another area"),
    ],
)
@pytest.mark.parametrize("limit", [1, 200])
def test_lists_are_filtered(client: TestClient, asked: dict[str, Any], found: list[str], limit: int) -> None:
    """Whatever the size of a page, following the cursors gives each hazard once."""
    assert found == listed(client, limit=limit, **asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"cursor": "x"},
        {"limit": 0},
        {"limit": 201},
        {"limit": "many"},
        {"state": "lost"},
        {"level": "huge"},
        {"order": "best"},
        {"overdue": "perhaps"},
        {"tenant": "温岭"},
        {"tenant": "331081' OR '1'='1"},
        {"q": "a\x00b"},
        {"q": "长" * 101},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_a_problem(client: TestClient, asked: dict[str, Any]) -> None:
    """400 with the parameter's name, and never its value."""
    answer = client.get("/v1/hazards", params=asked)

    assert (400, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert [next(iter(asked))] == [error["parameter"].partition(".")[0] for error in answer.json()["errors"]]


def test_a_cursor_of_another_order_is_refused(client: TestClient) -> None:
    """A place among the newest is none among the worst."""
    first, *_ = pages(client, limit=1)

    assert 400 == client.get("/v1/hazards", params={"order": "worst", "cursor": first["next"]}).status_code


def test_a_hazard_is_told_with_its_story(client: TestClient) -> None:
    """State, deadlines, and everything that happened in order: facts, decisions, notices."""
    story = client.get(f"/v1/hazards/{FAILED}").json()

    assert ("failed", "复查不合格，重新整改", True) == (
        story["hazard"]["state"],
        story["hazard"]["state_name"],
        story["hazard"]["overdue"],
    )
    assert ["hazard.reported.v1", "hazard.rectified.v1", "hazard.reinspected.v1", "overdue", "major_hazard"] == [
        entry["type"] for entry in story["timeline"]
    ]
    assert "notice" == client.get("/v1/hazards/H-1").json()["timeline"][-1]["kind"]


def test_an_id_that_two_systems_use_asks_which(client: TestClient) -> None:
    """409 with the full names; the full name always works, and so does a lone id."""
    answer = client.get("/v1/hazards/117")

    assert (409, ["331081:other:117", FAILED]) == (
        answer.status_code,
        [error["detail"] for error in answer.json()["errors"]],
    )
    assert "H-1" == client.get("/v1/hazards/H-1").json()["hazard"]["hazard_id"]


@pytest.mark.parametrize("hazard_id", ["nope", "331081:test:nope", "%00x", "..%2F..%2Fetc%2Fpasswd", "331081::"])
def test_an_unknown_hazard_is_not_found(client: TestClient, hazard_id: str) -> None:
    """404 as a problem, whatever the id is made of (400 for what no id can hold)."""
    assert client.get(f"/v1/hazards/{hazard_id}").status_code in {400, 404}


def test_hostile_text_comes_back_as_data(client: TestClient) -> None:
    """JSON carries it as it is; an id may hold slashes and question marks."""
    [found] = client.get("/v1/hazards", params={"sector": "消防"}).json()["items"]

    assert HOSTILE == found["description"]
    assert HOSTILE == client.get("/v1/hazards/%3Cscript%3E%2F4%3F").json()["hazard"]["description"]


def test_readiness_asks_the_database(client: TestClient) -> None:
    """Ready while the tables can be read."""
    answer = client.get("/healthz/ready")

    assert (200, {"database", "tables"}) == (answer.status_code, set(answer.json()["checks"]))


def test_the_document_names_the_routes(client: TestClient) -> None:
    """The OpenAPI document holds the public routes and no page."""
    paths = client.get("/openapi.json").json()["paths"]

    assert {"/v1/summary", "/v1/hazards", "/v1/hazards/{hazard_id}"} <= set(paths)
    assert "/" not in paths


def test_a_database_that_is_away_is_a_503(client: TestClient, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer says when to come again, and nothing of the database."""
    from runtime.errors import Unavailable

    def away(_tenants: object) -> None:
        raise Unavailable("postgresql://secret@host")

    monkeypatch.setattr(served, "begin", away)
    answer = client.get("/v1/summary")

    assert (503, "1", False) == (answer.status_code, answer.headers["retry-after"], "secret" in answer.text)
