"""Offices see what each source sends and what was refused, replay it, and import with a preview."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from contracts import divisions
from contracts.roles import Role
from contracts.vocabulary import Door
from policies import files
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from services.intake.api import app
from services.intake.core.committees import Committees
from services.intake.core.registry import Source
from services.intake.handlers.registering import Doorkeeper
from services.intake.handlers.taking import Arrival, take
from services.intake.main import mapping_named, mapping_names
from services.intake.metrics import INTAKE_METRICS
from services.intake.settings import IntakeSettings
from services.intake.store import sources
from tests.conftest import SignedIn
from tests.integration.intake_doors.scene import COUNTY, ROOTS, event

LEDGER = Source(
    slug="old",
    name="旧台账",
    namespace="old",
    tenants=("331081",),
    attributes=frozenset({"/ledger/old"}),
    historic=True,
)
Sent = Callable[[dict[str, Any]], Any]


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.fixture
def client(database: Database, signed_in: SignedIn) -> Iterator[TestClient]:
    """The API process's app, for the office of the county."""
    table = divisions.load()
    settings = IntakeSettings(database_url=SecretStr("postgresql://unused"))
    made = app.create(
        settings=settings,
        database=database,
        clock=SystemClock(),
        metrics=Metrics([*RUNTIME_METRICS, *INTAKE_METRICS]),
        doorkeeper=Doorkeeper(divisions=table, committees=Committees(table, ROOTS), clock=SystemClock()),
        mapping_named=lambda name: mapping_named(settings, name),
        mappings=lambda: mapping_names(settings),
        divisions=table,
    )
    with database.begin() as work:
        sources.register(work, COUNTY)
        sources.register(work, LEDGER)
    with TestClient(made, raise_server_exceptions=False) as opened:
        opened.headers.update(signed_in(Role.COUNTY, "331081"))
        yield opened


@pytest.fixture
def sent(database: Database, client: TestClient) -> Sent:
    """Take one event of the county's system in, as the Kafka door does."""
    table, clock = divisions.load(), SystemClock()
    doorkeeper = Doorkeeper(divisions=table, committees=Committees(table, ROOTS), clock=clock)

    def send(document: dict[str, Any]) -> Any:
        with database.begin() as work:
            admission = doorkeeper.admission(work, fresh=True)
            sender = admission.of_source(COUNTY, Door.KAFKA)
            judged = admission.admit(document, sender, admission.standing(sender), received_at=clock.now())
            body = json.dumps(document, ensure_ascii=False).encode()
            arrival = Arrival(judged=judged, body=body, door=Door.KAFKA, origin={"slug": "county", "offset": 7})
            (outcome,) = take(work, [arrival], received_at=clock.now())
        return outcome.word

    return send


def test_the_quality_of_a_source_is_seen(client: TestClient, sent: Sent) -> None:
    """Accepted, refused with the reason and the mend; one that never spoke says so."""
    assert "accepted" == sent(event())
    assert "duplicate" == sent(event())
    assert "rejected" == sent(event(id="2", time="2023-05-08T09:00:00"))
    seen = text_of(client.get("/quality").text)

    assert "温岭市安监系统 county" in seen
    assert re.search(r"1 1 50\.0% 0 1 0 \d+ 天", seen)
    assert "旧台账 old 从未收到" in seen
    assert "county 时间没有写时区。 写成带时区的 RFC 3339" in seen


def test_the_numbers_of_a_shared_source_are_nobodys_alone(
    client: TestClient, sent: Sent, database: Database, signed_in: SignedIn
) -> None:
    """A county reads that a source of two counties is alive; how much it sent for both is for whoever answers for both."""
    with database.begin() as work:
        sources.register(work, replace(COUNTY, tenants=("331081", "330302")))
    sent(event(id="shared", time="2023-05-08T09:00:00"))
    ours = text_of(client.get("/quality").text)
    above = text_of(client.get("/quality", headers=signed_in(Role.PROVINCE, "330000")).text)

    assert "温岭市安监系统 county" in ours
    assert "这个来源还为其他地区报送" in ours
    assert "时间没有写时区" not in ours
    assert "时间没有写时区" in above
    assert "这个来源还为其他地区报送" not in above


