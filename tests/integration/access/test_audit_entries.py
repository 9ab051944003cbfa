"""What people do leaves an entry in the transaction of the act; what was refused or only looked at leaves none."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from contracts.roles import Role
from tests.doors import app_of
from tests.people import as_role, sign_in

SILENCE = {"reason": "检修", "ends_at": "2099-01-01T00:00:00+08:00", "match": {"tenant": ["331081"]}}


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def notify(database_url: str) -> Iterator[TestClient]:
    app, opened = app_of("notify", as_role(database_url, "notify", "api"))
    with TestClient(app) as client:
        yield client
    opened.close()


@pytest.fixture(scope="module")
def reporting(database_url: str) -> Iterator[TestClient]:
    app, opened = app_of("reporting", as_role(database_url, "reporting", "api"))
    with TestClient(app) as client:
        yield client
    opened.close()


def noted(owner: psycopg.Connection[Any], since: int = 0) -> list[tuple[Any, ...]]:
    rows = owner.execute("SELECT actor, act, object, tenant, detail FROM access.audit ORDER BY at, tenant, seq")
    return [row for row in rows.fetchall() if row[1] != "chain opened"][since:]


def test_a_change_is_noted_and_a_refused_one_is_not(
    database_url: str, owner: psycopg.Connection[Any], notify: TestClient
) -> None:
    """One entry for one act, with who, in which roles, through which door; a look leaves none."""
    headers, before = sign_in(database_url, Role.COUNTY, "331081"), len(noted(owner))
    made = notify.post("/v1/silences", json=SILENCE, headers=headers)
    refused = notify.post("/v1/silences", json=SILENCE | {"match": {"tenant": ["330300"]}}, headers=headers)
    notify.get("/v1/silences", headers=headers)
    found = noted(owner, before)

    assert (made.status_code, refused.status_code) == (201, 422)
    assert [row[:4] for row in found] == [("county.331081", "POST /v1/silences", "/v1/silences", "331081")]
    assert found[0][4].startswith("county; ")


def test_a_read_of_protected_data_is_noted(
    database_url: str, owner: psycopg.Connection[Any], notify: TestClient
) -> None:
    """The roster names people: who looks at it stands there, though nothing was written."""
    headers, before = sign_in(database_url, Role.COUNTY, "331081"), len(noted(owner))
    notify.get("/roster", headers=headers)

    assert [row[:3] for row in noted(owner, before)] == [("county.331081", "GET /roster", "/roster")]


def test_signing_in_and_failing_to_are_noted(
    database_url: str, owner: psycopg.Connection[Any], notify: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the password nowhere."""
    _bihuan(monkeypatch, database_url, "people", "add", "wang", "--role", "county", "--tenant", "331081")
    before = len(noted(owner))
    notify.post("/v1/session", json={"name": "wang", "password": "wrong-word-123456"})
    notify.post("/v1/session", json={"name": "nobody-there", "password": "wrong-word-123456"})

    assert noted(owner, before) == [
        ("wang", "sign-in refused", "wang", "331081", "密码不对，连续第 1 次 (wrong password)"),
        ("unknown name", "sign-in refused", "", "*", "没有这个账号 (unknown name)"),
    ]


