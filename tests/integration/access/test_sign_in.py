"""People sign in, are let in to what their roles open, and are out again the moment that somebody says so."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from argon2 import PasswordHasher
from fastapi import APIRouter
from fastapi.testclient import TestClient

from contracts.permissions import EACH, WITH_PAGES, only
from contracts.roles import Role
from runtime.access import Gate, Grant, Who, store
from runtime.access.passwords import Passwords
from runtime.access.sessions import FORMER_FOR, FREE_FAILURES, IDLE, LIVES, TURNS_AFTER
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.pages import Frame
from runtime.web import create_app

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
FIRST = "first-word-2345-xyz"
CHANGED = "second-word-6789-uvw"
COOKIE = "__Host-bihuan"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """One person: `li` of the office of 温岭, whose password is the first one."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE access.person CASCADE")
    database = Database(database_url, schema=store.SCHEMA, application_name="test")
    with database.begin() as work:
        store.add_person(work, "li", "李某", QUICK.kept(FIRST), by="test", must_change=False)
        store.grant(work, "li", Grant(role=Role.COUNTY, tenant="331081"), by="test")
    yield database
    database.close()


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """A service with a door for offices and one for auditors, and a page."""
    frame = Frame(package="runtime.pages", service="toys", pages=(), addresses={"reporting": ""}, clock=SystemClock())
    router, pages = APIRouter(), frame.router()

    @router.get("/v1/office")
    def office(who: Who) -> list[str]:
        return [who.name, *who.tenants]

    @router.get("/v1/audit")
    def audit(who: Who) -> str:
        return who.name

    @pages.get("/")
    def page(who: Who) -> str:
        return who.display

    table = {
        "GET /v1/office": only({Role.COUNTY, Role.CITY}),
        "GET /v1/audit": only({Role.AUDITOR}),
        "GET /": only({Role.COUNTY}),
    }
    gate = Gate(database, "toys", frame=frame, permissions={**EACH, **WITH_PAGES, **table})
    gate._desk._passwords = QUICK
    app = create_app(title="toys", metrics=Metrics(RUNTIME_METRICS), routers=[router, pages], gate=gate)
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as opened:
        yield opened


def token(client: TestClient, password: str = FIRST, name: str = "li") -> dict[str, str]:
    answer = client.post("/v1/session", json={"name": name, "password": password})
    assert answer.status_code == 201, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


def shift(database: Database, by: timedelta) -> None:
    """Let time pass for every session and lock."""
    with database.begin() as work:
        work.connection.execute(
            """UPDATE access.session SET turned_at = turned_at - %(by)s, seen_at = seen_at - %(by)s,
            expires_at = expires_at - %(by)s, former_until = former_until - %(by)s""",
            {"by": by},
        )
        work.connection.execute("UPDATE access.person SET locked_until = locked_until - %s", (by,))


def test_a_token_opens_the_doors_of_its_roles(client: TestClient) -> None:
    """Scope and name come with it; a door of another role is 403, a made-up token 401."""
    held = token(client)

    assert ["li", "331081"] == client.get("/v1/office", headers=held).json()
    assert 403 == client.get("/v1/audit", headers=held).status_code
    assert 401 == client.get("/v1/office", headers={"authorization": "Bearer bhs_made-up"}).status_code
    assert client.get("/v1/session", headers=held).json()["grants"] == [
        {"role": "county", "role_name": "县级安委办", "tenant": "331081", "sectors": []}
    ]


@pytest.mark.parametrize(("name", "password"), [("li", "wrong"), ("nobody", FIRST), ("LI", FIRST), ("", "")])
def test_whatever_is_wrong_the_words_are_the_same(client: TestClient, name: str, password: str) -> None:
    """Nobody learns which names there are."""
    answer = client.post("/v1/session", json={"name": name, "password": password})

    assert (answer.status_code, answer.json()["detail"]) == (401, client.post(
        "/v1/session", json={"name": "li", "password": "x"}
    ).json()["detail"])  # fmt: skip


def test_guessing_locks_the_name_for_a_while(client: TestClient, database: Database) -> None:
    """Also for the right password; after the time it opens again."""
    for _ in range(FREE_FAILURES):
        client.post("/v1/session", json={"name": "li", "password": "wrong"})
    locked = client.post("/v1/session", json={"name": "li", "password": FIRST})
    shift(database, timedelta(minutes=2))

    assert 401 == locked.status_code
    assert ["li", "331081"] == client.get("/v1/office", headers=token(client)).json()


@pytest.mark.parametrize("span", [IDLE, LIVES])
def test_a_session_ends_by_itself(client: TestClient, database: Database, span: timedelta) -> None:
    """After an hour without use, after twelve in any case."""
    held = token(client)
    shift(database, span)

    assert 401 == client.get("/v1/office", headers=held).status_code


def test_signing_out_ends_it_at_once(client: TestClient) -> None:
    """The token is worth nothing afterwards."""
    held = token(client)

    assert 204 == client.delete("/v1/session", headers=held).status_code
    assert 401 == client.get("/v1/office", headers=held).status_code


