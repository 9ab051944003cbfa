"""Whatever a county's people and systems ask for, nothing of another county is in it: bodies, headers, files unpacked.

Every GET route of the services' own OpenAPI documents is asked, with every word that its parameters list and with the
other county's name in each filter; also as a town of what its neighbour below the same committee keeps. The same walk by who may see everything finds the canaries behind each of these
routes; where it does not, the reason stands in `TELLS_NOTHING`.
"""

import base64
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
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
from tests.integration.access.test_matrix import CELLS, DOCUMENTS, KNOWN, Cell
from tests.integration.access.things import AWAY, FOREIGN, HOME, OWN, SECRET, insert
from tests.integration.escalation_decisions.log import Log
from tests.integration.reporting_read_models.log import batches, records
from tests.people import sign_in
from tests.unit.services.escalation.stories import fact, moment
from tests.unit.services.reporting.facts import BASE, reported

EXAMPLES: Final = Path(__file__).parents[3] / "contracts" / "examples"
MOST_WORDS: Final = 10
SIBLING: Final = "330303"
"""Beside the other county, below the same committee: what is kept by committee must not reach it either."""

TOWN: Final = "331081003"
NEIGHBOUR: Final = "331081006"
"""Two towns below a committee that compares its towns with one another."""

SAID_BESIDE: Final = "邻镇的秘密"
"""What stands in the neighbouring town's things, and is the county's and the town's own to know."""

EXPORTED: Final = "00000000-0000-7000-8000-000000000033"
BESIDE: Final = {**FOREIGN, "unit": NEIGHBOUR, "export": EXPORTED}
"""The other county's things, but for what lies beside one's own or is a person's of the province."""

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
    "GET /v1/boundaries.geojson": "boundaries of a licensed map",
    "GET /map": "a frame: its points are those of /v1/risk-map.geojson",
    "GET /v1/calendar": "days of the year, which are public",
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


def _calendar_changed() -> bytes:
    data = msgspec.json.decode((EXAMPLES / "calendar.changed.v1.json").read_bytes())["data"]
    return (
        Log("330300").hear(fact("calendar.changed", "05-01", tenant="330300", **data), moment("05-01")).records[0].value
    )


MARKS: Final[tuple[tuple[str, tuple[object, ...]], ...]] = (
    (
        """WITH change AS (INSERT INTO escalation.calendar_change (committee, source, event_id, known_at, document, done)
        VALUES ('330300', '/tests', 'canary', now(), %s, true) RETURNING place)
        INSERT INTO escalation.recounted (committee, key, rule, change, before_firm, after_firm,
        province, city, county, tenant) SELECT '330300', 'hazard|test|' || %s, 'overdue', place, true, true,
        '330000', '330300', tenant, tenant FROM change, (SELECT %s) AS whose (tenant)""",
        (_calendar_changed(), SECRET, AWAY),
    ),
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
    (
        """INSERT INTO reporting.export (id, province, city, county, tenant, tenants, asked_by, wish, format, state, name,
        size, as_of, asked_at, seen_at, expires_at) SELECT %s, province, city, county, tenant, ARRAY['*'], 'province.all',
        wish, format, state, name, size, as_of, asked_at, seen_at, expires_at FROM reporting.export WHERE id = %s""",
        (EXPORTED, FOREIGN["export"]),
    ),
    (
        "INSERT INTO reporting.export_piece (export_id, number, bytes) VALUES (%s, 0, convert_to(%s, 'UTF8'))",
        (EXPORTED, SECRET),
    ),
    ("UPDATE reporting.site SET lon = 120.65, lat = 28.01, coord_sys = 'wgs84' WHERE site_id = %s", ("far-site",)),
)
"""Canaries in what is listed and not only in what is opened."""


