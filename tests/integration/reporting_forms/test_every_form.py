"""Every form can be printed in every format, full and empty, and agrees with plain folding, the API and the sums."""

import io
import json
import random
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import openpyxl
import pytest
from starlette.testclient import TestClient

from contracts.divisions import Divisions, load
from contracts.facts import Fact
from contracts.roles import Role
from contracts.vocabulary import Status
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.testing import ManualClock
from services.reporting.core.charter import charter_for
from services.reporting.core.forms.archive import Ask
from services.reporting.core.forms.kinds import KINDS
from services.reporting.core.forms.spans import first_day
from services.reporting.exports import document
from services.reporting.handlers.reports import FORMATS, Reports, Wish
from services.reporting.main import api_app
from services.reporting.metrics import REPORTING_METRICS
from services.reporting.packs import charters
from services.reporting.settings import ReportingSettings
from services.reporting.worker.exporting import Exporter
from tests.conftest import SignedIn
from tests.integration.reporting_forms.conftest import Feed
from tests.integration.reporting_read_models.log import decided
from tests.unit.services.reporting.facts import at
from tests.unit.services.reporting.memory import MemoryArchive
from tests.unit.services.reporting.visits import a_day, correction, found, said_at, then

DAY = date(2020, 4, 10)
UNTIL = at("2020-04-11 12:00")
DIVISIONS = load()


def scene() -> list[Fact]:
    """The two days of the teams, and everything else that some form counts."""
    site = {"id": "S-1", "name": "示范机械", "address": "示范路1号", "kind": "unit", "sector": "新能源"}
    return [
        *a_day(),
        correction(),
        found("2020-02-01 09:00", "OLD-1", inspection=None, found_by="superior", sources=["省暗访第一轮"], rectify_by="2020-03-30"),
        found("2020-02-02 09:00", "OLD-2", inspection=None, found_by="self_check", sources=["省暗访第一轮", "市巡查"]),
        then("plan_filed", "2020-03-30 09:00", "OLD-2", target_date="2020-06-30", interim_measures="停用", responsible="甲", measures="改造"),
        then("rectified", "2020-04-01 09:00", "OLD-1", by="示范公司", funds=20_000),
        then("closed", "2020-04-03 09:00", "OLD-1", document_no="〔2020〕1号"),
        then("extension_decided", "2020-04-05 09:00", "H-1", granted=True, until="2020-04-20", approver="市安委办", reason="设备未到", document_no="〔2020〕2号"),
        said_at("site.registered", "2020-03-01 09:00", "site-1", {"site": site}),
        said_at("enforcement.recorded", "2020-04-04 09:00", "e-1", {"document_no": "〔2020〕3号", "kind": "penalty", "site_id": "S-1", "hazard_ids": ["H-1"], "amount": 30_000}),
        said_at("listing.opened", "2020-04-04 10:00", "l-1", {"listing_id": "L-1", "subject": {"kind": "site", "id": "S-1"}, "level": "city", "until": "2020-06-30", "hazard_ids": ["H-1"], "batch": "1"}),
        said_at("obligation.fulfilled", "2020-04-02 22:00", "o-1", {"obligation": "daily_report", "unit": "team-1", "period": "2020-04-02"}, tenant="330400"),
        said_at("target.progressed", "2020-04-06 09:00", "t-1", {"target": "chemical_parks", "unit": "330402", "value": 3, "as_of": "2020-04-06"}, tenant="330400"),
        said_at("accident.reported", "2020-03-05 09:00", "a-1", {"accident_id": "A-1", "category": "industrial", "sector": "工贸", "liability": "pending", "deaths": 1}),
        *(said_at("tip_off.received", f"2020-03-0{n} 09:00", f"tip-{n}", {"tip_off_id": f"T-{n}", "category": "消防", "description": "内容"}) for n in range(1, 7)),
        *(said_at("tip_off.verified", f"2020-03-{n + 7:02} 09:00", f"tip-v{n}", {"tip_off_id": f"T-{n}", "true": True, "reward_yuan": 500}) for n in range(1, 6)),
    ]  # fmt: skip


