"""An upstream system reads, by its key, what it reported and what was decided about it; nothing else exists for it."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from starlette.testclient import TestClient

from contracts import api_keys
from contracts.divisions import load
from runtime.database import Database
from runtime.testing import ManualClock
from services.intake.core.keys import ApiKey
from services.intake.core.registry import Source
from services.intake.store import keys, sources
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings
from tests.integration.reporting_api.sample import NOW

Make = Callable[..., TestClient]
OWN = "/inspection/test"
"""The source of the sample, under the namespace `test`; `/inspection/other` has hazards of the same ids."""


@pytest.fixture(scope="module")
def intake(database_url: str) -> Iterator[Database]:
    database = Database(database_url, schema="intake", application_name="test")
    yield database
    database.close()


@pytest.fixture(scope="module")
def as_system(client: TestClient, served: Database, database_url: str, intake: Database) -> Make:
    """A client that shows the key of a source registered for the occasion; the sample is there."""
    assert client.get("/v1/summary").status_code == 200
    count = iter(range(1, 100))
    settings = ReportingSettings.model_validate({"database_url": database_url})

    def make(
        source: str = OWN, namespace: str = "test", tenants: tuple[str, ...] = ("331081",), **told: Any
    ) -> TestClient:
        number = next(count)
        token = api_keys.token_of(bytes([number]) * (api_keys.PREFIX_BYTES + api_keys.SECRET_BYTES))
        slug = told.pop("slug", f"system-{number}")
        with intake.begin() as work:
            if slug is not None:
                attributes = frozenset({f"{source}#{number}" if told.pop("unused", False) else source})
                work.connection.execute("DELETE FROM source_attribute WHERE attribute = ANY(%s)", (list(attributes),))
                system = Source(slug=slug, name=slug, namespace=namespace, tenants=("*",), attributes=attributes)
                sources.register(work, system)
            fields: dict[str, Any] = {"created_at": NOW, "expires_at": NOW + timedelta(days=1), **told}
            key = ApiKey(
                prefix=api_keys.prefix_of(token) or "",
                digest=api_keys.digest_of(token),
                slug=slug,
                tenants=tenants,
                operates=slug is None,
                label="test",
                **fields,
            )
            keys.add(work, key)
        found = TestClient(api_app(settings, served, load(), ManualClock(NOW)))
        found.headers["authorization"] = f"Bearer {token}"
        return found

    return make


def ids(answer: Any) -> list[str]:
    return [item["hazard_id"] for item in answer.json()["items"]]


def test_a_system_sees_what_it_reported(as_system: Make) -> None:
    """Also where another system calls its own by the same id, page by page."""
    system = as_system()

    first = system.get("/v1/hazards", params={"limit": 3})
    second = system.get(first.links["next"]["url"])

    assert ids(first) + ids(second) == ["<script>/4?", "H-3", "117", "H-1"]
    assert {item["namespace"] for item in first.json()["items"]} == {"test"}
    assert first.json()["as_of"]
    assert second.json()["next"] is None
    assert ids(system.get("/v1/hazards", params={"overdue": True, "order": "worst"})) == ["117", "H-1"]
    assert ids(as_system("/inspection/other", "other").get("/v1/hazards")) == ["117"]


def test_a_system_sees_what_was_decided(as_system: Make) -> None:
    """The last known first, with the words of the rule; pages, fields and tables as of every list."""
    system = as_system()
    whole = system.get("/v1/decisions").json()
    found: list[Any] = []
    address = "/v1/decisions?limit=1&format=jsonl&fields=decision_id,hazard_id,status,policy.id"
    while address:
        answer = system.get(address)
        found += map(json.loads, answer.text.splitlines())
        address = answer.links.get("next", {}).get("url", "")
    table = system.get("/v1/decisions", params={"format": "csv"}).text.removeprefix("\ufeff")

    assert [(item["hazard_id"], item["rule"], item["status"]) for item in whole["items"]] == [
        ("117", "major_hazard", "proposed"),
        ("H-1", "overdue", "raised"),
        ("117", "overdue", "raised"),
    ]
    assert [item["decision_id"] for item in found] == [item["decision_id"] for item in whole["items"]]
    assert list(found[0]) == ["decision_id", "hazard_id", "status", "policy.id"]
    assert [row["rule_name"] for row in csv.DictReader(io.StringIO(table))] == [
        "重大隐患挂牌",
        "逾期未整改",
        "逾期未整改",
    ]
    assert 1 == len(system.get("/v1/decisions", params={"since": "2023-06-01T00:00:00+08:00"}).json()["items"])
    assert [] == as_system("/inspection/other", "other").get("/v1/decisions").json()["items"]


def test_a_story_is_told_without_what_others_were_told(as_system: Make) -> None:
    """Decisions and what the system said itself; no notice, no recipient."""
    story = as_system().get("/v1/hazards/331081:test:H-1").json()

    assert {entry["kind"] for entry in story["timeline"]} == {"fact", "decision"}
    assert {entry["source"] for entry in story["timeline"] if entry["kind"] == "fact"} == {OWN}


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        pytest.param({"source": "/inspection/other", "namespace": "other"}, "331081:test:H-1", id="another system's"),
        pytest.param({"source": "/inspection/other", "namespace": "other"}, "H-1", id="another system's by its id"),
        pytest.param({"tenants": ("330300",)}, "331081:test:H-1", id="of another city"),
        pytest.param({"tenants": ("331081001",)}, "H-1", id="of another town"),
        pytest.param({"namespace": "elsewhere"}, "H-1", id="of another namespace"),
        pytest.param({"unused": True}, "H-1", id="of a source that shares the namespace"),
        pytest.param({}, "nothing", id="nobody's"),
    ],
)
def test_what_is_anothers_is_what_is_not_there(as_system: Make, told: dict[str, Any], asked: str) -> None:
    """The same answer, to the letter but the question and the trace."""
    system = as_system(**told)
    foreign, missing = (system.get(f"/v1/hazards/{one}") for one in (asked, "331081:test:never"))
    kept = [{k: v for k, v in one.json().items() if k not in {"instance", "trace_id"}} for one in (foreign, missing)]

    assert 404 == foreign.status_code
    assert kept[0] == kept[1]


def test_a_filter_reaches_no_further(as_system: Make) -> None:
    """A wider tenant, a text, an id of another's."""
    system = as_system("/inspection/other", "other")

    for asked in ({"tenant": "330000"}, {"q": "117"}, {"open": True}, {"state": "reported"}):
        assert ids(system.get("/v1/hazards", params=asked)) == ["117"]
    assert [] == ids(system.get("/v1/hazards", params={"q": "H-1"}))
    assert [] == ids(system.get("/v1/hazards", params={"tenant": "330300"}))


