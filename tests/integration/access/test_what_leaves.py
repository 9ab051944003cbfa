"""Whatever a county's people and systems ask for, nothing of another county is in it: bodies, headers, files unpacked.

Every GET route of the services' own OpenAPI documents is asked, with every word that its parameters list and with the
other county's name in each filter. The same walk by who may see everything finds the canaries behind each of these
routes; where it does not, the reason stands in `TELLS_NOTHING`.
"""

import base64
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import msgspec
import psycopg
import pytest

from contracts.divisions import load
from contracts.roles import EVERYWHERE, Role
from runtime.access import audit
from runtime.database import Database
from services.notify.api.pages.letters import SHELVES
from services.notify.core.roster import Seat
from services.notify.store.personal import put_seats
from services.reporting.core.forms.kinds import KINDS as FORMS
from services.reporting.handlers.applying import ReadModels
from tests.integration.access.bodies import request_of
from tests.integration.access.conftest import World
from tests.integration.access.test_matrix import CELLS, DOCUMENTS, KINDS, KNOWN, Cell
from tests.integration.access.things import AWAY, FOREIGN, HOME, SECRET, insert
from tests.integration.reporting_read_models.log import batches, records
from tests.people import sign_in
from tests.unit.services.reporting.facts import BASE, reported

MOST_WORDS: Final = 10
SIBLING: Final = "330303"
"""Beside the other county, below the same committee: what is kept by committee must not reach it either."""

TELLS_NOTHING: Final = {
    "GET /v1/session": "says who one is",
    "GET /static/{stamp}/{name}": "files of the product",
    "GET /favicon.ico": "a file of the product",
    "GET /login": "a form",
    "GET /login/oidc": "leads to the provider",
    "GET /login/oidc/callback": "comes from the provider",
    "GET /password": "a form",
    "GET /healthz/live": "one word",
    "GET /healthz/ready": "names of checks",
    "GET /metrics": "numbers of the process",
    "GET /tip-off": "a form",
    "GET /tip-off/status": "a form",
    "GET /v1/policies": "notices, which are public",
    "GET /v1/policies/{pack}/versions/{version}": "notices, which are public",
    "GET /v1/letter-templates": "forms of letters",
    "GET /v1/sending": "the installation's switch",
    "GET /v1/reports": "the list of forms",
    "GET /v1/exports": "what one has ordered oneself",
    "GET /v1/exports/{export}": "what one has ordered oneself",
    "GET /v1/exports/{export}/file": "what one has ordered oneself",
    "GET /v1/boundaries.geojson": "boundaries of a licensed map",
    "GET /map": "a frame: its points are those of /v1/risk-map.geojson",
    "GET /v1/listings": "made of the decisions that one sees; nobody is listed here",
    "GET /problem-list": "made of the decisions that one sees; nothing is on it here",
    "GET /v1/problem-list": "the same",
    "GET /reports": "a form, and what one has ordered oneself",
    "GET /league": "the other county's committee has no formula; below one committee the scores are everybody's",
    "GET /league/{period}/{unit}": "as the table",
    "GET /v1/league": "as the table",
    "GET /v1/league/{period}/units/{unit}": "as the table",
    "GET /v1/chains": "names of units out of a pack, and dates",
    "GET /v1/calendar": "days of the year, which are public",
    "GET /v1/calendar/recounted": "ids of cases that one sees, and dates; no calendar changed here",
    "GET /v1/duties": "names of units out of a pack, and dates",
    "GET /obligations": "names of units out of a pack, and dates",
    "GET /v1/imports/{identity} by key": "what a key's own source has imported; a foreign key is asked in the tests of the door",
    "GET /v1/imports/{identity}/refused.{form} by key": "the same",
    "GET /v1/decisions by key": "what a system reported itself; another's is asked in the tests of reporting's door",
}
"""GET routes that hold no county's own words, and why."""

COUNTED: Final = {
    "GET /v1/summary": "counts by area: held to the hazards of one's own in the test of counts",
    "GET /": "the same as a page",
}