def wish(kind: str, **more: Any) -> Wish:
    return Wish(**{"kind": kind, "tenant": "330400", "day": DAY, **more})


def printed(desk: Reports, asked: Wish, form: str = "json") -> bytes:
    out = io.BytesIO()
    desk.write(asked, form, out)
    return out.getvalue()


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_form_prints_in_every_format(feed: Feed, desk: Reports, kind: str) -> None:
    """Twice the same bytes; as a workbook without any formula, on A4 landscape, with numbered pages."""
    feed(scene(), UNTIL)

    for form in FORMATS:
        first = printed(desk, wish(kind), form)
        assert first
        assert first == printed(desk, wish(kind), form)
    book = openpyxl.load_workbook(io.BytesIO(printed(desk, wish(kind), "xlsx")))
    for sheet in book:
        assert ("landscape", 9) == (sheet.page_setup.orientation, int(sheet.page_setup.paperSize))
        assert "第 &P 页" in str(sheet.oddFooter.center.text)
        assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_form_of_nothing_is_a_zero_report(desk: Reports, kind: str) -> None:
    """Before the first event, for a county without a pack of its own, and for one without any."""
    for tenant in ("330400", "330402", "331081", "110101"):
        assert json.loads(printed(desk, wish(kind, tenant=tenant)))["sheets"]
        assert printed(desk, wish(kind, tenant=tenant), "xlsx")


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_form_is_printed_again_as_it_was(feed: Feed, desk: Reports, kind: str) -> None:
    """As of the moment of the first print, byte for byte, after everything else has come in."""
    moment = at("2020-04-03 12:00")
    facts = scene()
    feed([fact for fact in facts if fact.known_at <= moment], moment)
    asked = wish(kind, day=date(2020, 4, 2))
    original = printed(desk, asked, "xlsx")
    feed([fact for fact in facts if fact.known_at > moment], UNTIL)

    again = printed(desk, msgspec.structs.replace(asked, as_of=moment), "xlsx")

    assert original == again


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("moment", ["2020-04-11 12:00", "2020-04-02 12:00"])
def test_tables_and_plain_folding_fill_the_same_form(
    feed: Feed, desk: Reports, divisions: Divisions, kind: str, moment: str
) -> None:
    """What comes out of the tables is what a fold of all facts says."""
    facts = [*scene(), decided_late()]
    feed(facts, UNTIL)

    assert printed(desk, wish(kind, as_of=at(moment))) == by_hand(facts, kind, moment, divisions)


def decided_late() -> Fact:
    late = decided(
        "H-3", Status.RAISED, at("2020-04-11 00:00"), number=1, tenant="330402001", since=at("2020-04-11 00:00")
    )
    decision = msgspec.json.decode(late.data)
    decision["committee"] = "330400"
    return msgspec.structs.replace(late, committee="330400", data=msgspec.Raw(msgspec.json.encode(decision)))


def by_hand(facts: Sequence[Fact], kind: str, moment: str, divisions: Divisions) -> bytes:
    charter = charter_for("330400", charters(None), divisions)
    ask = Ask(
        kind=kind,
        tenant="330400",
        day=DAY,
        since=first_day(KINDS[kind].span, DAY, charter),
        as_of=at(moment),
        baseline=at(moment) - timedelta(days=7),
    )
    return b"".join(document.stream(KINDS[kind].build(ask, MemoryArchive(facts, ask, charter, divisions))))


