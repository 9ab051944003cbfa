"""Who is refused stands in the audit, of each kind once at once and once a minute with a number; never with a secret."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from contracts.api_keys import PREFIX_BYTES, SECRET_BYTES, token_of
from contracts.roles import EVERYWHERE, Role
from runtime.access import refusals
from runtime.access.refusals import Refusal, Refusals
from runtime.database import Database
from runtime.testing import Program, eventually
from tests.integration.access.conftest import World
from tests.integration.access.test_matrix import without_ids
from tests.integration.access.things import AWAY, HOME
from tests.integration.intake_doors.scene import event
from tests.people import as_role, sign_in

STRANGER = token_of(b"\x07" * (PREFIX_BYTES + SECRET_BYTES))
TOWN = "331081003"
KIND = Refusal("li", "GET /v1/things", "403", HOME)
EVENTS = "/v1/events"
ONE = {"content-type": "application/cloudevents+json"}
Rows = list[tuple[Any, ...]]


class Watch:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def owner(world: World) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(world.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    opened = Database(as_role(world.url, "intake", "api"), schema="intake", application_name="test", pool_size=2)
    yield opened
    opened.close()


def noted(owner: psycopg.Connection[Any], about: str, actor: str = "") -> Rows:
    return owner.execute(
        """SELECT actor, act, object, tenant, detail FROM access.audit
        WHERE act IN ('refused', 'sign-in refused') AND object = %s AND (%s = '' OR actor = %s) ORDER BY at""",
        (about, actor, actor),
    ).fetchall()


def test_a_flood_costs_a_few_entries_a_minute(database: Database, owner: psycopg.Connection[Any]) -> None:
    """The first at once, the tenth and the hundredth with a number, the rest when its minute is over; then it begins anew."""
    watch = Watch()
    refused = Refusals(database, watch)
    for _ in range(500):
        refused.note(KIND)
    killed_here = noted(owner, KIND.about)
    watch.now = refusals.WINDOW
    refused.settle()
    refused.settle()
    refused.note(KIND)
    more = "403; 一分钟内又有 {} 次 (again within a minute)"

    assert killed_here == [("li", "refused", KIND.about, HOME, why) for why in ("403", more.format(9), more.format(90))]
    assert [row[4] for row in noted(owner, KIND.about)[3:]] == [more.format(400), "403"]


def test_a_process_that_is_asked_to_end_writes_what_it_has_counted(world: World, tmp_path: Path) -> None:
    """SIGTERM, as every restart sends it: the number that waits for the end of its minute is not lost."""
    with psycopg.connect(world.url, autocommit=True) as owner:
        told = {
            "DATABASE_URL": as_role(world.url, "reporting", "api"),
            "KAFKA_BROKERS": "127.0.0.1:1",
            "HTTP_PORT": "0",
        }
        environment = {f"BIHUAN_{name}": value for name, value in told.items()}
        program = Program(["-m", "services.reporting.main", "api"], environment=environment, output=tmp_path / "log")
        program.start()
        try:
            address = f"{_served(program)}/v1/audit"
            answers = [httpx2.get(address, headers=world.tokens[Role.HANDLER]).status_code for _ in range(7)]
            before = noted(owner, "GET /v1/audit", "handler.331081")
        finally:
            ended = program.stop()
        after = noted(owner, "GET /v1/audit", "handler.331081")

    assert (set(answers), ended) == ({403}, -signal.SIGTERM)
    assert [row[4] for row in before] == ["403"]
    assert [row[4] for row in after] == ["403", "403; 一分钟内又有 6 次 (again within a minute)"]


def _served(program: Program) -> str:
    def address() -> str | None:
        lines = [line for line in program.output().splitlines() if '"serving"' in line]
        return f"http://127.0.0.1:{json.loads(lines[-1])['port']}" if lines else None

    return eventually(address, within=60) or ""


def test_a_flood_of_many_kinds_is_one_kind(
    database: Database, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever changes the name each time gets no entry for each of them."""
    monkeypatch.setattr(refusals, "MOST", 3)
    refused = Refusals(database, Watch())
    for number in range(50):
        refused.note(KIND._replace(actor=f"many.{number}", about="GET /v1/many", why="x"))
    refused.settle(everything=True)
    found = owner.execute(
        "SELECT actor, object, detail FROM access.audit WHERE detail LIKE 'x%' ORDER BY at"
    ).fetchall()

    assert [row[0] for row in found] == ["many.0", "many.1", "many.2", *["others"] * 3]
    assert [row[2] for row in found[-2:]] == [f"x; 一分钟内又有 {n} 次 (again within a minute)" for n in (9, 37)]


