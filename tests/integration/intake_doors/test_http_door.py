"""The HTTP door: who may send, what each event came to, what is refused as a whole, and how letters are replayed."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from contracts import divisions
from contracts.api_keys import PREFIX_BYTES, SECRET_BYTES, digest_of, prefix_of, token_of
from policies import files
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from services.intake.api import app
from services.intake.core.committees import Committees
from services.intake.core.keys import ApiKey
from services.intake.core.registry import Source
from services.intake.handlers.registering import Doorkeeper
from services.intake.main import mapping_named, mapping_names
from services.intake.metrics import INTAKE_METRICS
from services.intake.settings import IntakeSettings
from services.intake.store import keys, sources
from tests.integration.intake_doors.scene import COUNTY, ROOTS, event, outbox_of
from tests.people import as_role

ONE = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json; charset=utf-8"}
NewKey = Callable[..., dict[str, str]]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics([*RUNTIME_METRICS, *INTAKE_METRICS])


def api(database: Database, metrics: Metrics) -> TestClient:
    table = divisions.load()
    settings = IntakeSettings(
        database_url=SecretStr("postgresql://unused"), http_events_per_second=100, http_burst=2_000
    )
    made = app.create(
        settings=settings,
        database=database,
        clock=SystemClock(),
        metrics=metrics,
        doorkeeper=Doorkeeper(divisions=table, committees=Committees(table, ROOTS), clock=SystemClock()),
        mapping_named=lambda name: mapping_named(settings, name),
        mappings=lambda: mapping_names(settings),
        divisions=table,
    )
    return TestClient(made, raise_server_exceptions=False)


@pytest.fixture
def client(database: Database, metrics: Metrics, database_url: str) -> Iterator[TestClient]:
    """The API over intake's schema, which it enters as its own process does."""
    own = Database(as_role(database_url, "intake", "api"), schema="intake", application_name="test")
    with api(own, metrics) as opened:
        yield opened
    own.close()


@pytest.fixture
def new_key(database: Database) -> NewKey:
    """Make a key and return the header that carries it."""
    count = iter(range(256))

    def make(slug: str | None = "county", tenants: tuple[str, ...] = ("331081",), **changes: Any) -> dict[str, str]:
        token = token_of(bytes([next(count)]) * (PREFIX_BYTES + SECRET_BYTES))
        now = SystemClock().now()
        fields: dict[str, Any] = {
            "prefix": prefix_of(token),
            "digest": digest_of(token),
            "slug": slug,
            "tenants": tenants,
            "operates": False,
            "label": "",
            "created_at": now,
            "expires_at": now + timedelta(days=1),
            **changes,
        }
        with database.begin() as work:
            keys.add(work, ApiKey(**fields))
        return {"authorization": f"Bearer {token}"}

    return make


@pytest.fixture
def post(client: TestClient, new_key: NewKey) -> Callable[..., Any]:
    """Post a document, or bytes, with a key of the county's system."""
    key = new_key()

    def send(body: object, headers: dict[str, str] | None = None) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        kind = BATCH if isinstance(body, list) else ONE
        return client.post("/v1/events", content=content, headers={**kind, **key, **(headers or {})})

    return send


def test_an_accepted_event_is_answered_202_and_lies_in_the_outbox(post: Callable[..., Any], database: Database) -> None:
    """One event, one outcome, one fact."""
    answer = post(event())

    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": 1,
        "duplicate": 0,
        "conflict": 0,
        "rejected": 0,
        "outcomes": [{"outcome": "accepted", "source": "/county/safety", "id": "1"}],
    }
    with database.begin() as work:
        assert [document["id"] for _, _, document in outbox_of(work)] == ["1"]


