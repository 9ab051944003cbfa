"""The daily form of a past day is printed again as of any moment, byte for byte."""

import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest

from services.reporting.handlers.reports import BadAskError, NoSuchFormError, Reports, Wish
from tests.integration.reporting_forms.conftest import Feed
from tests.unit.services.reporting.facts import at
from tests.unit.services.reporting.visits import a_day, correction

DAY = date(2020, 4, 2)
THAT_NIGHT = at("2020-04-03 00:00")


def printed(desk: Reports, form: str = "xlsx", **more: Any) -> bytes:
    out = io.BytesIO()
    desk.write(Wish(**{"kind": "daily", "tenant": "330400", "day": DAY, "team": "team-1", **more}), form, out)
    return out.getvalue()


def figures(document: bytes) -> dict[str, int]:
    sheet = json.loads(document)["sheets"][0]
    return {p["label"]: p["value"] for said in sheet["paragraphs"] for p in said if isinstance(p, dict)}


@pytest.mark.parametrize("form", ["xlsx", "html", "csv", "json"])
def test_a_correction_leaves_the_first_print_as_it_was(feed: Feed, desk: Reports, form: str) -> None:
    """S1-19: printed as of both moments, the first is byte-equal to the original and the second shows 更正."""
    facts = a_day()
    feed([fact for fact in facts if fact.known_at <= at("2020-04-02 23:59")], at("2020-04-02 23:59"))
    original = printed(desk, form)
    feed([fact for fact in facts if fact.known_at > at("2020-04-02 23:59")], at("2020-04-03 12:00"))
    feed([correction()], at("2020-04-04 12:00"))

    again = printed(desk, form, as_of=at("2020-04-02 23:59"))
    now = printed(desk, form)

    assert original == again
    assert original != now
    if form == "json":
        assert (1, 2) == (figures(original)["今日·重大隐患"], figures(now)["今日·重大隐患"])
        notes = json.loads(now)["sheets"][0]["notes"]
        assert ["更正：隐患H-3的隐患上报（2020年4月3日20:00）：隐患等级 一般隐患 → 重大隐患。"] == [
            note for note in notes if note.startswith("更正")
        ]
        assert "更正" not in original.decode()


def test_today_is_as_of_the_day_and_so_far_is_as_of_now(feed: Feed, desk: Reports) -> None:
    """T10: what was put right the next morning counts in 累计 and never in 今日."""
    feed(a_day(), at("2020-04-03 12:00"))

    assert {
        "今日·检查企业（场所）": 3,
        "今日·发现问题或隐患": 4,
        "今日·重大隐患": 1,
        "今日·已完成整改": 1,
        "今日·已交办": 2,
        "累计·检查企业（场所）": 3,
        "累计·发现问题或隐患": 5,
        "累计·重大隐患": 1,
        "累计·已完成整改": 3,
        "累计·已交办": 1,
    } == figures(printed(desk, "json"))


def test_what_nobody_got_is_listed(feed: Feed, desk: Reports) -> None:
    """S1-13: found - put right - handed over is the list of 未交办, and the note says so."""
    feed(a_day(), at("2020-04-03 12:00"))

    form = json.loads(printed(desk, "json"))

    assert ["H-3"] == [row[1] for row in form["sheets"][1]["rows"]]
    assert "校核：发现4个－整改1个－交办2个＝1个未整改也未交办。" in form["sheets"][0]["notes"]


def test_a_day_without_findings_is_a_zero_report(feed: Feed, desk: Reports) -> None:
    """Also before the first event, and with nothing in the tables at all."""
    assert {0} == set(figures(printed(desk, "json")).values())
    feed(a_day(), at("2020-04-03 12:00"))

    quiet = json.loads(printed(desk, "json", day=date(2020, 4, 1)))
    early = json.loads(printed(desk, "json", day=date(2019, 1, 1)))

    assert any("零报告" in note for note in quiet["sheets"][0]["notes"])
    assert {0} == set(figures(json.dumps(early).encode()).values())
    assert 1 == figures(printed(desk, "json", day=date(2020, 4, 1)))["累计·发现问题或隐患"]


def test_all_teams_together_count_everything_once(feed: Feed, desk: Reports) -> None:
    """Five hazards on four sites."""
    feed(a_day(), at("2020-04-03 12:00"))

    everyone = figures(printed(desk, "json", team=""))

    assert (4, 5) == (everyone["今日·检查企业（场所）"], everyone["今日·发现问题或隐患"])


def test_the_workbook_is_the_official_form(feed: Feed, desk: Reports) -> None:
    """Eight columns under merged heads, A4 landscape, no formula; the figures open onto hazards."""
    feed(a_day(), at("2020-04-03 12:00"))

    book = openpyxl.load_workbook(io.BytesIO(printed(desk)))
    sheet = book["日报表"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]

    assert "暗访检查日报表" == rows[0][0]
    assert "组别：第一督查暗访组" == rows[1][0]
    assert ["行业领域", "企业（场所）名称", "地址", "问题隐患内容"] == rows[5][:4]
    assert ["消防", "示范S-1有限公司", "示范路1号", "H-1：疏散通道被货物堵塞", "是", "是"] == rows[6][:6]
    assert ("landscape", 9) == (sheet.page_setup.orientation, int(sheet.page_setup.paperSize))
    assert "'日报表'!$A$1:$H$13" == sheet.print_area
    assert {"A1:H1", "A2:D2", "E2:H2"} <= {str(merged) for merged in sheet.merged_cells.ranges}
    assert {"s", "n"} >= {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "330400:test:H-1" in [row[2].value for row in book["数字来源"].iter_rows()]


@pytest.mark.parametrize(
    ("wish", "error", "words"),
    [
        ({"tenant": "999999"}, NoSuchFormError, "没有辖区 999999"),
        ({"kind": "nothing"}, NoSuchFormError, "没有报表 nothing"),
        ({"team": "team-77"}, NoSuchFormError, "没有督查暗访组 team-77"),
        ({"day": date(2020, 7, 2)}, BadAskError, "尚未到来"),
        ({"as_of": at("2020-07-02 00:00")}, BadAskError, "尚未到来"),
        ({"since": date(2020, 4, 3)}, BadAskError, "晚于"),
    ],
)
def test_what_cannot_be_had_is_said(desk: Reports, wish: dict[str, Any], error: type[Exception], words: str) -> None:
    """With what there is instead."""
    with pytest.raises(error, match=words):
        printed(desk, **wish)