def test_a_role_taken_back_shuts_the_door_at_once(client: TestClient, database: Database) -> None:
    """Grants are read at each request; a shut account opens nothing at all."""
    held = token(client)
    with database.begin() as work:
        store.take_back(work, "li", Role.COUNTY, "331081")
    without = client.get("/v1/office", headers=held).status_code
    with database.begin() as work:
        store.disable(work, "li")

    assert (403, 401) == (without, client.get("/v1/office", headers=held).status_code)
    assert 401 == client.post("/v1/session", json={"name": "li", "password": FIRST}).status_code


def test_a_first_password_has_to_be_changed_first(client: TestClient, database: Database) -> None:
    """Until then nothing else opens; every other session ends with the change."""
    other = token(client)
    with database.begin() as work:
        store.set_password(work, "li", QUICK.kept(FIRST), must_change=True)
    held = token(client)
    before = client.get("/v1/office", headers=held)
    easy = client.put("/v1/session/password", json={"old": FIRST, "new": "li"}, headers=held)
    wrong = client.put("/v1/session/password", json={"old": "wrong", "new": CHANGED}, headers=held)
    done = client.put("/v1/session/password", json={"old": FIRST, "new": CHANGED}, headers=held)

    assert (403, True) == (before.status_code, "change your first password" in before.json()["detail"])
    assert [400, 401, 204] == [easy.status_code, wrong.status_code, done.status_code]
    assert [200, 401] == [client.get("/v1/office", headers=each).status_code for each in (held, other)]
    assert ["li", "331081"] == client.get("/v1/office", headers=token(client, CHANGED)).json()


def enter(client: TestClient, **fields: str) -> str:
    """Sign in by the page and return where it leads to."""
    answer = client.post("/login", data={"name": "li", "password": FIRST, **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_page_leads_to_the_sign_in_and_back(client: TestClient) -> None:
    """Where one wanted to go; the cookie is no script's and no other site's."""
    away = client.get("/?tenant=331081")
    asked = client.get(away.headers["location"])
    answer = client.post("/login", data={"name": "li", "password": FIRST, "next": "/?tenant=331081"})

    assert (303, "/login?next=%2F%3Ftenant%3D331081") == (away.status_code, away.headers["location"])
    assert 'value="/?tenant=331081"' in asked.text
    assert (303, "/?tenant=331081") == (answer.status_code, answer.headers["location"])
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    assert "李某" in client.get("/").text


def test_a_wrong_password_is_said_on_the_page(client: TestClient) -> None:
    """With the name kept and the password not."""
    answer = client.post("/login", data={"name": "li", "password": "geheim-123"})

    assert (401, True, False) == (answer.status_code, 'value="li"' in answer.text, "geheim-123" in answer.text)


def test_signing_out_takes_the_cookie_away(client: TestClient) -> None:
    """And leads to the sign-in."""
    enter(client)
    out = client.post("/logout")

    assert (303, "/login") == (out.status_code, out.headers["location"])
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert 303 == client.get("/").status_code


def test_a_cookies_token_turns_and_the_old_one_betrays_a_thief(client: TestClient, database: Database) -> None:
    """Requests under way still get through; later the old token ends the whole session."""
    enter(client)
    old = client.cookies[COOKIE]
    shift(database, TURNS_AFTER)
    assert 200 == client.get("/").status_code
    new = client.cookies[COOKIE]

    def status(token: str) -> int:
        client.cookies.clear()
        return client.get("/v1/office", headers={"cookie": f"{COOKIE}={token}"}).status_code

    under_way = status(old)
    shift(database, FORMER_FOR)
    honest, thief, then = status(new), status(old), status(new)

    assert old != new
    assert [200, 200, 401, 401] == [under_way, honest, thief, then]


def test_a_cookies_token_is_no_bearers(client: TestClient) -> None:
    """A token opens by the way it was given out for: what a script reads out of a page is worth nothing."""
    enter(client)
    held = client.cookies[COOKIE]
    client.cookies.clear()
    bearer = token(client)["authorization"].removeprefix("Bearer ")

    assert 401 == client.get("/v1/office", headers={"authorization": f"Bearer {held}"}).status_code
    assert 401 == client.get("/v1/office", headers={"cookie": f"{COOKIE}={bearer}"}).status_code


def test_a_first_password_leads_to_its_page(client: TestClient, database: Database) -> None:
    """Every page leads there until it is changed."""
    with database.begin() as work:
        store.set_password(work, "li", QUICK.kept(FIRST), must_change=True)

    assert "/password" == enter(client)
    assert "/password" == client.get("/").headers["location"]
    differ = client.post("/password", data={"old": FIRST, "new": CHANGED, "again": "other"})
    done = client.post("/password", data={"old": FIRST, "new": CHANGED, "again": CHANGED})
    assert (400, 303) == (differ.status_code, done.status_code)
    assert "李某" in client.get("/").text


def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in(client: TestClient) -> None:
    """Htmx would put the form into the middle of the page."""
    answer = client.get("/", headers={"hx-request": "true"})

    assert (401, "/login?next=%2F") == (answer.status_code, answer.headers["hx-redirect"])


def test_a_door_of_another_role_is_a_page_in_words(client: TestClient, database: Database) -> None:
    """Not a bare document."""
    enter(client)
    with database.begin() as work:
        store.take_back(work, "li", Role.COUNTY, "331081")
    answer = client.get("/")

    assert (403, True) == (answer.status_code, "没有权限" in answer.text)