def test_one_bad_event_never_sinks_its_batch(post: Callable[..., Any], metrics: Metrics) -> None:
    """Poison of every kind beside a good event: each has its own outcome, in order."""
    good = json.dumps(event(id="good")).encode()
    poison = [
        b'{"id":"\xff"}',
        b'{"a":NaN}',
        b'{"a":1,"a":2}',
        b'{"a":"\\u0000"}',
        b'{"a":"\\ud800"}',
        b"[" * 5000 + b"]" * 5000,
        b"7",
        json.dumps(event(tenant="３３１０８１")).encode(),
        json.dumps(event(time="2023-05-08T09:00:00")).encode(),
        json.dumps(event(type="hazard.closed.v2")).encode(),
    ]
    answer = post(b"[" + b",".join([*poison, good, good]) + b"]", BATCH)

    assert answer.status_code == 202
    outcomes = answer.json()["outcomes"]
    assert [outcome.get("reason", outcome["outcome"]) for outcome in outcomes] == [
        "not_utf8",
        "number_not_finite",
        "duplicate_key",
        "nul_character",
        "lone_surrogate",
        "too_deep",
        "not_an_object",
        "bad_tenant",
        "time_without_offset",
        "newer_version",
        "accepted",
        "duplicate",
    ]
    assert metrics.value("intake_events_total", source_system="county", result="rejected") == 10
    assert metrics.value("dead_letters_total", topic="http", reason="not_utf8") == 1


def test_a_refusal_says_field_by_field_what_is_wrong(post: Callable[..., Any]) -> None:
    """The sender can mend everything at once."""
    answer = post(event(type="hazard.reported.v1", data={"hazard_id": 7, "level": "严重"})).json()["outcomes"][0]

    assert (answer["outcome"], answer["reason"]) == ("rejected", "invalid_data")
    assert {"data.hazard_id", "data.level", "data.category"} <= {error["field"] for error in answer["errors"]}
    assert answer["sentence"].endswith("。")


def test_a_sender_speaks_for_its_own_source_and_tenants_only(
    post: Callable[..., Any], client: TestClient, new_key: NewKey
) -> None:
    """A key of one town cannot name another, and nobody can borrow a source."""
    town = new_key(tenants=("331081003",))
    batch = [event(id="1"), event(id="2", tenant="331081004"), event(id="3", source="/city/safety")]

    answer = client.post("/v1/events", content=json.dumps(batch), headers={**BATCH, **town})

    outcomes = answer.json()["outcomes"]
    assert [outcome.get("reason", outcome["outcome"]) for outcome in outcomes] == [
        "accepted",
        "not_allowed",
        "unknown_source",
    ]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param(b"", {}, 400, id="nothing"),
        pytest.param(b"{", {}, 400, id="no JSON"),
        pytest.param(b"\xff", {}, 400, id="no UTF-8"),
        pytest.param(b"[]", {}, 400, id="an array sent as one event"),
        pytest.param(b"{}", BATCH, 400, id="an object sent as a batch"),
        pytest.param(b"[" + b",".join([b"{}"] * 1001) + b"]", BATCH, 413, id="more than a thousand events"),
        pytest.param(b" " * (1024 * 1024 + 1), {}, 413, id="more than a mebibyte"),
        pytest.param(b"{}", {"content-type": "application/json"}, 415, id="another content type"),
        pytest.param(b"{}", {"content-type": ""}, 415, id="no content type"),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_as_a_whole(
    post: Callable[..., Any], database: Database, body: bytes, headers: dict[str, str], status: int
) -> None:
    """The answer is problem+json, and nothing is written."""
    answer = post(body, headers)

    assert status == answer.status_code
    assert answer.headers["content-type"] == "application/problem+json"
    with database.begin() as work:
        row = work.connection.execute("SELECT count(*) FROM dead_letter").fetchone()
    assert row == (0,)