def test_a_refused_event_is_read_and_replayed(client: TestClient, sent: Sent, database: Database) -> None:
    """With the cause mended it comes in; before that it stays, and the page says why."""
    sent(event(id="3", source="/county/new"))
    listed = client.get("/dead-letters")
    (path,) = set(re.findall(r'href="(/dead-letters/\d+)"', listed.text))
    page = text_of(client.get(path).text)
    still = client.post(path).text
    with database.begin() as work:
        sources.register(work, replace(COUNTY, attributes=COUNTY.attributes | {"/county/new"}))
    mended = client.post(path).text

    assert '"id": "3"' in page
    assert "仍然不能收下" in still
    assert "已重放，这条数据收下了。" in mended
    assert "没有待处理的退回数据" in client.get("/dead-letters").text
    assert 409 == client.post(path).status_code


def test_another_county_sees_no_letter(client: TestClient, sent: Sent, signed_in: SignedIn) -> None:
    """Neither in its list nor by its address."""
    sent(event(id="4", time="2023-05-08T09:00:00"))
    (path,) = set(re.findall(r'href="(/dead-letters/\d+)"', client.get("/dead-letters").text))
    other = signed_in(Role.COUNTY, "330402")

    assert "没有待处理的退回数据" in client.get("/dead-letters", headers=other).text
    answer = client.get(path, headers=other)
    assert (404, True) == (answer.status_code, "没有这条记录" in answer.text)


def test_an_import_is_looked_at_before_it_is_done(client: TestClient, database: Database) -> None:
    """The preview counts and names the refused rows, and writes nothing; then the import does what it said."""
    ledger = (files.folder() / "demonstration" / "ledger.csv").read_bytes()
    form = {"source": "old", "mapping": "demonstration-ledger", "tenant": "331081006"}

    def send(act: str) -> str:
        answer = client.post("/imports", data={**form, "act": act}, files={"file": ("ledger.csv", ledger)})
        assert 200 == answer.status_code
        return text_of(answer.text)

    preview = send("preview")
    with database.begin() as work:
        assert (0,) == work.connection.execute("SELECT count(*) FROM outbox").fetchone()
    done = send("import")

    assert "这是预览，什么都没有写入。" in preview
    assert "退回的行" in preview
    assert "导入完成。" in done
    assert re.search(r"新增事件 [1-9]\d*", preview)
    assert re.search(r"与上次相同 [1-9]\d*", send("preview"))


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        pytest.param({"source": "nobody"}, 400, "没有登记这个来源系统", id="no source"),
        pytest.param({"source": "bihuan"}, 400, "没有登记这个来源系统", id="our own"),
        pytest.param({"tenant": "x"}, 400, "6 到 12 位的区划代码", id="no code"),
        pytest.param({"tenant": "330402"}, 403, "不在您的范围内", id="another county"),
        pytest.param({"mapping": "nothing"}, 400, "", id="no mapping"),
    ],
)
def test_an_import_that_cannot_be_says_why(
    client: TestClient, form: dict[str, str], status: int, sentence: str
) -> None:
    """In Chinese, on a page."""
    asked = {"source": "old", "mapping": "demonstration-ledger", "tenant": "331081006", "act": "import", **form}
    answer = client.post("/imports", data=asked, files={"file": ("ledger.csv", b"a,b\n1,2\n")})

    assert (status, True) == (answer.status_code, sentence in answer.text)
    assert "追踪号" in answer.text


def test_a_team_does_not_import(client: TestClient, signed_in: SignedIn) -> None:
    """Offices do."""
    assert 403 == client.get("/imports", headers=signed_in(Role.TEAM, "331081")).status_code
