"""Every route of the four services, every role, and things of one's own, of another county, and of nobody.

The cells come out of the services' own OpenAPI documents: a route that joins is asked without anybody listing it, and one
whose path names a thing that nobody planted fails until there is one.
"""

import re
import sys
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import psycopg
import pytest
from psycopg import sql

from contracts import permissions
from contracts.permissions import Permission, table_of
from contracts.roles import EVERYWHERE, READING, Role
from tests.doors import SERVICES, document_of
from tests.integration.access.bodies import request_of
from tests.integration.access.conftest import World
from tests.integration.access.things import AWAY, FOREIGN, HOME, MISSING, OWN, PLANTED, SECRET
from tests.people import sign_in

KINDS: Final = {"own": OWN, "foreign": FOREIGN, "missing": MISSING}
CALLERS: Final = (*Role, None)
ENDING: Final = {"DELETE /v1/session", "POST /logout"}
"""What ends the session that asks: asked in the test of sessions."""

OF_ALL: Final = {
    "GET /v1/policies",
    "GET /v1/policies/{pack}/versions/{version}",
    "GET /v1/letter-templates",
    "PUT /v1/letter-templates/{form}",
    "GET /v1/reports/{kind}",
    "GET /v1/league/{period}/units/{unit}",
    "GET /static/{stamp}/{name}",
}
"""Whose path names what belongs to no county, or what is chosen by a parameter of the query."""

OF_A_PERSON: Final = {"GET /v1/exports/{export}", "GET /v1/exports/{export}/file"}
"""What only the person sees who ordered it: own is the office's of the county, and missing for everybody else."""

ALARMS: Final = "/v1/alerts"
"""Alertmanager's door has a token of its own, which no system's key opens."""

NEEDS_A_PROVIDER: Final = {"GET /login/oidc", "GET /login/oidc/callback"}
"""What an installation with local accounts alone does not have."""

DOCUMENTS: Final = {service: document_of(service) for service in SERVICES}


class Cell(NamedTuple):
    """One route."""

    service: str
    method: str
    path: str

    @property
    def permission(self) -> Permission:
        return table_of(self.service, pages=True)[f"{self.method} {self.path}"]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(KINDS) if "{" in self.path else ("own",)

    def ask(self, world: World, kind: str, role: Role | None, **beside: Any) -> Any:
        operation = DOCUMENTS[self.service]["paths"][self.path][self.method.lower()]
        told = request_of(DOCUMENTS[self.service], operation, KNOWN)
        things = {**KINDS[kind], **KINDS[kind].get(self.service, {})}
        path = re.sub(r"\{(\w+)\}", lambda found: things[found[1]], self.path)
        beside["headers"] = {**told.pop("headers", {}), **beside.get("headers", {})}
        return world.ask(self.service, self.method, path, role, **told, **beside)


KNOWN: Final = {
    "tenant": HOME,
    "committee": HOME,
    "unit": HOME,
    "organ": HOME,
    "match": {"tenant": [HOME]},
    "decision_id": OWN["decision_id"],
    "password": "not-the-password-1234",
    "old": "not-the-password-1234",
    "name": "nobody-of-this-name",
    "period": OWN["period"],
    "ends_at": "2099-01-01T00:00:00+08:00",
}
"""What stands in bodies and queries, by the name of the field: always one's own county's."""

CELLS: Final = [
    Cell(service, method.upper(), path)
    for service in SERVICES
    for path, operations in DOCUMENTS[service]["paths"].items()
    for method in operations
]