def test_what_is_typed_at_the_server_is_noted(
    database_url: str, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, roles, sources: with the key's public part, and never its secret."""
    before = len(noted(owner))
    printed = _bihuan(monkeypatch, database_url, "keys", "create", "--operate", "--tenant", "331081")
    _bihuan(monkeypatch, database_url, "keys", "list")
    _bihuan(monkeypatch, database_url, "people", "add", "zhou", "--role", "team", "--tenant", "331081")
    _bihuan(monkeypatch, database_url, "people", "grant", "zhou", "--role", "county", "--tenant", "331081")
    found = noted(owner, before)

    assert [row[1:3] for row in found] == [
        ("bihuan keys", "create --operate --tenant 331081"),
        ("bihuan people", "add zhou --role team --tenant 331081"),
        ("bihuan people", "grant zhou --role county --tenant 331081"),
    ]
    assert {row[0].partition("@")[2] for row in found} == {"local"}
    secret = printed.split()[-1]
    assert secret.split("_")[-1] not in str(found)
    assert found[0][4].endswith(" operator 331081")


def test_the_auditor_reads_its_own_area_and_that_is_noted(
    database_url: str, owner: psycopg.Connection[Any], notify: TestClient, reporting: TestClient
) -> None:
    """The city's auditor sees the county's entries, another county's auditor none of them; a clerk has no door there."""
    notify.post("/v1/silences", json=SILENCE, headers=sign_in(database_url, Role.COUNTY, "331081"))
    city, far = sign_in(database_url, Role.AUDITOR, "331000"), sign_in(database_url, Role.AUDITOR, "330302")
    seen = reporting.get("/v1/audit?about=silences", headers=city).json()["entries"]
    unseen = reporting.get("/v1/audit", headers=far).json()["entries"]
    page = reporting.get("/audit?verify=1", headers=city)
    clerk = reporting.get("/v1/audit", headers=sign_in(database_url, Role.COUNTY, "331081"))
    again = reporting.get("/v1/audit", headers=far).json()["entries"]

    assert {(row["actor"], row["act"]) for row in seen} == {("county.331081", "POST /v1/silences")}
    assert unseen == []
    assert "审计链完整" in page.text
    assert "county.331081" in page.text
    assert clerk.status_code == 403
    assert [(row["actor"], row["act"]) for row in again] == [("auditor.330302", "GET /v1/audit")]


def test_the_audit_is_read_page_by_page(database_url: str, notify: TestClient, reporting: TestClient) -> None:
    """Nothing twice, nothing left out; a cursor of somebody's own making is refused."""
    headers = sign_in(database_url, Role.COUNTY, "330822")
    for _ in range(5):
        assert (
            notify.post("/v1/silences", json=SILENCE | {"match": {"tenant": ["330822"]}}, headers=headers).status_code
            == 201
        )
    auditor = sign_in(database_url, Role.AUDITOR, "330822")
    numbers, cursor = [], ""
    while True:
        got = reporting.get(f"/v1/audit?about=silences&limit=2&cursor={cursor}", headers=auditor).json()
        numbers += [row["seq"] for row in got["entries"]]
        cursor = (got["next"] or "").replace("+", "%2B")
        if not cursor:
            break

    assert numbers == [5, 4, 3, 2, 1]
    for wrong in ("x", "a~b~c", "2023-05-01~*~1", "2023-05-01T00:00:00%2B08:00~*~0", "2023-05-01T00:00:00Z~;~1"):
        assert reporting.get(f"/v1/audit?cursor={wrong}", headers=auditor).status_code == 400


def test_a_get_cannot_change_anything(database_url: str, notify: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a handler tries behind a safe method, the database refuses it: no change without an entry."""
    from services.notify.store import switches

    def careless(work: Any, *_: object, **__: object) -> Any:
        work.connection.execute("UPDATE notify.silence SET reason = 'x'")

    monkeypatch.setattr(switches, "list_silences", careless)
    answer = notify.get("/v1/silences", headers=sign_in(database_url, Role.COUNTY, "331081"))

    assert answer.status_code == 503


def _bihuan(monkeypatch: pytest.MonkeyPatch, url: str, *words: str) -> str:
    """Type a command; what it prints."""
    import contextlib
    import io

    from bihuan import main
    from runtime import database

    monkeypatch.setenv("BIHUAN_DATABASE_URL", url)
    monkeypatch.setenv("BIHUAN_KAFKA_BROKERS", "127.0.0.1:1")
    monkeypatch.setattr("sys.argv", ["bihuan", *words])
    out = io.StringIO()
    token = database.acting.set(database.acting.get())
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            main.main()
    except SystemExit as error:
        if error.code:
            raise AssertionError(words) from error
    finally:
        database.acting.reset(token)
    return out.getvalue()