def test_a_person_who_is_refused_is_named(world: World, owner: psycopg.Connection[Any]) -> None:
    """In the chain of the area that they work for, with the route and not the address."""
    answers = {world.ask("reporting", "GET", "/audit", Role.TEAM).status_code for _ in range(3)}

    assert answers == {403}
    assert noted(owner, "GET /audit") == [("team.331081", "refused", "GET /audit", HOME, "403")]


def test_a_key_that_is_refused_is_named_by_its_public_part(world: World, owner: psycopg.Connection[Any]) -> None:
    """Wrong secret, revoked: with the reason that the caller is not told; one that nobody knows has no name."""
    client = world.clients["intake"]
    prefix = world.key.split("_")[1]
    wrong = "_".join([*world.key.split("_")[:2], "0" * 64])
    told = {without_ids(client.post(EVENTS, content=b"{}", headers=bearer(key))) for key in (wrong, STRANGER)}
    owner.execute("UPDATE intake.api_key SET revoked_at = now() WHERE prefix = %s", (prefix,))
    client.post(EVENTS, content=b"{}", headers=bearer(world.key))
    owner.execute("UPDATE intake.api_key SET revoked_at = NULL WHERE prefix = %s", (prefix,))
    found = noted(owner, f"POST {EVENTS}")

    assert len(told) == 1
    assert (f"key {prefix}", "refused", f"POST {EVENTS}", HOME, "401 密钥不对 (another secret)") in found
    assert (f"key {prefix}", "refused", f"POST {EVENTS}", HOME, "401 已吊销 (revoked)") in found
    assert ("unknown key", "refused", f"POST {EVENTS}", EVERYWHERE, "401") in found
    assert not any(key.split("_")[2] in str(found) for key in (world.key, wrong, STRANGER))


def test_who_speaks_for_another_county_is_named(world: World, owner: psycopg.Connection[Any]) -> None:
    """The request is taken and the event refused: a dead letter with the bytes, and an entry with the key."""
    forged = event(id="forged", source="/bihuan/tip-offs", tenant=AWAY)
    answer = world.clients["intake"].post(EVENTS, json=forged, headers=bearer(world.key) | ONE)
    prefix = world.key.split("_")[1]

    assert (answer.status_code, answer.json()["outcomes"][0]["reason"]) == (202, "not_allowed")
    assert (f"key {prefix}", "refused", f"POST {EVENTS}", HOME, "not_allowed") in noted(owner, f"POST {EVENTS}")


def test_guesses_at_a_name_are_told_and_what_was_typed_is_not(world: World, owner: psycopg.Connection[Any]) -> None:
    """A name that nobody has may be a password that slipped into the wrong field."""
    sign_in(world.url, Role.COUNTY, TOWN)
    client, guessed = world.clients["intake"], f"county.{TOWN}"
    for name in (guessed, "My-Secret-Word-9"):
        client.post("/v1/session", json={"name": name, "password": "wrong-word-123456"})
    owner.execute("UPDATE access.person SET locked_until = now() + interval '1 hour' WHERE name = %s", (guessed,))
    client.post("/v1/session", json={"name": guessed, "password": "wrong-word-123456"})
    named = noted(owner, guessed)
    everything = owner.execute("SELECT string_agg(a::text, ' ') FROM access.audit a").fetchone()

    assert [row[3:] for row in named] == [
        (TOWN, "密码不对，连续第 1 次 (wrong password)"),
        (TOWN, "多次输错，账号锁定中 (locked)"),
    ]
    assert [row[4] for row in noted(owner, "", "unknown name")] == ["没有这个账号 (unknown name)"]
    assert everything is not None
    assert "My-Secret-Word-9" not in everything[0]
    assert "wrong-word" not in everything[0]


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}