def _docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f"<w:t>{SECRET}</w:t>")
    return out.getvalue()


MARKS: Final[tuple[tuple[str, tuple[object, ...]], ...]] = (
    (
        "UPDATE intake.dead_letter SET source = %s, event_id = %s, detail = to_jsonb(ARRAY[%s]) WHERE tenant = %s",
        (SECRET, SECRET, SECRET, AWAY),
    ),
    ("UPDATE notify.notice SET recipient = %s, why = %s WHERE tenant = %s", (SECRET, SECRET, AWAY)),
    (
        "UPDATE notify.letter SET content = jsonb_set(content::jsonb, '{title}', to_jsonb(%s::text)) WHERE tenant = %s",
        (SECRET, AWAY),
    ),
    ("UPDATE notify.letter_document SET docx = %s WHERE letter_id = %s", (_docx(), FOREIGN["letter_id"])),
    (
        """UPDATE escalation.decision SET record = jsonb_set(record::jsonb, '{reason}', to_jsonb(%s::text))::json
        WHERE tenant = %s""",
        (SECRET, AWAY),
    ),
    ("UPDATE reporting.site SET lon = 120.65, lat = 28.01, coord_sys = 'wgs84' WHERE site_id = %s", ("far-site",)),
)
"""Canaries in what is listed and not only in what is opened."""


@pytest.fixture(scope="module")
def planted(world: World) -> World:
    """Beside what the world holds: a source, a seat and an entry of the audit of the other county, a hazard of its neighbour."""
    with psycopg.connect(world.url, autocommit=True) as owner:
        insert(
            owner,
            "intake.source",
            slug="canary",
            name=SECRET,
            namespace="canary",
            tenants=[AWAY],
            topic="inspection.canary",
        )
        for statement, parameters in MARKS:
            owner.execute(statement, parameters)
    database = Database(world.url, schema="access", application_name="test")
    with database.begin() as work:
        audit.note(work, actor="zhao", act="canary", about=SECRET, tenant=AWAY, detail=SECRET)
    database.close()
    seat = Seat(role="office", unit=AWAY, holder=SECRET, addresses={}, since=BASE)
    database = Database(world.url, schema="notify", application_name="test")
    with database.begin() as work:
        put_seats(work, [seat])
    database.close()
    beside = reported(BASE, event_id="r-beside", hazard_id="beside-hazard", tenant=SIBLING, description="自己的")
    database = Database(world.url, schema="reporting", application_name="test")
    with database.begin() as work:
        ReadModels(load()).handle(work, batches(records([msgspec.structs.replace(beside, committee="330300")])))
    database.close()
    return world


def queries(cell: Cell, home: str) -> Iterator[dict[str, str]]:
    """What a route may be asked: what it needs, each word that a parameter lists, the other county in each filter."""
    document = DOCUMENTS[cell.service]
    operation = document["paths"][cell.path]["get"]
    asked = request_of(document, operation, KNOWN).get("params", {})
    needed = {name: home if word == HOME else word for name, word in asked.items()}
    yield needed
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            for word in words_of(document, parameter["name"], parameter["schema"]):
                yield {**needed, parameter["name"]: word}
                if "tenant" in needed and parameter["name"] != "tenant":
                    yield {**needed, parameter["name"]: word, "tenant": "330300"}


def words_of(document: dict[str, Any], name: str, asked: dict[str, Any]) -> Iterator[str]:
    """The words that a parameter takes, where it lists them or is about a place; of a long list, which only narrows, some."""
    schema = asked
    while several := schema.get("anyOf") or ([schema["items"]] if "items" in schema else None):
        schema = several[0]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    listed = re.fullmatch(r"\^\(([a-z_|]+)\)\??\$|\^(1)\?\$", schema.get("pattern", ""))
    if name == "shelf":
        yield from (shelf.word for shelf in SHELVES)
    elif name in {"tenant", "committee", "organ", "unit"}:
        yield from (AWAY, "330300", "330000")
    elif schema.get("type") == "boolean":
        yield "true"
    elif listed:
        yield from (listed[1] or listed[2]).split("|")
    else:
        yield from map(str, schema.get("enum", ())[:MOST_WORDS])