@pytest.mark.parametrize(
    ("told", "status"),
    [
        pytest.param({"expires_at": NOW}, 401, id="expired"),
        pytest.param({"revoked_at": NOW}, 401, id="revoked"),
        pytest.param({"slug": None}, 401, id="an operator's, of no system"),
        pytest.param({"networks": (ip_network("10.1.0.0/16"),)}, 403, id="from another network"),
    ],
)
def test_a_key_that_opens_nothing(as_system: Make, told: dict[str, Any], status: int) -> None:
    """Neither list nor story."""
    system = as_system(**told)

    for path in ("/v1/hazards", "/v1/hazards/H-1", "/v1/decisions"):
        assert status == system.get(path).status_code


def test_what_is_no_key_is_refused(as_system: Make) -> None:
    """A wrong secret, another scheme, nothing; and a key opens none of the routes for people."""
    system = as_system()
    token = system.headers["authorization"]

    for shown in (token[:-1] + ("0" if token[-1] != "0" else "1"), "Basic eDp5", "Bearer x", ""):
        assert 401 == system.get("/v1/decisions", headers={"authorization": shown}).status_code
    for path in ("/v1/summary", "/v1/reports", "/v1/league", "/v1/risk-map.geojson"):
        assert 401 == system.get(path).status_code


def test_a_cursor_of_another_list_is_refused(as_system: Make) -> None:
    """By name, with 400."""
    system = as_system()
    other = system.get("/v1/hazards", params={"limit": 1}).json()["next"]

    for cursor in (other, "x", "W10"):
        answer = system.get("/v1/decisions", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "cursor")


def test_a_key_that_reads_is_in_use(as_system: Make, intake: Database) -> None:
    """An operator who looks for forgotten keys does not take it for one."""
    system = as_system()
    prefix = api_keys.prefix_of(system.headers["authorization"].removeprefix("Bearer ")) or ""
    system.get("/v1/decisions")

    with intake.begin() as work:
        found = keys.find(work, prefix)
    assert found is not None
    assert found.used_at == NOW