def test_nobody_comes_in_without_a_valid_key(client: TestClient, new_key: NewKey) -> None:
    """No key, another scheme, a made-up key, an expired and a revoked one: all answered alike."""
    now = SystemClock().now()
    expired = new_key(expires_at=now - timedelta(seconds=1))
    revoked = new_key(revoked_at=now)
    right_prefix = new_key()["authorization"][:-1] + "f"
    bad = [{}, {"authorization": "Basic eDp5"}, {"authorization": f"Bearer bhk_{'e' * 12}_{'e' * 64}"}]

    for headers in [*bad, expired, revoked, {"authorization": right_prefix}]:
        answer = client.post("/v1/events", content=json.dumps(event()), headers={**ONE, **headers})

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_operators_key_sends_nothing_and_a_senders_key_operates_nothing(client: TestClient, new_key: NewKey) -> None:
    """Two rights, never mixed by accident."""
    operator, sender = new_key(slug=None, tenants=("*",), operates=True), new_key()

    assert client.post("/v1/events", content=json.dumps(event()), headers={**ONE, **operator}).status_code == 403
    assert client.get("/v1/dead-letters", headers=sender).status_code == 403
    assert client.post("/v1/dead-letters/1/replay", headers=sender).status_code == 403


def test_a_key_that_sends_too_much_is_told_when_to_come_again(post: Callable[..., Any], new_key: NewKey) -> None:
    """The burst goes through, what follows has to wait."""
    batch, slow = [event(id=str(n)) for n in range(1000)], new_key(per_second=1, burst=2_000)

    statuses = [post(batch, slow).status_code for _ in range(3)]
    refused = post(batch, slow)

    assert statuses == [202, 202, 429]
    assert refused.json()["status"] == 429
    assert int(refused.headers["retry-after"]) >= 1


def test_a_database_that_is_away_is_answered_503(metrics: Metrics) -> None:
    """The sender is asked to come again; nothing was promised, and the process is live but not ready."""
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing", schema="intake", application_name="test")
    key = {"authorization": f"Bearer {token_of(bytes(PREFIX_BYTES + SECRET_BYTES))}"}
    with api(nowhere, metrics) as client:
        answer = client.post("/v1/events", content=json.dumps(event()), headers={**ONE, **key})
        ready, live = client.get("/healthz/ready"), client.get("/healthz/live")

    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert (ready.status_code, live.status_code) == (503, 200)


def test_dead_letters_are_listed_page_by_page_within_the_operators_tenants(
    client: TestClient, post: Callable[..., Any], new_key: NewKey
) -> None:
    """Each letter once, the newest first; whoever does not see everything sees no letter without a tenant."""
    bad = [event(id=str(n), tenant=("331081003", "331081004")[n % 2], time="x") for n in range(6)]
    post([*bad, {"no": "tenant"}])
    everywhere = new_key(slug=None, tenants=("*",), operates=True)
    town = new_key(slug=None, tenants=("331081003",), operates=True)

    first = client.get("/v1/dead-letters?limit=4", headers=everywhere).json()
    second = client.get(f"/v1/dead-letters?limit=4&cursor={first['next']}", headers=everywhere).json()
    of_town = client.get("/v1/dead-letters", headers=town).json()

    ids = [item["event_id"] for item in first["items"] + second["items"]]
    assert ids == [None, "5", "4", "3", "2", "1", "0"]
    assert second["next"] is None
    assert [item["event_id"] for item in of_town["items"]] == ["4", "2", "0"]
    hidden = first["items"][1]["id"]
    assert client.get(f"/v1/dead-letters/{hidden}", headers=town).status_code == 404
    assert client.get(f"/v1/dead-letters/{hidden}", headers=everywhere).json()["text"].startswith('{"specversion"')
    assert client.get("/v1/dead-letters?cursor=AAAA", headers=everywhere).status_code == 400
    assert client.get(f"/v1/dead-letters/{2**63}", headers=everywhere).status_code == 400


