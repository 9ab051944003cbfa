"""Every route of the four services, every role, and things of one's own, of another county, and of nobody."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from contracts.permissions import Permission, table_of
from contracts.roles import EVERYWHERE, Role
from runtime.database import Database
from tests.doors import SERVICES, app_of
from tests.integration.access.things import FOREIGN, MISSING, OWN, PLANTED, marks_of, plant
from tests.people import as_role, sign_in

HOME, AWAY = "331081", "330302"
WITH_PAGES = {"reporting", "notify"}
KINDS = ("own", "foreign", "missing")
OPEN = {"GET /v1/policies", "GET /v1/policies/{pack}/versions/{version}"}


@dataclass
class World:
    """The four apps over one database, each entered by its own login, and a token for each role."""

    url: str
    clients: dict[str, TestClient] = field(default_factory=dict)
    tokens: dict[Role, dict[str, str]] = field(default_factory=dict)
    databases: list[Database] = field(default_factory=list)

    def ask(self, service: str, method: str, path: str, role: Role | None) -> Any:
        headers = self.tokens[role] if role else {}
        return self.clients[service].request(method, path, headers=headers, **body_of(method, path))


@pytest.fixture(scope="module")
def world(database_url: str) -> Iterator[World]:
    """A hazard, decisions, a notice, a letter and so on in 温岭, and the same in a district of 温州."""
    made = World(database_url)
    with psycopg.connect(database_url) as owner:
        plant(owner)
    for service in SERVICES:
        app, database = app_of(service, as_role(database_url, service, "api"))
        made.clients[service] = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
        made.databases.append(database)
    made.tokens = {
        role: sign_in(database_url, role, EVERYWHERE if role is Role.ADMINISTRATOR else HOME) for role in Role
    }
    yield made
    for database in made.databases:
        database.close()


def operations(service: str) -> list[tuple[str, str]]:
    """(method, path form) of every route, as the table of permissions has them; pages too."""
    pages = service in WITH_PAGES
    found = [tuple(route.split(" ", 1)) for route in table_of(service, pages=pages)]
    return [(method, path) for method, path in found if not path.startswith(("/static/", "/login"))]


CELLS = [
    pytest.param(service, method, path, id=f"{service} {method} {path}")
    for service in SERVICES
    for method, path in operations(service)
]


def filled(path: str, kind: str) -> str:
    """The path with the ids of one's own things, another's, or nobody's."""
    things = {"own": OWN, "foreign": FOREIGN, "missing": MISSING}[kind]
    return re.sub(r"\{(\w+)\}", lambda found: things[found[1]], path)


def body_of(method: str, path: str) -> dict[str, Any]:
    """A body that some routes take; where it is wrong, the gate has spoken before."""
    return {"json": {}} if method in {"POST", "PUT", "PATCH"} and "/v1/" in path else {}


def expected(permission: Permission, role: Role | None) -> str:
    if permission.public:
        return "passes"
    if role is None:
        return "401"
    return "passes" if role in permission.roles else "403"


@pytest.mark.parametrize(("service", "method", "path"), CELLS)
@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: str(role or "nobody"))
def test_each_door_opens_for_its_roles_alone(
    world: World, service: str, method: str, path: str, role: Role | None
) -> None:
    """Own, foreign and missing things; nothing foreign is told, and what is foreign is what is missing."""
    if path in {"/v1/session", "/logout"} and method != "GET":
        pytest.skip("it would end the session that asks")
    permission = table_of(service, pages=True)[f"{method} {path}"]
    kinds = KINDS if "{" in path else ("own",)
    answers = {kind: world.ask(service, method, filled(path, kind), role) for kind in kinds}

    for kind, answer in answers.items():
        told = (kind, answer.status_code, answer.text[:300])
        match expected(permission, role):
            case "401":
                is_page = answer.status_code == 303 and answer.headers["location"].startswith("/login")
                assert answer.status_code == 401 or is_page, told
            case "403":
                assert answer.status_code == 403, told
            case _:
                assert answer.status_code not in {303, 403} or "/receipts" in path, told
                assert answer.status_code < 500 or "/healthz" in path, told
        if role is not None and f"{method} {path}" not in OPEN:
            assert marks_of(answer) == set(), told
    if "{" in path and expected(permission, role) == "passes" and f"{method} {path}" not in OPEN:
        foreign, missing = answers["foreign"], answers["missing"]
        assert (foreign.status_code, without_ids(foreign)) == (missing.status_code, without_ids(missing))


def without_ids(answer: Any) -> str:
    """The answer's text without what the question itself brought, and without its trace id."""
    text = re.sub(r'"(instance|trace_id)": ?"[^"]*"|[0-9a-f]{32}', "ITS OWN", answer.text)
    named = {one for things in (FOREIGN, MISSING) for one in things.values() if len(one) > len("331081")}
    return re.sub("|".join(map(re.escape, sorted(named, key=len, reverse=True))), "ID", text)


@pytest.mark.parametrize("role", [Role.CITY, Role.COUNTY, Role.DEPARTMENT, Role.TEAM, Role.AUDITOR], ids=str)
@pytest.mark.parametrize(
    "path",
    [
        "/v1/hazards",
        f"/v1/hazards?tenant={AWAY}",
        "/v1/hazards?tenant=330000",
        "/v1/summary?tenant=330000",
        "/hazards",
        f"/hazards?tenant={AWAY}",
        "/",
        "/sites",
        "/today",
    ],
)
def test_no_list_no_count_and_no_page_tells_of_another_county(world: World, role: Role, path: str) -> None:
    """Whatever the filter asks for."""
    answer = world.ask("reporting", "GET", path, role)

    assert (answer.status_code, marks_of(answer)) == (200, set())
    if path.startswith("/v1/summary"):
        assert answer.json()["total"]["reported"] == 1


@pytest.mark.parametrize(("service", "table", "path"), PLANTED)
def test_a_policy_switched_off_lets_the_foreign_row_through(
    world: World, monkeypatch: pytest.MonkeyPatch, service: str, table: str, path: str
) -> None:
    """So it is row security that holds where a query forgets its scope, and this matrix would see it gone."""
    for module in (
        "services.escalation.store.reading",
        "services.notify.store.listing",
        "services.reporting.store.scoped",
    ):
        monkeypatch.setattr(f"{module}.visible", lambda *_: psycopg.sql.SQL("true"))
    held = world.ask(service, "GET", path, Role.COUNTY)
    with psycopg.connect(world.url, autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {service}.{table} DISABLE ROW LEVEL SECURITY")
        let_through = world.ask(service, "GET", path, Role.COUNTY)
        owner.execute(f"ALTER TABLE {service}.{table} ENABLE ROW LEVEL SECURITY")

    assert (held.status_code, marks_of(held)) == (200, set())
    assert let_through.status_code == 200
    assert marks_of(let_through) != set()


def test_the_matrix_is_counted(
    record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Routes x (roles and nobody) x kinds of things; what is generated cannot be forgotten."""
    asked = sum(len(KINDS) if "{" in path else 1 for service in SERVICES for _, path in operations(service))
    count = f"matrix: {len(CELLS)} routes, {len(Role) + 1} kinds of callers, {asked * (len(Role) + 1)} questions"
    record_property("matrix", count)
    with capsys.disabled():
        sys.stdout.write(f"\n{count}\n")

    assert asked * (len(Role) + 1) > 500