def history(dice: random.Random) -> list[Fact]:
    """A random history: reports of some hazards with whatever may follow, in any order, some of it corrected."""
    facts: list[Fact] = []
    for number in range(dice.randint(1, 12)):
        name, day = f"R-{number}", dice.randint(1, 9)
        tenant = dice.choice(["330402001", "330411002", "330421"])
        level = dice.choice(["general", "major"])
        facts.append(found(f"2020-04-0{day} 09:00", name, inspection=None, tenant=tenant, level=level))
        for subject in dice.sample(
            ["handed_over", "rectified", "reinspected", "closed", "withdrawn", "regraded"], dice.randint(0, 4)
        ):
            data = {
                "handed_over": {"to_unit": "甲"},
                "reinspected": {"passed": dice.random() < 0.5},
                "regraded": {"level": "major"},
            }
            facts.append(
                then(
                    subject,
                    f"2020-04-0{dice.randint(1, 9)} {dice.randint(10, 20)}:00",
                    name,
                    tenant=tenant,
                    **data.get(subject, {}),
                )
            )
        if dice.random() < 0.3:
            facts.append(
                found(
                    "2020-04-09 20:00",
                    name,
                    inspection=None,
                    tenant=tenant,
                    level="major",
                    correction=f"r-{name}",
                    event_id=f"fix-{name}",
                )
            )
    dice.shuffle(facts)
    return facts  # fmt: skip


@pytest.mark.parametrize("seed", range(15))
def test_forms_api_and_gauges_give_the_same_number(
    feed: Feed, desk: Reports, database: Database, database_url: str, signed_in: SignedIn, seed: int
) -> None:
    """For the same moment and tenant: the summary's, the roll-up's, the ledger's, the list's and the gauge's."""
    feed(history(random.Random(seed)), UNTIL)
    metrics = Metrics([*RUNTIME_METRICS, *REPORTING_METRICS])
    Exporter(
        database=database,
        metrics=metrics,
        clock=ManualClock(at("2020-07-01 12:00")),
        owner="test",
        every=timedelta(seconds=15),
        checked_every=timedelta(0),
    ).refresh()
    settings = ReportingSettings.model_validate({"database_url": database_url})

    roll_up = json.loads(printed(desk, wish("roll-up", since=date(2020, 1, 1))))["sheets"][0]["rows"]
    total = roll_up[-1]
    ledger = json.loads(printed(desk, wish("ledger")))["sheets"][0]["rows"]
    with TestClient(api_app(settings, database, DIVISIONS, ManualClock(at("2020-07-01 12:00")))) as client:
        client.headers.update(signed_in(Role.PROVINCE))
        summary = client.get("/v1/summary", params={"tenant": "330400"}).json()["total"]
        listed = client.get("/v1/hazards", params={"tenant": "330400", "open": True, "limit": 200}).json()["items"]
        late = client.get("/v1/hazards", params={"tenant": "330400", "overdue": True, "limit": 200}).json()["items"]
        overview = client.get("/", params={"tenant": "330400"}).text
        ledger_page = client.get("/hazards", params={"tenant": "330400", "unfinished": "1"}).text

    standing = summary["reported"] - summary["withdrawn"]
    assert standing == total[1]["value"] == len(ledger)
    assert [total[place]["value"] for place in (1, 2, 3, 5, 6, 7)] == [
        sum(row[place]["value"] for row in roll_up[:-1]) for place in (1, 2, 3, 5, 6, 7)
    ]
    gauges = metrics.expose().decode()
    assert summary["open"] == total[5]["value"] == len(listed) == gauge(gauges, "bihuan_open_cases")
    assert summary["major_open"] == total[7]["value"]
    assert summary["overdue"] == total[6]["value"] == gauge(gauges, "bihuan_overdue_cases")
    assert 0 == gauge(gauges, "bihuan_reporting_total_mismatch")
    assert shown(overview, "未销号") == shown(overview, "逾期未整改") + len(
        [row for row in listed if not row["overdue"]]
    )
    assert (summary["open"], summary["overdue"]) == (shown(overview, "未销号"), shown(overview, "逾期未整改"))
    assert {row["hazard_id"] for row in late} <= {row["hazard_id"] for row in listed}
    assert len(late) == summary["overdue"]
    assert f"共 {summary['open']} 项" in ledger_page


def shown(page: str, label: str) -> int:
    """A key figure of the overview."""
    found = re.search(rf'<span class="label">{label}</span><strong>([0-9,]+)</strong>', page)
    assert found is not None, label
    return int(found[1].replace(",", ""))


def gauge(text: str, name: str) -> float:
    """The sum of a gauge over its labels."""
    return sum(
        float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} "))
    )
