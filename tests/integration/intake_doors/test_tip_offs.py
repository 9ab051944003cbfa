"""Somebody tells of a hazard without saying who they are; the loop runs on it, and nobody learns who told (S3-16, S3-31)."""

import base64
import io
import json
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from PIL import Image
from psycopg import errors
from pydantic import SecretStr
from starlette.testclient import TestClient

from contracts import divisions
from contracts.roles import Role
from runtime import persons
from runtime.clock import Clock, SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.testing import ManualClock
from runtime.vault import new_master_line
from services.intake.api import app
from services.intake.core.committees import Committees
from services.intake.handlers.registering import Doorkeeper
from services.intake.handlers.tip_offs import TipOffDesk, open_desk
from services.intake.main import mapping_named, mapping_names
from services.intake.metrics import INTAKE_METRICS
from services.intake.settings import IntakeSettings
from tests.conftest import SignedIn
from tests.integration.intake_doors.scene import ROOTS, outbox_of
from tests.people import as_role

MASTERS = new_master_line("first")
STORY = "三车间夜班的电焊工在油罐旁动火，我是值班的赵无名"
TOLD = {
    "tenant": "331081",
    "category": "fire",
    "story": STORY,
    "place": "某某化工厂",
    "name": "赵无名",
    "phone": "19900001234",
}
Told = Callable[..., str]


def settings(masters: str = MASTERS) -> IntakeSettings:
    return IntakeSettings(
        database_url=SecretStr("postgresql://unused"), master_keys=SecretStr(masters), client_address_header="x-sender"
    )


def api(database: Database, clock: Clock, masters: str = MASTERS) -> FastAPI:
    table, told = divisions.load(), settings(masters)
    return app.create(
        settings=told,
        database=database,
        clock=clock,
        metrics=Metrics([*RUNTIME_METRICS, *INTAKE_METRICS]),
        doorkeeper=Doorkeeper(divisions=table, committees=Committees(table, ROOTS), clock=SystemClock()),
        mapping_named=lambda name: mapping_named(told, name),
        mappings=lambda: mapping_names(told),
        divisions=table,
    )


