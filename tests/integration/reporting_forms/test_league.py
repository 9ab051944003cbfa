"""S2-17, S2-18: preview, objections with answers, publication once; the published month stays as it was."""

import json
from collections.abc import Iterator

import msgspec
import pytest
from starlette.testclient import TestClient

from contracts.divisions import Divisions
from contracts.events import Event, read_event
from contracts.facts import Fact
from contracts.roles import Role
from runtime.database import Database
from runtime.testing import ManualClock
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings
from tests.conftest import SignedIn
from tests.integration.reporting_forms.conftest import Feed
from tests.unit.services.reporting.facts import at, follow, reported

TENANT = "331081"
TOWNS = ("331081001", "331081002", "331081003")
CUT_OFF = at("2023-06-03 09:00")
Client = TestClient


def month() -> list[Fact]:
    """Five hazards in each of three towns: all in time, three in time, one in time."""
    facts = []
    for town, in_time in zip(TOWNS, (5, 3, 1), strict=True):
        for number in range(5):
            name = f"{town[-1]}-{number}"
            facts.append(reported(at("2023-05-08 09:00"), event_id=f"r-{name}", hazard_id=name, tenant=town))
            day = "2023-05-18" if number < in_time else "2023-05-25"
            done = follow("rectified", at(f"{day} 10:00"), event_id=f"d-{name}", hazard_id=name, by="甲")
            facts.append(msgspec.structs.replace(done, tenant=town))
    return facts


@pytest.fixture
def clock() -> ManualClock:
    """In the middle of the month."""
    return ManualClock(at("2023-05-28 12:00"))


@pytest.fixture
def client(
    database: Database, database_url: str, divisions: Divisions, clock: ManualClock, signed_in: SignedIn
) -> Iterator[Client]:
    """The API at the clock's moment."""
    with database.begin() as work:
        work.connection.execute("TRUNCATE league_objection, league_publication, outbox")
    settings = ReportingSettings.model_validate({"database_url": database_url})
    with TestClient(api_app(settings, database, divisions, clock)) as client:
        client.headers.update(signed_in(Role.COUNTY, TENANT))
        yield client


def league(client: Client) -> dict[str, object]:
    answer = client.get("/v1/league", params={"tenant": TENANT, "period": "2023-05"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ranks(client: Client) -> dict[str, int]:
    return {p["unit"]: p["rank"] for p in league(client)["places"] if p["rank"] is not None}  # type: ignore[attr-defined,index]


def post(client: Client, path: str, **said: object) -> tuple[int, dict[str, object]]:
    answer = client.post(f"/v1/league/2023-05/{path}", params={"tenant": TENANT}, json=said)
    return answer.status_code, answer.json() if answer.content else {}


def test_from_preview_to_publication(feed: Feed, client: Client, clock: ManualClock, database: Database) -> None:
    """Each step at its time, and what is told to the log is the event that the contracts describe."""
    feed(month(), at("2023-05-28 12:00"))
    assert ("预览（截止时间未到）", 17) == (league(client)["state"], len(league(client)["places"]))  # type: ignore[arg-type]
    assert {TOWNS[0]: 1, TOWNS[1]: 2, TOWNS[2]: 3} == ranks(client)
    assert 409 == post(client, "objections", unit=TOWNS[2], reason="早了")[0]

    clock.advance(to=at("2023-06-04 10:00"))
    feed([], at("2023-06-04 10:00"))
    with database.begin() as work:
        work.connection.execute("UPDATE frontier SET ticked_at = %s", (at("2023-06-04 10:00"),))
    assert "异议期" in str(league(client)["state"])
    status, said = post(client, "objections", unit="城西街道", reason="三条已按期整改")
    assert (201, TOWNS[2]) == (status, said["unit"])
    assert 409 == post(client, "publish")[0]
    assert 404 == post(client, "objections", unit="不存在", reason="x")[0]

    clock.advance(to=at("2023-06-07 09:00"))
    status, refused = post(client, "publish")
    assert (409, "有1条异议没有答复") == (status, refused["detail"])
    path = f"objections/{said['id']}/answer"
    assert 204 == post(client, path, answer="经核查维持", accepted=False)[0]
    assert 404 == post(client, path, answer="再答", accepted=True)[0]
    assert 202 == post(client, "publish", document_no="温安委办〔2023〕9号")[0]
    assert 409 == post(client, "publish")[0]

    with database.begin() as work:
        rows = work.connection.execute("SELECT topic, key, value FROM outbox").fetchall()
    ((topic, key, value),) = rows
    event = read_event(json.loads(bytes(value)), people=True)
    assert ("inspection.bihuan", b"331081") == (topic, bytes(key))
    assert isinstance(event, Event), event


def test_a_published_month_stays_as_it_was(feed: Feed, client: Client, clock: ManualClock) -> None:
    """What becomes known after the cut-off changes no rank of the month, before and after publication."""
    feed(month(), CUT_OFF)
    clock.advance(to=at("2023-06-08 09:00"))
    before = ranks(client)
    late = msgspec.structs.replace(
        follow("rectified", at("2023-05-18 11:00"), event_id="late", hazard_id="3-4", by="甲"),
        tenant=TOWNS[2],
        acceptedtime=at("2023-06-05 09:00"),
    )
    feed([late], at("2023-06-08 09:00"))

    assert before == ranks(client)


def test_a_score_is_explained(feed: Feed, client: Client) -> None:
    """By the unit's name; each number with its hazards."""
    feed(month(), at("2023-05-28 12:00"))

    answer = client.get("/v1/league/2023-05/units/城东街道", params={"tenant": TENANT}).json()

    assert any("按期整改率（权重40" in line and "3÷5" in line for line in answer["lines"])
    assert ["331081:test:2-0", "331081:test:2-1", "331081:test:2-2"] == answer["place"]["parts"][0]["part"]


@pytest.mark.parametrize(
    ("tenant", "period", "status"),
    [("330400", "2023-05", 404), ("331081", "2023-04", 404), ("999999", "2023-05", 404), ("331081", "2023-13", 422)],
)
def test_a_league_that_does_not_exist(client: Client, tenant: str, period: str, status: int) -> None:
    """Without a formula there is no league; a month that is none is refused."""
    answer = client.get("/v1/league", params={"tenant": tenant, "period": period})

    assert {status, 400} & {answer.status_code} if status == 422 else status == answer.status_code


def test_a_town_sees_every_score_and_its_own_hazards_alone(feed: Feed, client: Client, signed_in: SignedIn) -> None:
    """It may object for itself; it cannot publish, and another committee's table does not exist for it."""
    feed(month(), at("2023-05-28 12:00"))
    client.headers.update(signed_in(Role.DEPARTMENT, TOWNS[1]))

    places = {place["unit"]: place for place in league(client)["places"]}  # type: ignore[attr-defined]

    assert {TOWNS[0]: 1, TOWNS[1]: 2, TOWNS[2]: 3} == ranks(client)
    assert ([], 5) == (places[TOWNS[0]]["parts"][0]["whole"], places[TOWNS[0]]["parts"][0]["counted"])
    assert 5 == len(places[TOWNS[1]]["parts"][0]["whole"])
    assert 404 == client.get(f"/v1/league/2023-05/units/{TOWNS[0]}", params={"tenant": TENANT}).status_code
    assert 404 == client.get("/v1/league", params={"tenant": "330400", "period": "2023-05"}).status_code
    assert 403 == post(client, "publish")[0]
