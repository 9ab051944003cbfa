"""Alertmanager's webhook: an alarm of the platform is told once, and so is its end."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from contracts.roles import Role
from tests.conftest import SignedIn
from tests.integration.notify_letters.chancery import api
from tests.integration.notify_notices.office import Office, back
from tests.unit.services.notify.given import routes, seat

FIRING = {
    "status": "firing",
    "labels": {"alertname": "RelayMissing", "service": "intake", "severity": "page"},
    "annotations": {
        "summary": "intake 没有在转发",
        "description": "积压在增长",
        "runbook_url": "docs/runbooks/relay.md",
    },
    "startsAt": "2023-05-21T00:00:00.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus:9090/graph",
    "fingerprint": "a1b2c3d4e5f60718",
}
TOKEN = "word-of-tests"
BEARER = {"authorization": f"Bearer {TOKEN}"}
RESOLVED = FIRING | {"status": "resolved", "endsAt": "2023-05-21T00:10:00Z"}


def body(*alerts: dict[str, Any]) -> dict[str, Any]:
    """As Alertmanager 0.27 sends it."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="RelayMissing"}',
        "truncatedAlerts": 0,
        "status": alerts[0]["status"] if alerts else "firing",
        "receiver": "notify",
        "groupLabels": {"alertname": "RelayMissing"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager:9093",
        "alerts": list(alerts),
    }


@pytest.fixture
def http(office: Office) -> Iterator[TestClient]:
    """The API of an office whose operator has a mailbox."""
    office.tree = routes(
        settle_seconds=0,
        routes=[{"name": "平台告警", "match": {"rule": ["platform_alarm"]}, "to": ["operator@committee"]}],
    )
    office.seat(seat("operator", "331081"))
    with TestClient(api(office, alerts_token=TOKEN), raise_server_exceptions=False, headers=BEARER) as client:
        yield client


@pytest.fixture(autouse=True)
def _with_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    """The role of those who run the platform."""
    from tests.unit.services.notify import given

    monkeypatch.setitem(given.TREE["roles"], "operator", "平台运维")


def told(office: Office) -> list[str]:
    departures = office.email.take(9)
    office.email.keep([back(departure) for departure in departures])
    return [departure.message.text for departure in departures]


def test_an_alarm_is_told_and_so_is_its_end(office: Office, http: TestClient) -> None:
    """By the same channels as everything else, in Chinese."""
    first = http.post("/v1/alerts", json=body(FIRING)).json()
    alarm = told(office)
    second = http.post("/v1/alerts", json=body(RESOLVED)).json()
    end = told(office)

    assert (first, second) == ({"heard": 1, "notices": 1}, {"heard": 1, "notices": 1})
    assert alarm[0].splitlines()[:3] == ["【预警】平台告警：积压在增长", "", "事由：intake 没有在转发"]
    assert "处置手册：docs/runbooks/relay.md" in alarm[0]
    assert end[0].splitlines()[0] == "【解除·预警】平台告警：积压在增长"
    assert "intake 没有在转发，已恢复。" in end[0]


def test_what_is_repeated_is_told_once(office: Office, http: TestClient) -> None:
    """Alertmanager repeats every few hours, and after every lost answer; its words may have changed meanwhile."""
    changed = FIRING | {"annotations": FIRING["annotations"] | {"description": "积压 2000"}}  # type: ignore[operator]

    counts = [http.post("/v1/alerts", json=body(alert)).json()["notices"] for alert in (FIRING, FIRING, changed)]

    assert counts == [1, 0, 0]
    assert len(told(office)) == 1


def test_the_next_time_is_another_alarm(office: Office, http: TestClient) -> None:
    """Same labels, another start."""
    again = FIRING | {"startsAt": "2023-05-21T03:00:00Z"}
    other = FIRING | {"fingerprint": "ffffffffffffffff"}

    heard = http.post("/v1/alerts", json=body(FIRING, again, other)).json()

    assert heard == {"heard": 3, "notices": 3}
    assert len(told(office)) == 3


def test_an_end_without_a_beginning_is_told_to_nobody(office: Office, http: TestClient) -> None:
    """Nobody knew that it fired."""
    assert http.post("/v1/alerts", json=body(RESOLVED)).json() == {"heard": 1, "notices": 0}


def test_alarms_can_be_silenced(office: Office, http: TestClient, signed_in: SignedIn) -> None:
    """During maintenance, by author, reason and end."""
    wish = {
        "reason": "检修",
        "ends_at": "2023-05-22T08:00:00+08:00",
        "match": {"rule": ["platform_alarm"]},
    }
    created = http.post("/v1/silences", json=wish, headers=signed_in(Role.PROVINCE))

    http.post("/v1/alerts", json=body(FIRING))

    assert created.status_code == 201
    assert office.sql("SELECT suppression FROM notice") == [("silenced",)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "3", "alerts": []},
        {"version": "4"},
        {"version": "4", "alerts": [FIRING | {"status": "sleeping"}]},
        {"version": "4", "alerts": [FIRING | {"fingerprint": ""}]},
        {"version": "4", "alerts": [FIRING | {"startsAt": "yesterday"}]},
        {"version": "4", "alerts": [FIRING | {"labels": {"alertname": "x" * 3000}}]},
        [],
    ],
)
def test_what_is_no_webhook_of_alertmanager(http: TestClient, wrong: Any) -> None:
    """It is refused with the place, and nothing is kept."""
    answer = http.post("/v1/alerts", json=wrong)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("/")


@pytest.mark.parametrize(("token", "expected"), [(TOKEN, [401, 401, 200]), ("", [401, 401, 401])])
def test_a_token_has_to_come(office: Office, token: str, expected: list[int]) -> None:
    """Whoever can reach the API could otherwise wake the operators; where none is set, the door stays shut."""
    with TestClient(api(office, alerts_token=token), raise_server_exceptions=False) as guarded:
        answers = [
            guarded.post("/v1/alerts", json=body(FIRING), headers=headers).status_code
            for headers in ({}, {"Authorization": "Bearer other"}, BEARER)
        ]

    assert answers == expected