def test_a_letter_is_replayed_once(
    client: TestClient, post: Callable[..., Any], new_key: NewKey, database: Database
) -> None:
    """Before the cause is mended it stays open; afterwards its event goes in and the letter is closed."""
    post(event(source="/county/new-system"))
    operator = new_key(slug=None, tenants=("*",), operates=True)
    letter = client.get("/v1/dead-letters", headers=operator).json()["items"][0]
    replay = f"/v1/dead-letters/{letter['id']}/replay"

    before = client.post(replay, headers=operator).json()
    wider = Source(
        slug=COUNTY.slug,
        name=COUNTY.name,
        namespace=COUNTY.namespace,
        tenants=COUNTY.tenants,
        attributes=COUNTY.attributes | {"/county/new-system"},
        topic=COUNTY.topic,
    )
    with database.begin() as work:
        sources.register(work, wider)
    after = client.post(replay, headers=operator).json()
    again = client.post(replay, headers=operator)

    assert (before["outcome"], before["state"], before["reason"]) == ("rejected", "open", "unknown_source")
    assert (after["outcome"], after["state"]) == ("accepted", "replayed")
    assert again.status_code == 409
    assert client.get("/v1/dead-letters", headers=operator).json()["items"] == []


def test_the_document_says_what_a_route_needs(client: TestClient) -> None:
    """Every route of the doors takes a key, and the event door names both of its media types."""
    document = client.get("/openapi.json").json()
    ours = {path: routes for path, routes in document["paths"].items() if path.startswith("/v1/")}
    del ours["/v1/session"], ours["/v1/session/password"]
    assert [] == ours.pop("/v1/tip-offs")["post"]["security"]  # anybody's

    assert set(ours) == {
        "/v1/events",
        "/v1/dead-letters",
        "/v1/dead-letters/{identity}",
        "/v1/dead-letters/{identity}/replay",
        "/v1/imports",
        "/v1/imports/{identity}",
        "/v1/imports/{identity}/refused.{form}",
    }
    assert all({"bearer": []} in route["security"] for routes in ours.values() for route in routes.values())
    assert "bearer" in document["components"]["securitySchemes"]
    assert len(ours["/v1/events"]["post"]["requestBody"]["content"]) == 2


def test_a_ledger_comes_in_by_the_api_and_its_refused_rows_go_back(client: TestClient, new_key: NewKey) -> None:
    """The answer counts and explains; the refused rows can be fetched as a table, by the one who sent them only."""
    key, other = new_key(), new_key(slug=None, tenants=("*",), operates=True)
    beside = new_key(tenants=("331081001",))  # the same source's, for another unit
    ledger = (files.folder() / "demonstration" / "ledger.csv").read_bytes()
    form = {"mapping": "demonstration-ledger", "tenant": "331081006"}

    def post(name: str = "台账.csv", body: bytes = ledger, headers: dict[str, str] = key, **changes: str) -> Any:
        return client.post("/v1/imports", headers=headers, data={**form, **changes}, files={"file": (name, body)})

    dry, first, second = post(dry_run="true"), post(), post()
    answer = first.json()
    table = client.get(answer["refused_table"], headers=key)
    workbook = client.get(answer["refused_table"].replace(".csv", ".xlsx"), headers=key)

    assert (dry.status_code, dry.json()["id"]) == (200, None)
    assert answer["counts"]["new"] == dry.json()["counts"]["new"] == 104
    assert second.json()["counts"]["new"] == 0
    assert len(answer["refused"]) == answer["counts"]["refused"] == 9
    assert table.content.decode("utf-8-sig").splitlines()[0].startswith('"行号","序号","检查日期","登记日期"')
    assert len(table.content.decode("utf-8-sig").splitlines()) == 10
    assert workbook.content[:2] == b"PK"
    assert client.get(answer["refused_table"], headers=other).status_code == 404
    assert client.get(answer["refused_table"], headers=beside).status_code == 404
    assert client.get(f"/v1/imports/{answer['id']}", headers=beside).status_code == 404
    assert post(mapping="nothing").status_code == 400
    assert post(tenant="330300").status_code == 403
    assert post(tenant="x").status_code == 400
    assert post(headers=other).status_code == 403
    assert post(name="台账.pdf").status_code == 400
    assert post(name="台账.xlsx").status_code == 400
    assert post(body=b"a,b\n1,2\n").status_code == 400
    assert post(body=b"x" * (11 << 20)).status_code == 413