def paths(cell: Cell) -> Iterator[str]:
    """The things that stand in the path: one's own and the other county's; of forms every kind in every format."""
    if cell.path == "/v1/reports/{kind}":
        yield from (f"/v1/reports/{form}" for form in FORMS)
        return
    for kind in ("own", "foreign") if "{" in cell.path else ("own",):
        things = {**KINDS[kind], **KINDS[kind].get(cell.service, {})}
        yield re.sub(r"\{(\w+)\}", lambda found, things=things: things[found[1]], cell.path)


def walk(world: World, headers: dict[str, dict[str, str]], cell: Cell, home: str = HOME) -> Iterator[tuple[str, Any]]:
    """Every answer of a route to somebody of `home`; `headers` by role."""
    for role, head in headers.items():
        for path in paths(cell):
            for query in queries(cell, home):
                told = f"{path} {query} as {role}"
                yield told, world.clients[cell.service].get(path, params=query, headers=head)


def holds(answer: Any) -> bool:
    """Whether the canary is in an answer, however it is written there."""
    raw = SECRET.encode()
    forms = [raw, SECRET.encode("unicode_escape"), quote(SECRET).encode(), base64.b64encode(raw)]
    found = [answer.content, *(f"{name}: {value}".encode() for name, value in answer.headers.items())]
    if zipfile.is_zipfile(io.BytesIO(answer.content)):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            found += [archive.read(name) for name in archive.namelist()]
    return any(form.lower() in part.lower() for form in forms for part in found)


def callers(world: World, cell: Cell, tenant: str) -> dict[str, dict[str, str]]:
    """Who asks this route for a tenant: an office, or whoever else the route is for; a system too, where it is for those."""
    permission = cell.permission
    if permission.public:
        return {"nobody": {}}
    found = {"key": {"authorization": f"Bearer {world.key}"}} if permission.keys and tenant != SIBLING else {}
    office = Role.PROVINCE if tenant == EVERYWHERE else Role.COUNTY
    role = next(
        (one for one in (office, Role.AUDITOR, Role.HANDLER, Role.ADMINISTRATOR) if one in permission.roles), None
    )
    return found | ({str(role): sign_in(world.url, role, tenant)} if role else {})


SWITCHED: Final = {"GET /v1/tenants"}
"""Shows the canary until another test of the same run has switched that county with a reason of its own."""

GETS: Final = [cell for cell in CELLS if cell.method == "GET"]
"""Each is asked of each service that has it; what every service answers alike is asked of intake alone."""


@pytest.mark.parametrize(
    "home", [HOME, SIBLING], ids=["a county of another committee", "its neighbour below the same one"]
)
def test_nothing_of_another_county_leaves(planted: World, home: str) -> None:
    """As an office, an auditor or a handler of one's own county, and as its system; other roles are asked in the matrix.

    What was published to everybody, and what a secret link opens, is nobody's of one county and not asked here.
    """
    asked, found = 0, []
    for cell in (cell for cell in GETS if not cell.permission.everywhere):
        for told, answer in walk(planted, callers(planted, cell, home), cell, home):
            asked += 1
            found += [told] if holds(answer) else []
            assert answer.status_code < 500 or cell.path.startswith("/healthz"), told
    sys.stdout.write(f"\n{home}: {asked} answers of {len(GETS)} routes without a word of {AWAY}\n")

    assert found == []


def test_whoever_may_see_everything_finds_it(planted: World) -> None:
    """Else the walk above would find nothing because there is nothing: each route shows a canary, or says why it has none."""
    silent = set()
    for cell in GETS:
        who = callers(planted, cell, EVERYWHERE)
        if not any(holds(answer) for _, answer in walk(planted, who, cell, AWAY)):
            silent.add(f"GET {cell.path}" + (" by key" if not cell.permission.roles and cell.permission.keys else ""))

    assert sorted(silent - SWITCHED) == sorted({*TELLS_NOTHING, *COUNTED})