def wrongs(world: World, cell: Cell, role: Role | None) -> Iterator[str]:
    """What is wrong with how a route answers somebody; nothing is."""
    answers = {kind: cell.ask(world, kind, role) for kind in cell.kinds}
    sees_all = role is Role.ADMINISTRATOR or cell.permission.everywhere
    expected = _expected(cell.permission, role)
    for kind, answer in answers.items():
        told = f"{cell.method} {cell.path} as {role or 'nobody'}, {kind}: {_short(answer)}"
        if not _is(expected, answer):
            yield f"{told}: not {expected}"
        if answer.status_code >= 500 and not cell.path.startswith("/healthz"):
            yield told
        if SECRET in answer.text and not sees_all:
            yield f"{told}: tells of another county"
    name = f"{cell.method} {cell.path}"
    is_there = name not in NEEDS_A_PROVIDER and (role is Role.COUNTY or name not in OF_A_PERSON)
    if (
        cell.method == "GET"
        and is_there
        and expected == "passes"
        and role in READING
        and answers["own"].status_code >= 400
    ):
        yield f"{cell.method} {cell.path} as {role}: own is not shown: {_short(answers['own'])}"
    if "foreign" in answers and expected == "passes" and not sees_all and f"{cell.method} {cell.path}" not in OF_ALL:
        foreign, missing = answers["foreign"], answers["missing"]
        if (foreign.status_code, without_ids(foreign)) != (missing.status_code, without_ids(missing)):
            yield f"{cell.path} as {role}: foreign {_short(foreign)}, missing {_short(missing)}"


def _short(answer: Any) -> str:
    words = re.sub(r"<head>.*</header>|<[^>]*>|\\s+", " ", answer.text, flags=re.DOTALL)
    return f"{answer.status_code} {' '.join(words.split())[:250]}"


def without_ids(answer: Any) -> str:
    """The answer's text without what the question itself brought, and without its trace id."""
    text = re.sub(r'"(instance|trace_id)": ?"[^"]*"|[0-9a-f]{32}', "ITS OWN", answer.text)
    named = {one for things in (FOREIGN, MISSING) for one in things.values() if len(one) > len(HOME)}
    return re.sub(
        "|".join(map(re.escape, sorted(named | {FOREIGN["tenant"], MISSING["tenant"]}, key=len, reverse=True))),
        "ID",
        text,
    )


def _expected(permission: Permission, role: Role | None) -> str:
    if permission.public:
        return "passes"
    if role is None:
        return "401"
    return "passes" if role in permission.roles else "403"


def _is(expected: str, answer: Any) -> bool:
    status: int = answer.status_code
    led_away = status == 303 and answer.headers["location"].startswith(("/login", "/password"))
    match expected:
        case "401":
            return status == 401 or led_away
        case "403":
            return status == 403
        case _:
            return status != 403 and not led_away


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", CALLERS, ids=lambda role: str(role or "nobody"))
def test_each_door_opens_for_its_roles_alone(world: World, service: str, role: Role | None) -> None:
    """Own, foreign and missing things; nothing foreign is told, and what is foreign is what is missing."""
    cells = [cell for cell in CELLS if cell.service == service and f"{cell.method} {cell.path}" not in ENDING]

    found = [wrong for cell in cells for wrong in wrongs(world, cell, role)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("service", SERVICES)
def test_a_key_opens_the_doors_of_systems_alone(world: World, service: str) -> None:
    """Of what its system reported it is told what lies in the key's tenants; all else is not there, or not for keys."""
    cells = [cell for cell in CELLS if cell.service == service and not cell.permission.public]

    found = [wrong for cell in cells if cell.path != ALARMS for wrong in _wrongs_for_a_key(world, cell)]

    assert not found, "\n".join(found)


def _wrongs_for_a_key(world: World, cell: Cell) -> Iterator[str]:
    answers = {
        kind: cell.ask(world, kind, None, headers={"authorization": f"Bearer {world.key}"}) for kind in cell.kinds
    }
    for kind, answer in answers.items():
        led_away = answer.status_code == 303 and answer.headers["location"].startswith("/login")
        if cell.permission.keys == (answer.status_code == 401 or led_away) or SECRET in answer.text:
            yield f"{cell.method} {cell.path} by key, {kind}: {_short(answer)}"
    if cell.permission.keys and "foreign" in answers and cell.service == "reporting":
        shown = (answers["own"].status_code, answers["foreign"].status_code)
        if shown != (200, 404) or without_ids(answers["foreign"]) != without_ids(answers["missing"]):
            yield f"{cell.path} by key: {shown}, {_short(answers['foreign'])}, {_short(answers['missing'])}"


def test_every_route_is_asked() -> None:
    """The documents name exactly the routes of the table of permissions; how many stands in the output."""
    for service in SERVICES:
        asked = {f"{cell.method} {cell.path}" for cell in CELLS if cell.service == service}
        unlisted = {"GET /openapi.json", "HEAD /openapi.json", "GET /metrics", "GET /favicon.ico"}
        assert table_of(service, pages=True).keys() - asked <= unlisted
    questions = sum(len(cell.kinds) for cell in CELLS) * len(CALLERS)
    sys.stdout.write(f"\nmatrix: {len(CELLS)} routes, {len(CALLERS)} kinds of callers, {questions} questions\n")

    assert questions > 2_000


@pytest.mark.parametrize(("service", "table", "path"), PLANTED)
def test_row_security_switched_off_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch, service: str, table: str, path: str
) -> None:
    """With the queries' own scope gone row security still holds; with that gone too the matrix finds the foreign row."""
    for module in (
        "services.escalation.store.reading",
        "services.notify.store.listing",
        "services.reporting.store.scoped",
    ):
        monkeypatch.setattr(f"{module}.visible", lambda *_: sql.SQL("true"))
    cell = Cell(service, "GET", path)
    held = list(wrongs(world, cell, Role.COUNTY))
    place = sql.Identifier(service, table)
    with psycopg.connect(world.url, autocommit=True) as owner:
        owner.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(place))
        try:
            let_through = list(wrongs(world, cell, Role.COUNTY))
        finally:
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(place))

    assert held == []
    assert any("tells of another county" in wrong for wrong in let_through)