@pytest.fixture(autouse=True)
def empty(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")  # past the trigger that keeps what is on record
        owner.execute(
            "TRUNCATE intake.tip_off, intake.tip_off_act, intake.outbox, intake.event_id, pii.person, pii.sealed, pii.opening CASCADE"
        )


@pytest.fixture(scope="module")
def own(database_url: str) -> Iterator[Database]:
    """Intake's schema as its API process enters it: row security holds."""
    opened = Database(as_role(database_url, "intake", "api"), schema="intake", application_name="test")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(SystemClock().now())


@pytest.fixture(scope="module")
def street(own: Database) -> FastAPI:
    """The API process's app."""
    return api(own, SystemClock())


@pytest.fixture
def client(street: FastAPI) -> Iterator[TestClient]:
    """Somebody on the street whom the page has not met yet."""
    with TestClient(street, raise_server_exceptions=False) as opened:
        opened.headers["x-sender"] = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
        yield opened


@pytest.fixture
def told(client: TestClient) -> Told:
    """Tell of a hazard by the page; returns the receipt code."""

    def tell(files: list[tuple[str, Any]] | None = None, **changes: str) -> str:
        answer = client.post("/tip-off", data={**TOLD, **changes}, files=files or [])
        assert 201 == answer.status_code, answer.text
        (code,) = re.findall(r'<p class="receipt">([^<]+)</p>', answer.text)
        return str(code)

    return tell


@pytest.fixture
def handler(signed_in: SignedIn) -> dict[str, str]:
    return signed_in(Role.HANDLER, "331081")


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def only_id(client: TestClient, headers: dict[str, str]) -> str:
    listed = client.get("/tip-offs?state=all", headers=headers)
    assert 200 == listed.status_code, listed.text
    (identity,) = set(re.findall(r'href="/tip-offs/(T[0-9a-f]{16})"', listed.text))
    return str(identity)


def photograph() -> bytes:
    """A JPEG that says where, when and by whom it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x8298], exif[0x9C9D] = "CanaryPhone", "Zhao Wuming", "canary"
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 22.0, 1.0), 3: "E", 4: (121.0, 23.0, 1.0)})
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG", exif=exif, comment=b"canary comment")
    return file.getvalue() + b"canary after the end"


def test_a_tip_off_reaches_the_log_without_a_word_of_its_informer(told: Told, own: Database) -> None:
    """The category and the county leave; neither the words nor the name nor the telephone do."""
    told()
    with own.begin(["*"]) as work:
        ((_, key, document),) = outbox_of(work)

    assert ("331081", "tip_off.received.v1") == (key, document["type"])
    assert {"tip_off_id", "category", "description"} == document["data"].keys()
    assert not re.search("赵无名|三车间|化工厂|19900001234", json.dumps(document, ensure_ascii=False))


def test_what_is_kept_is_sealed(told: Told, database_url: str) -> None:
    """Not a word of it stands in any row of the database; the receipt code does not either."""
    code = told()
    with psycopg.connect(database_url) as owner:
        rows = []
        for schema, table in owner.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('intake', 'pii')"
        ).fetchall():
            rows += owner.execute(f'SELECT t::text FROM {schema}."{table}" t').fetchall()  # type: ignore[call-overload]
    text = "\n".join(row[0] for row in rows)

    hidden = [*list(TOLD.values())[2:], code, code.replace("-", "")]
    assert [word for word in hidden if word in text or word.encode().hex() in text] == []
    assert len(rows) > 5


def test_the_receipt_code_shows_how_far_it_is(client: TestClient, told: Told, handler: dict[str, str]) -> None:
    """Received, hazard, true with a reward, paid; however the code is typed, and nothing without it."""
    code = told()
    identity = only_id(client, handler)
    typed = code.lower().replace("-", " ")

    def status() -> str:
        return words_of(client.post("/tip-off/status", data={"code": typed}).text)

    def act(path: str, **form: str) -> int:
        return client.post(
            f"/tip-offs/{identity}/{path}", data=form, headers=handler, follow_redirects=False
        ).status_code

    seen = [status()]
    hazard = {
        "description": "油罐旁违规动火",
        "level": "major",
        "sector": "危化",
        "site_name": "某厂",
        "address": "某路一号",
    }
    assert 303 == act("hazard", **hazard)
    seen.append(status())
    assert 303 == act("verify", verdict="true", answer="已责令停工", reward_yuan="3000")
    seen.append(status())
    assert 303 == act("reward", became="paid", note="凭证 7")
    seen.append(status())

    assert "已收到，正在核实" in seen[0]
    assert "已立为隐患" in seen[1]
    assert "奖励待领取" in seen[2]
    assert "已责令停工" in seen[2]
    assert "3000.00 元，请凭回执码到受理单位领取" in seen[2]
    assert "奖励已发放" in seen[3]
    assert [409, 409, 409] == [act("hazard", **hazard), act("verify", verdict="false"), act("reward", became="paid")]
    assert 404 == client.post("/tip-off/status", data={"code": "0000-0000-0000-0000"}).status_code


def test_the_loop_runs_on_it(client: TestClient, told: Told, own: Database, handler: dict[str, str]) -> None:
    """S3-16: it becomes a hazard that was found by a tip-off, verified, and rewarded when the money was paid."""
    told()
    identity = only_id(client, handler)
    acts: list[tuple[str, dict[str, str]]] = [
        (
            "hazard",
            {
                "description": "油罐旁违规动火",
                "level": "major",
                "sector": "危化",
                "site_name": "某厂",
                "address": "某路",
            },
        ),
        ("verify", {"verdict": "true", "reward_yuan": "500"}),
        ("reward", {"became": "paid"}),
    ]
    for path, form in acts:
        assert client.post(
            f"/tip-offs/{identity}/{path}", data=form, headers=handler, follow_redirects=False
        ).is_redirect
    with own.begin(["*"]) as work:
        documents = [document for _, _, document in outbox_of(work)]

    assert [
        "tip_off.received.v1",
        "hazard.reported.v1",
        "tip_off.received.v1",
        "tip_off.verified.v1",
        "tip_off.verified.v1",
    ] == [document["type"] for document in documents]
    received, hazard, named, verified, paid = documents
    assert ("tip_off", identity) == (hazard["data"]["found_by"], hazard["data"]["hazard_id"])
    assert (received["id"], identity) == (named["correction"], named["data"]["hazard_id"])
    assert (verified["id"], 500.0) == (paid["correction"], paid["data"]["reward_yuan"])
    assert not re.search("赵无名|三车间|19900001234", json.dumps(documents, ensure_ascii=False))


def test_only_a_handler_opens_it_and_every_time_stands_on_record(
    client: TestClient, told: Told, handler: dict[str, str], signed_in: SignedIn, database_url: str
) -> None:
    """An office sees that there is one; the words and the person open with a reason, which everybody concerned reads."""
    told()
    identity = only_id(client, handler)
    office = signed_in(Role.COUNTY, "331081")
    page = words_of(client.get(f"/tip-offs/{identity}", headers=office).text)
    refused = client.post(
        f"/tip-offs/{identity}/open", data={"what": "contact", "reason": "想看看是谁"}, headers=office
    )
    no_reason = client.post(f"/tip-offs/{identity}/open", data={"what": "contact", "reason": " "}, headers=handler)
    story = words_of(
        client.post(
            f"/tip-offs/{identity}/open", data={"what": "story", "reason": "现场核查前了解情况"}, headers=handler
        ).text
    )
    contact = words_of(
        client.post(
            f"/tip-offs/{identity}/open", data={"what": "contact", "reason": "补充询问地点"}, headers=handler
        ).text
    )
    record = words_of(client.get(f"/tip-offs/{identity}", headers=office).text)

    assert not re.search("赵无名|三车间|19900001234", page + record + refused.text + no_reason.text)
    assert (403, 400) == (refused.status_code, no_reason.status_code)
    assert STORY in story
    assert "19900001234" not in story
    assert "赵无名 19900001234" in contact
    assert "由 handler.331081 于" in contact
    with psycopg.connect(database_url) as owner:
        noted = owner.execute("SELECT to_jsonb(e)::text FROM access.audit e").fetchall()
    text = "\n".join(row[0] for row in noted)
    assert "contact: 补充询问地点" in text
    assert "story: 现场核查前了解情况" in text
    assert not re.search("赵无名|三车间|19900001234", text)
    assert re.search(r"handler\.331081 举报人 补充询问地点.*handler\.331081 内容和照片 现场核查前了解情况", record)


def test_another_county_has_no_such_tip_off(
    client: TestClient, told: Told, handler: dict[str, str], signed_in: SignedIn
) -> None:
    """Neither in its list nor by its address nor to be opened: the same 404 as for one that does not exist."""
    told()
    identity = only_id(client, handler)
    stranger = signed_in(Role.HANDLER, "330302")

    assert "T" + identity[1:] not in client.get("/tip-offs?state=all", headers=stranger).text
    opened = {"what": "story", "reason": "看看别的县"}
    for path in (identity, "T0000000000000000"):
        assert 404 == client.get(f"/tip-offs/{path}", headers=stranger).status_code
        assert 404 == client.post(f"/tip-offs/{path}/open", data=opened, headers=stranger).status_code
        assert 404 == client.post(f"/tip-offs/{path}/verify", data={"verdict": "true"}, headers=stranger).status_code


def test_photographs_lose_what_they_know(client: TestClient, told: Told, handler: dict[str, str]) -> None:
    """The picture stays; camera, owner, place, comment and what hangs behind its end are gone."""
    told(files=[("photographs", ("x.png", photograph(), "image/png"))])
    identity = only_id(client, handler)
    page = client.post(f"/tip-offs/{identity}/open", data={"what": "story", "reason": "核查照片"}, headers=handler).text
    (packed,) = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    body = base64.b64decode(packed)
    with Image.open(io.BytesIO(body)) as image:
        assert ((64, 48), "JPEG", {}) == (image.size, image.format, dict(image.getexif()))

    assert not re.search(rb"(?i)canary|zhao|Exif", body)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"story": "短"}, "请写清楚情况", id="too short"),
        pytest.param({"story": "很长" * 1_001}, "请写清楚情况", id="too long"),
        pytest.param({"story": "油罐旁动火\x00请来看看"}, "请写清楚情况", id="NUL"),
        pytest.param({"tenant": "110101"}, "请选择隐患所在的地区", id="a place that is not ours"),
        pytest.param({"tenant": ""}, "请选择隐患所在的地区", id="no place"),
        pytest.param({"category": "nothing"}, "请从列表中选择举报类别", id="no category of ours"),
        pytest.param({"name": "名" * 101}, "姓名最多 100 字", id="a name that is none"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    client: TestClient, own: Database, changes: dict[str, str], sentence: str
) -> None:
    """In words, field by field; nothing is written."""
    answer = client.post("/tip-off", data={**TOLD, **changes})
    with own.begin(["*"]) as work:
        assert [] == outbox_of(work)

    assert 400 == answer.status_code
    assert sentence in answer.text
    assert "某某化工厂" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"GIF89a not one of ours", id="another format"),
        pytest.param(b"\xff\xd8\xff\xe0 broken", id="broken"),
        pytest.param(b"<svg onload='alert(1)'/>", id="no picture at all"),
        pytest.param(b"\xff" * ((4 << 20) + 1), id="too large"),
    ],
)
def test_a_file_that_is_no_photograph_is_refused_by_its_content(client: TestClient, body: bytes) -> None:
    """Whatever its name and its type say."""
    answer = client.post("/tip-off", data=TOLD, files=[("photographs", ("x.jpg", body, "image/jpeg"))])

    assert 400 == answer.status_code
    assert 'class="notice bad"' in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(json.dumps({**TOLD}).encode(), 201, id="taken"),
        pytest.param(json.dumps({**TOLD, "ip": "x"}).encode(), 400, id="a field of no use"),
        pytest.param(json.dumps({**TOLD, "category": 7}).encode(), 400, id="a number for a word"),
        pytest.param(b'{"tenant": "331081", "tenant": "330302"}', 400, id="a key twice"),
        pytest.param(b'{"tenant": NaN}', 400, id="NaN"),
        pytest.param(json.dumps({**TOLD, "story": "\ud800 half a character"}).encode(), 400, id="half a pair"),
        pytest.param(b"[" * 100_000, 400, id="deep"),
        pytest.param(b"\xff\xfe", 400, id="no UTF-8"),
        pytest.param(b"[]", 400, id="no object"),
        pytest.param(b" " * ((1 << 20) + 1), 413, id="too large"),
    ],
)
def test_the_api_takes_what_the_page_takes_and_nothing_else(client: TestClient, body: bytes, status: int) -> None:
    """Strict, by the guard of every door; what was sent never comes back."""
    answer = client.post("/v1/tip-offs", content=body, headers={"content-type": "application/json"})

    assert status == answer.status_code
    assert "赵无名" not in answer.text
    assert (status == 201) == ("receipt" in answer.json())


def test_a_page_of_another_site_sends_nothing(client: TestClient, own: Database) -> None:
    """A form elsewhere that posts here is refused, though nobody signs in here."""
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        assert 403 == client.post("/tip-off", data=TOLD, headers=headers).status_code
        assert 403 == client.post("/v1/tip-offs", json=TOLD, headers=headers).status_code
    with own.begin(["*"]) as work:
        assert [] == outbox_of(work)


def test_one_sender_is_slowed_down_and_another_is_not(own: Database, clock: ManualClock) -> None:
    """Six at once from one address; the day after, nobody remembers."""
    with TestClient(api(own, clock)) as first:
        answers = [first.post("/tip-off", data=TOLD).status_code for _ in range(7)]
        slow = first.post("/v1/tip-offs", json=TOLD)
        other = first.post("/tip-off", data=TOLD, headers={"x-sender": "192.0.2.7"}).status_code
        clock.advance(timedelta(days=1).total_seconds())
        after = first.post("/tip-off", data=TOLD).status_code

    assert [201] * 6 + [429] == answers
    assert (429, True) == (slow.status_code, int(slow.headers["retry-after"]) > 0)
    assert [201, 201] == [other, after]


def test_the_page_leaves_no_trace_and_loads_nothing(client: TestClient) -> None:
    """No cookie, no script, nothing kept by the browser, nothing from elsewhere."""
    for answer in (client.get("/tip-off"), client.post("/tip-off", data=TOLD), client.get("/tip-off/status")):
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
        assert "no-store" == answer.headers["cache-control"]
        assert "no-referrer" == answer.headers["referrer-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not re.search(r'(?:src|href|action)="https?://', answer.text)


def test_without_a_master_key_nothing_is_taken(own: Database, clock: ManualClock) -> None:
    """Rather nothing than something that lies open; the page says so."""
    with TestClient(api(own, clock, masters="")) as shut:
        page = shut.get("/tip-off")
        answers = [shut.post("/tip-off", data=TOLD).status_code, shut.post("/v1/tip-offs", json=TOLD).status_code]

    assert "网上举报还没有开通" in page.text
    assert [503, 503] == answers


@pytest.fixture
def desk(database_url: str, clock: ManualClock) -> Iterator[Callable[[str], TipOffDesk]]:
    """The desk as the command line and the worker have it, with any master keys."""
    table = divisions.load()
    opened = Database(database_url, schema="intake", application_name="test")
    doorkeeper = Doorkeeper(divisions=table, committees=Committees(table, ROOTS), clock=SystemClock())
    yield lambda masters: open_desk(settings(masters), opened, clock, doorkeeper, table)
    opened.close()


def test_another_master_key_wraps_anew_and_the_old_one_can_go(
    told: Told, client: TestClient, handler: dict[str, str], desk: Callable[[str], TipOffDesk]
) -> None:
    """What was sealed is untouched; afterwards the old key opens nothing that the database holds."""
    told()
    identity = only_id(client, handler)
    second = new_master_line("second")
    both = desk(f"{second}\n{MASTERS}")
    with both.database.begin() as work:
        before = work.connection.execute("SELECT body FROM pii.sealed ORDER BY name").fetchall()
        moved = [persons.rewrap(work, both.sealing, most=10), persons.rewrap(work, both.sealing, most=10)]
        after = work.connection.execute("SELECT body FROM pii.sealed ORDER BY name").fetchall()

    assert ([1, 0], before) == (moved, after)
    assert STORY == desk(second).open_story(identity, by="x", reason="换钥之后").story
    with pytest.raises(Exception, match="master key second is not among"):
        desk(MASTERS).open_story(identity, by="x", reason="旧钥")


def test_who_is_erased_opens_nowhere(
    told: Told, client: TestClient, handler: dict[str, str], desk: Callable[[str], TipOffDesk], database_url: str
) -> None:
    """The key is gone and what it sealed; the case stays, and the informer is told so."""
    code = told()
    identity = only_id(client, handler)
    here = desk(MASTERS)
    erased = [here.erase(identity, by="x", reason="本人要求"), here.erase(identity, by="x", reason="本人要求")]
    opened = client.post(f"/tip-offs/{identity}/open", data={"what": "contact", "reason": "再看一次"}, headers=handler)
    with psycopg.connect(database_url) as owner:
        row = owner.execute("SELECT wrapped, erased_why, (SELECT count(*) FROM pii.sealed) FROM pii.person").fetchone()

    assert [True, False] == erased
    assert (410, True) == (opened.status_code, "已经按规定销毁" in opened.text)
    assert (None, "本人要求", 0) == row
    assert "销毁" in client.post("/tip-off/status", data={"code": code}).text


def test_an_informer_is_forgotten_a_year_after_the_end(
    told: Told, client: TestClient, handler: dict[str, str], desk: Callable[[str], TipOffDesk], clock: ManualClock
) -> None:
    """Not a day before, and never while the tip-off is handled."""
    told()
    told(story="另一件还没有办结的举报")
    here = desk(MASTERS)
    listed = re.findall(r'href="/tip-offs/(T[0-9a-f]{16})"', client.get("/tip-offs", headers=handler).text)
    assert client.post(
        f"/tip-offs/{listed[0]}/verify", data={"verdict": "false"}, headers=handler, follow_redirects=False
    ).is_redirect
    counts = []
    for days in (360, 10, 400):
        clock.advance(timedelta(days=days).total_seconds())
        counts.append(here.expire())

    assert [0, 1, 0] == counts


def test_row_security_keeps_informers_from_every_other_login(told: Told, database_url: str) -> None:
    """Another service's logins see no informer; intake's API sees those of its scope, and changes nothing."""
    told()

    def count(service: str, process: str, scope: str | None = None) -> int:
        with psycopg.connect(as_role(database_url, service, process)) as connection:
            if scope is not None:
                connection.execute("SELECT set_config('bihuan.tenants', %s, true)", (scope,))
            row = connection.execute("SELECT count(*) FROM pii.sealed").fetchone()
            return int(row[0]) if row else -1

    assert 2 == count("intake", "worker")
    assert [2, 2, 0, 0] == [count("intake", "api", scope) for scope in ("331081", "*", "330302", "")]
    assert [0, 0] == [count("notify", "api", "*"), count("notify", "worker")]
    for service in ("escalation", "reporting"):
        with pytest.raises(errors.InsufficientPrivilege):
            count(service, "worker")
    with psycopg.connect(as_role(database_url, "intake", "api")) as connection:
        connection.execute("SELECT set_config('bihuan.tenants', '*', true)")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("UPDATE pii.person SET tenant = tenant")


def test_what_is_on_record_stays(told: Told, client: TestClient, handler: dict[str, str], database_url: str) -> None:
    """Not even the owner changes or removes the record of who looked."""
    told()
    identity = only_id(client, handler)
    client.post(f"/tip-offs/{identity}/open", data={"what": "contact", "reason": "补充询问"}, headers=handler)
    for statement in ("UPDATE pii.opening SET reason = 'x'", "DELETE FROM pii.opening", "TRUNCATE pii.opening"):
        with psycopg.connect(database_url) as owner, pytest.raises(errors.RaiseException, match="append-only"):
            owner.execute(statement)  # type: ignore[call-overload]