@pytest.fixture(scope="module")
def planted(world: World) -> World:
    """Beside what the world holds: a source, a seat and an entry of the audit of the other county, and what neighbours have."""
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
        objection = {"committee": HOME, "period": "2023-05", "said_by": SAID_BESIDE, "reason": SAID_BESIDE}
        place = load().columns_of(NEIGHBOUR)._asdict()
        insert(owner, "reporting.league_objection", id=EXPORTED, **objection, **place)
    database = Database(world.url, schema="access", application_name="test")
    with database.begin() as work:
        audit.note(work, actor="zhao", act="canary", about=SECRET, tenant=AWAY, detail=SECRET)
    database.close()
    seat = Seat(role="office", unit=AWAY, holder=SECRET, addresses={}, since=BASE)
    database = Database(world.url, schema="notify", application_name="test")
    with database.begin() as work:
        put_seats(work, [seat])
    database.close()
    below = reported(BASE, event_id="r-beside", hazard_id="beside-hazard", tenant=SIBLING, description="自己的")
    town = reported(BASE, event_id="r-town", hazard_id=SAID_BESIDE, tenant=NEIGHBOUR, description=SAID_BESIDE)
    told = [msgspec.structs.replace(one, committee=committee) for one, committee in ((below, "330300"), (town, HOME))]
    database = Database(world.url, schema="reporting", application_name="test")
    with database.begin() as work:
        ReadModels(load()).handle(work, batches(records(told)))
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
    elif name == "period":
        yield OWN["period"]
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
    for each in (OWN, FOREIGN, BESIDE) if "{" in cell.path else (OWN,):
        things = {**each, **each.get(cell.service, {})}
        yield re.sub(r"\{(\w+)\}", lambda found, things=things: things[found[1]], cell.path)


def walk(world: World, headers: dict[str, dict[str, str]], cell: Cell, home: str = HOME) -> Iterator[tuple[str, Any]]:
    """Every answer of a route to somebody of `home`; `headers` by role."""
    for role, head in headers.items():
        for path in paths(cell):
            for query in queries(cell, home):
                told = f"{path} {query} as {role}"
                yield told, world.clients[cell.service].get(path, params=query, headers=head)


def holds(answer: Any, canary: str) -> bool:
    """Whether the canary is in an answer, however it is written there."""
    raw = canary.encode()
    forms = [raw, canary.encode("unicode_escape"), quote(canary).encode(), base64.b64encode(raw)]
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
    found = (
        {"key": {"authorization": f"Bearer {world.key}"}} if permission.keys and tenant in {HOME, EVERYWHERE} else {}
    )
    office = Role.PROVINCE if tenant == EVERYWHERE else Role.COUNTY
    role = next(
        (one for one in (office, Role.AUDITOR, Role.HANDLER, Role.ADMINISTRATOR) if one in permission.roles), None
    )
    return found | ({str(role): sign_in(world.url, role, tenant)} if role else {})


GETS: Final = [cell for cell in CELLS if cell.method == "GET"]
"""Each is asked of each service that has it; what every service answers alike is asked of intake alone."""


@pytest.mark.parametrize(
    ("home", "canaries"),
    [
        pytest.param(HOME, (SECRET,), id="a county of another committee"),
        pytest.param(SIBLING, (SECRET, SAID_BESIDE), id="its neighbour below the same one"),
        pytest.param(TOWN, (SECRET, SAID_BESIDE), id="a town that is compared with its neighbour"),
    ],
)
def test_nothing_of_another_county_leaves(planted: World, home: str, canaries: tuple[str, ...]) -> None:
    """As an office, an auditor or a handler of one's own county, and as its system; other roles are asked in the matrix.

    What was published to everybody, and what a secret link opens, is nobody's of one county and not asked here.
    """
    asked, found = 0, []
    for cell in (cell for cell in GETS if not cell.permission.everywhere):
        for told, answer in walk(planted, callers(planted, cell, home), cell, home):
            asked += 1
            found += [f"{canary}: {told}" for canary in canaries if holds(answer, canary)]
            assert answer.status_code < 500 or cell.path.startswith("/healthz"), told
    sys.stdout.write(f"\n{home}: {asked} answers of {len(GETS)} routes without a word of {' or '.join(canaries)}\n")

    assert found == []


def test_whoever_may_see_everything_finds_it(planted: World) -> None:
    """Else the walk above would find nothing because there is nothing: each route shows a canary, or says why it has none."""
    silent = set()
    for cell in GETS:
        who = callers(planted, cell, EVERYWHERE)
        answers = (answer for home in (AWAY, HOME) for _, answer in walk(planted, who, cell, home))
        if not any(holds(answer, canary) for answer in answers for canary in (SECRET, SAID_BESIDE)):
            silent.add(f"GET {cell.path}" + (" by key" if not cell.permission.roles and cell.permission.keys else ""))

    expected = {*TELLS_NOTHING, *COUNTED}
    assert (silent - expected, expected - silent) == (set(), set())
