"""S1-19 (requirements 3, 16): importing a day's form reports its rows; sent again it adds nothing; a change corrects."""

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import xlsxwriter

from contracts.divisions import load
from runtime.database import Database
from runtime.testing import ManualClock
from services.intake.core.admission import Admission
from services.intake.core.committees import Committees
from services.intake.core.ledger.day_form import read_day_form
from services.intake.core.ledger.tables import BadTableError
from services.intake.handlers import day_forms, workbook
from services.intake.handlers.importing import Importer, Report, Wish, ledger_source
from services.intake.store import sources
from tests.integration.intake_doors.scene import outbox_of

HEAD = [
    "行业领域",
    "企业（场所）名称",
    "地址",
    "问题隐患内容",
    "是否为重大",
    "是否留存影像资料",
    "交办情况",
    "整改期限",
]
ROWS = [
    ["消防", "示范机械有限公司", "示范路1号", "疏散通道被货物堵塞", "否", "是", "已交办示范街道", "4月10日"],
    ["消防", "示范机械有限公司", "示范路1号", "=HYPERLINK(1)", "是", "是", "当场整改完成", ""],
    ["工贸", "示范塑料厂", "示范路2号", "电线私拉乱接", "不知道", "是", "未交办", "4月10日"],
]
NOW = datetime(2020, 4, 2, 14, tzinfo=UTC)
Send = Callable[..., Report]


def book(rows: Sequence[Sequence[str]], head: str = "组别：第 一 组 时间： 4 月 2 日") -> bytes:
    """The annex as a clerk fills it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as made:
        sheet = made.add_worksheet()
        for number, line in enumerate([["暗访检查日报表"], [head], ["总体情况"], HEAD, *rows]):
            for place, cell in enumerate(line):
                sheet.write_string(number, place, cell)
    return out.getvalue()


@pytest.fixture
def send(database: Database) -> Send:
    """Import a form of Jiaxing's committee."""
    source = ledger_source("daily-form-330400", "330400")
    with database.begin() as work:
        sources.register(work, source)
    clock = ManualClock(NOW)
    table = load()
    charter = day_forms.charters(None)["330400"]

    def run(body: bytes, received_at: datetime = NOW, **changes: Any) -> Report:
        with database.begin() as work:
            registry = sources.load(work)
        admission = Admission(divisions=table, committees=Committees(table, ["330400"]), registry=registry)
        form = read_day_form(workbook.read_cells("form.xlsx", body), charter, received_at)
        wish: dict[str, Any] = {
            "rows": [],
            "mapping": None,
            "form": form,
            "source": source,
            "tenant": "330400",
            "tenants": ("330400",),
            "historic": False,
            "dry_run": False,
            "file_name": "form.xlsx",
            "file_body": body,
            "asked_by": "test",
            **changes,
        }
        clock.advance(to=received_at)
        return Importer(database=database, clock=clock).run(Wish(**wish), admission)

    return run


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def documents(database: Database) -> list[dict[str, Any]]:
    with database.begin() as work:
        found = [document for _, _, document in outbox_of(work)]
        work.connection.execute("TRUNCATE outbox")
    return found


def test_a_form_is_taken_once(send: Send, database: Database) -> None:
    """Two rows are in, one comes back with its reason; the same form again adds nothing, even hours later."""
    first = send(book(ROWS))
    told = documents(database)
    again = send(book(ROWS), NOW + timedelta(hours=1))

    assert {"rows": 3, "refused": 1, "new": 8, "corrected": 0, "voided": 0, "unchanged": 0} == first.counts
    assert ["是否为重大：请填是或否，现为“不知道”"] == [error for bad in first.refused for error in bad.errors]
    assert 8 == len(told)
    assert {"2020-04-02"} == {document["time"][:10] for document in told}
    assert all(moment(document["recordedtime"]) >= moment(document["time"]) for document in told)
    assert not any(document.get("historic") for document in told)
    assert (0, 0, 0, 8) == tuple(again.counts[act] for act in ("new", "corrected", "voided", "unchanged"))
    assert [] == documents(database)


def test_a_changed_row_corrects_and_a_row_that_vanished_closes_nothing(send: Send, database: Database) -> None:
    """The deadline was wrong; the second row is left out."""
    send(book(ROWS[:2]))
    documents(database)

    report = send(book([[*ROWS[0][:7], "4月12日"]]))

    assert (0, 2, 0) == tuple(report.counts[act] for act in ("new", "corrected", "voided"))
    assert {"hazard.reported.v1", "inspection.completed.v1"} == {each["type"] for each in documents(database)}


def test_what_is_late_says_so(send: Send, database: Database) -> None:
    """A form sent two days later tells of its day, and was recorded when it came."""
    send(book(ROWS[:1]), NOW + timedelta(days=2))

    late = documents(database)
    assert {("2020-04-02", "2020-04-04")} == {(each["time"][:10], each["recordedtime"][:10]) for each in late}


@pytest.mark.parametrize("body", [b"PK\x03\x04 no zip", b"", b"x" * 1000])
def test_what_is_no_workbook_is_refused(send: Send, body: bytes) -> None:
    """Before anything of it is parsed."""
    with pytest.raises(BadTableError):
        send(body)