def test_one_line_of_the_table_switched_off_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that the table says is the auditor's alone, and that the gate lets everybody through."""
    cell = Cell("reporting", "GET", "/v1/audit")
    held = list(wrongs(world, cell, Role.COUNTY))
    changed = {**permissions.PERMISSIONS["reporting"], "GET /v1/audit": permissions.only(READING - {Role.COUNTY})}
    monkeypatch.setattr(permissions, "PERMISSIONS", {**permissions.PERMISSIONS, "reporting": changed})
    opened = list(wrongs(world, Cell("reporting", "GET", "/v1/hazards"), Role.COUNTY))
    narrowed = {**changed, "GET /v1/hazards": permissions.only({Role.AUDITOR})}
    monkeypatch.setattr(permissions, "PERMISSIONS", {**permissions.PERMISSIONS, "reporting": narrowed})

    assert (held, opened) == ([], [])
    assert any(
        wrong.endswith("not 403") for wrong in wrongs(world, Cell("reporting", "GET", "/v1/hazards"), Role.COUNTY)
    )


WHOLE: Final = {"PUT /v1/sending", "PUT /v1/letter-templates/{form}", "POST /v1/policies/{pack}/what-if"}
"""What concerns the whole installation, or the committee of a pack."""


def test_an_act_stands_in_the_chain_of_the_county_that_it_concerns(world: World) -> None:
    """However far the rights of who does it reach: each changing route as somebody whose own chain is another."""
    wide = {role: sign_in(world.url, role, EVERYWHERE) for role in Role}
    with psycopg.connect(world.url, autocommit=True) as owner:
        before = owner.execute("SELECT clock_timestamp()").fetchone()
        for cell in CELLS:
            name = f"{cell.method} {cell.path}"
            if cell.permission.own or (cell.method in {"GET", "HEAD"} and not cell.permission.audited):
                continue
            for role in sorted(cell.permission.roles) or [None]:
                if name not in ENDING:
                    cell.ask(World(world.url, clients=world.clients, tokens={None: {}, **wide}), "own", role)
        found = owner.execute(
            "SELECT act, tenant FROM access.audit WHERE at > %s AND act LIKE '%% /%%'", before
        ).fetchall()
    acts = {act for act, _ in found}
    sys.stdout.write(f"\nacts with an entry: {len(acts)}\n")

    assert len(acts) >= 12, sorted(acts)
    assert [(act, tenant) for act, tenant in found if not tenant.startswith(HOME) and act not in WHOLE] == []


@pytest.mark.parametrize("role", sorted(READING - {Role.PROVINCE}), ids=str)
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

    assert (answer.status_code, SECRET in answer.text) == (200, False)
    if path.startswith("/v1/summary"):
        assert answer.json()["total"]["reported"] == 1
