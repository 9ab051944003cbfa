"""People ask over HTTP; every answer is a page they can go on from, every refusal says what is wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from contracts.roles import Role
from tests.conftest import SignedIn
from tests.integration.notify_letters.chancery import api
from tests.integration.notify_notices.office import NO, YES, Office
from tests.unit.services.notify.given import NOW, decision

WHY = {"reason": "检修"}


@pytest.fixture
def http(office: Office, signed_in: SignedIn) -> Iterator[TestClient]:
    """The API without a server, for the office of the province."""
    with TestClient(api(office), raise_server_exceptions=False) as client:
        client.headers.update(signed_in(Role.PROVINCE))
        yield client


def silence(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {**WHY, "ends_at": "2023-05-22T08:00:00+08:00", "match": {"tenant": ["331081"]}}
    return told | changes


def test_notices_are_listed_page_by_page(office: Office, http: TestClient) -> None:
    """Newest first, each once, through an opaque cursor."""
    for n in range(5):
        office.hear(decision(decision_id=f"d-{n}", occurrence=str(n)))
        office.clock.advance(1)

    pages, cursor = [], None
    while True:
        page = http.get("/v1/notices", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        pages.append([notice["decision_id"] for notice in page["notices"]])
        cursor = page["next"]
        if cursor is None:
            break

    assert pages == [["d-4", "d-3"], ["d-2", "d-1"], ["d-0"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"decision_id": "d-1"}, ["d-1"]),
        ({"state": "delivered"}, ["d-1"]),
        ({"state": "suppressed"}, ["d-2"]),
        ({"tenant": "331081001"}, ["d-2", "d-1"]),
        ({"tenant": "331081"}, ["d-2", "d-1"]),
        ({"tenant": "330000"}, ["d-2", "d-1"]),
        ({"tenant": "331081003"}, []),
    ],
    ids=str,
)
def test_notices_are_found(office: Office, http: TestClient, query: dict[str, str], found: list[str]) -> None:
    """By decision, by state, by tenant with all below it."""
    office.told(YES)
    office.clock.advance(1)
    office.hear(decision(decision_id="d-2", occurrence="1", historic=True))

    listed = http.get("/v1/notices", params=query).json()["notices"]

    assert [notice["decision_id"] for notice in listed] == found


@pytest.mark.parametrize(
    "query",
    [
        {"state": "lost"},
        {"limit": "0"},
        {"limit": "201"},
        {"cursor": "x"},
        {"cursor": "e30"},
        {"tenant": "温岭"},
        {"decision_id": "a\x00"},
    ],
    ids=str,
)
def test_a_question_that_cannot_be_read_is_refused(http: TestClient, query: dict[str, str]) -> None:
    """With problem+json."""
    answer = http.get("/v1/notices", params=query)

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_one_notice_shows_its_trail_without_personal_data(office: Office, http: TestClient) -> None:
    """Attempts with masked holder and address, and what people did."""
    notice = office.told(NO)
    office.counter.retry(notice.id, author="值班员甲", **WHY)

    trail = http.get(f"/v1/notices/{notice.id}").json()

    (attempt,) = trail["attempts"]
    assert (attempt["outcome"], attempt["answer"]) == ("permanent", "550 no such user")
    assert (attempt["holder"], attempt["address"]) == ("o***", "o***@example.cn")
    assert [act["act"] for act in trail["acts"]] == ["retried"]
    assert trail["notice"]["why"] == "默认 → office@331081001"


def test_a_notice_is_acknowledged_once(office: Office, http: TestClient, signed_in: SignedIn) -> None:
    """The first name stands; before it left it is a conflict; an unknown one is not found."""
    notice = office.told(YES)
    office.hear(decision(decision_id="d-2", occurrence="1"))
    (waiting,) = (row[0] for row in office.sql("SELECT id FROM notice WHERE state = 'created'"))
    url = "/v1/notices/{}/acknowledge"

    first = http.post(url.format(notice.id), json={})
    second = http.post(url.format(notice.id), json={}, headers=signed_in(Role.CITY, "331000"))

    assert (first.status_code, second.json()["acknowledged_by"]) == (200, "province.all")
    assert http.post(url.format(waiting), json={}).status_code == 409
    assert http.post(url.format("none"), json={}).status_code == 404
    assert http.post(url.format(notice.id), json={"author": "甲"}).status_code == 400


def test_a_silence_mutes_until_it_is_lifted(office: Office, http: TestClient) -> None:
    """It is listed with author, reason and end while it acts, and stays readable afterwards."""
    made = http.post("/v1/silences", json=silence()).json()
    office.hear(decision())

    lifted = http.delete(f"/v1/silences/{made['id']}")
    office.hear(decision(decision_id="d-2", occurrence="1"))

    (old,) = http.get("/v1/silences", params={"ended": True}).json()
    assert (made["state"], made["author"], lifted.status_code) == ("active", "province.all", 204)
    assert office.states() == {("d-1", "raised"): "silenced", ("d-2", "raised"): "created"}
    assert http.get("/v1/silences").json() == []
    assert (old["state"], old["lifted_by"]) == ("expired", "province.all")
    assert http.delete(f"/v1/silences/{made['id']}").status_code == 404


def test_a_silence_may_begin_later(http: TestClient) -> None:
    """Until then it is pending."""
    made = http.post("/v1/silences", json=silence(starts_at="2023-05-21T20:00:00+08:00"))

    assert (made.status_code, made.json()["state"]) == (201, "pending")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"author": "甲"}, 400),
        ({"reason": "  "}, 400),
        ({"ends_at": "2023-05-22T08:00:00"}, 400),
        ({"ends_at": 1684713600}, 400),
        ({"match": {"rule": ["unheard_of"]}}, 400),
        ({"forever": True}, 400),
        ({"reason": "a\x00b"}, 400),
        ({"ends_at": "2023-05-21T00:00:00+08:00"}, 422),
        ({"starts_at": "2023-05-23T00:00:00+08:00"}, 422),
        ({"match": {}}, 422),
    ],
    ids=str,
)
def test_a_silence_needs_a_reason_an_end_and_a_condition(
    http: TestClient, changes: dict[str, Any], status: int
) -> None:
    """One that mutes everything, or for ever, is refused."""
    assert http.post("/v1/silences", json=silence(**changes)).status_code == status


def test_the_master_switch_is_thrown_over_http(office: Office, http: TestClient, signed_in: SignedIn) -> None:
    """It says who threw it and how much it holds back."""
    http.headers.update(signed_in(Role.ADMINISTRATOR))
    before = http.get("/v1/sending").json()
    http.put("/v1/sending", json={**WHY, "stopped": True})
    office.hear(decision())

    stopped = http.get("/v1/sending").json()
    resumed = http.put("/v1/sending", json={**WHY, "stopped": False, "release": True}).json()

    assert (before["stopped"], stopped["stopped"], stopped["set_aside"], stopped["author"]) == (
        False,
        True,
        1,
        "administrator.all",
    )
    assert (resumed["stopped"], resumed["set_aside"]) == (False, 0)


def test_a_tenant_goes_live_on_a_day(office: Office, http: TestClient) -> None:
    """What falls due before it tells nobody."""
    answer = http.put("/v1/tenants/331081", json={**WHY, "go_live": "2023-06-01", "shadow": None})
    office.hear(decision())

    (rule,) = http.get("/v1/tenants").json()
    assert (answer.status_code, rule["go_live"], rule["shadow"]) == (200, "2023-06-01", None)
    assert office.states() == {("d-1", "raised"): "before_go_live"}


@pytest.mark.parametrize(
    ("tenant", "changes", "status"),
    [
        ("331081", {"go_live": "2023-02-30"}, 422),
        ("331081", {"go_live": "soon"}, 400),
        ("331081", {"shadow": "yes"}, 400),
        ("温岭", {}, 400),
    ],
)
def test_a_tenants_setting_is_checked(http: TestClient, tenant: str, changes: dict[str, Any], status: int) -> None:
    """A day of the calendar, true or false, a code."""
    body = {**WHY, "go_live": None, "shadow": True} | changes

    assert http.put(f"/v1/tenants/{tenant}", json=body).status_code == status


def test_instants_are_answered_with_their_offset(office: Office, http: TestClient) -> None:
    """A client cannot take them for local time."""
    office.told(YES)

    (notice,) = http.get("/v1/notices").json()["notices"]

    assert notice["created_at"] == NOW.isoformat().replace("+00:00", "Z")
