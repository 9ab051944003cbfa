"""S1-13, S1-19: the daily form reports, hands over and dates every row."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.intake.core.ledger.day_form import DayForm, implied, is_day_form, read_day_form
from services.intake.core.ledger.rows import BadRow, Implied, Statement
from services.intake.core.ledger.tables import BadTableError
from services.intake.handlers.day_forms import charters

CHARTER = charters(None)["330400"]
NOW = datetime(2020, 4, 10, tzinfo=UTC)
HEAD = [
    "行业领域",
    "企业（场所）\n名称",
    "地址",
    "问题隐患内容",
    "是否\n为重\n大",
    "是否留存\n影像资料",
    "交办情况",
    "整改期限",
]
ROW = ["消防", "示范机械有限公司", "示范路1号", "疏散通道被货物堵塞", "否", "是", "已交办示范街道", "4月10日"]


def grid(*rows: list[str], head: str = "组别：第 一 组 时间： 4 月 2 日") -> list[list[str]]:
    return [
        ["暗访检查日报表", "", "", "", "", "", "", ""],
        [head, "", "", "", "", "", "", ""],
        ["总体情况"],
        ["对南湖区进行了暗访，共检查企业（场所）1个……"],
        HEAD,
        *rows,
        ["数据截至2020-04-02 23:59:59（北京时间）。"],
    ]


def read(*rows: list[str], received_at: datetime = NOW, **more: str) -> DayForm:
    return read_day_form(grid(*rows, **more), CHARTER, received_at)


def said(form: DayForm) -> list[Statement]:
    return [statement for one in implied(form) if isinstance(one, Implied) for statement in one.statements]


def row(**cells: str) -> list[str]:
    names = ["sector", "name", "address", "content", "major", "evidence", "hand_over", "deadline"]
    return [cells.get(name, default) for name, default in zip(names, ROW, strict=True)]


def test_a_row_reports_hands_over_and_dates_its_hazard() -> None:
    """And the office has it; the day is reported; the inspection was made."""
    form = read(ROW)
    told = {statement.type: statement for statement in said(form)}

    assert ("team-1", date(2020, 4, 2)) == (form.team.id, form.day)
    assert [
        "hazard.reported.v1",
        "hazard.handed_over.v1",
        "hazard.escalated_up.v1",
        "inspection.completed.v1",
        "obligation.fulfilled.v1",
    ] == list(told)
    report = told["hazard.reported.v1"].data
    assert ("general", "2020-04-10", "undercover", True) == tuple(
        report[name] for name in ("level", "rectify_by", "found_by", "evidence_kept")
    )
    assert "示范街道" == told["hazard.handed_over.v1"].data["to_unit"]
    assert {date(2020, 4, 2)} == {s.time.astimezone(ZoneInfo("Asia/Shanghai")).date() for s in told.values()}
    assert {"obligation": "daily_report", "unit": "team-1", "period": "2020-04-02"} == told[
        "obligation.fulfilled.v1"
    ].data
    assert "330402" == told["hazard.reported.v1"].tenant


def test_a_zero_report_is_a_report() -> None:
    """A form without rows fulfils the duty and says nothing else."""
    assert ["obligation.fulfilled.v1"] == [statement.type for statement in said(read())]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("已交办示范街道", "hazard.handed_over.v1", id="handed over"),
        pytest.param("当场整改完成", "hazard.rectified.v1", id="put right on the spot"),
        pytest.param("已完成整改", "hazard.rectified.v1", id="put right"),
        pytest.param("未交办", None, id="nobody has it"),
        pytest.param("", None, id="nothing is said"),
        pytest.param("未完成整改", None, id="not put right"),
        pytest.param("区应急管理局", "hazard.handed_over.v1", id="only the unit"),
    ],
)
def test_what_became_of_a_row(words: str, expected: str | None) -> None:
    """交办情况 hands it over, or says that it is put right."""
    told = {statement.type for statement in said(read(row(hand_over=words)))}

    assert {expected} - {None} == told & {"hazard.handed_over.v1", "hazard.rectified.v1"}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"major": "也许"}, "是否为重大：请填是或否，现为“也许”"),
        ({"deadline": ""}, "整改期限：没有填写"),
        ({"deadline": "尽快"}, "整改期限：“尽快”不是日期"),
        ({"deadline": "4月31日"}, "整改期限：“4月31日”不是一个日子"),
        ({"name": ""}, "企业(场所)名称：没有填写"),
        ({"content": ""}, "问题隐患内容：没有填写"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(cells: dict[str, str], words: str) -> None:
    """The others are taken."""
    read_rows = list(implied(read(ROW, row(**cells))))

    assert [(words,)] == [one.errors for one in read_rows if isinstance(one, BadRow)]
    assert 7 in [one.row.number for one in read_rows if isinstance(one, BadRow)]
    assert any(isinstance(one, Implied) and one.row.number == 6 for one in read_rows)


@pytest.mark.parametrize(
    ("head", "received_at", "day"),
    [
        pytest.param(
            "组别：第一组 时间：4月2日", datetime(2026, 1, 5, tzinfo=UTC), date(2020, 4, 2), id="the campaign's year"
        ),
        pytest.param("组别：第一组 时间：2020年4月2日", NOW, date(2020, 4, 2), id="its own year"),
        pytest.param(
            "组别：第一组 时间：12月30日", datetime(2021, 1, 2, tzinfo=UTC), date(2020, 12, 30), id="last year's"
        ),
        pytest.param(
            "组别：第一督查暗访组　时间：2020-04-02", NOW, date(2020, 4, 2), id="the pack's name for the team"
        ),
    ],
)
def test_the_day_of_a_form(head: str, received_at: datetime, day: date) -> None:
    """A form without a year lies in the campaign, else in the past."""
    assert day == read(ROW, head=head, received_at=received_at).day


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("组别：第 组 时间：4月2日", "组别“第组”不认识"),
        ("组别：第十组 时间：4月2日", "组别“第十组”不认识"),
        ("组别：第一组 时间： 月 日", "没有写明时间"),
        ("组别：第一组 时间：2月30日", "不是一个日子"),
        ("组别：第一组 时间：2020年4月12日", "尚未到来"),
    ],
)
def test_a_head_that_is_not_filled_is_refused(head: str, words: str) -> None:
    """With what is missing."""
    with pytest.raises(BadTableError, match=words):
        read(ROW, head=head)


def test_another_table_is_no_daily_form() -> None:
    """It says what it looked for."""
    assert not is_day_form([["编号", "内容"], ["1", "x"]])
    with pytest.raises(BadTableError, match="不是暗访检查日报表"):
        read_day_form([["编号", "内容"]], CHARTER, NOW)


def test_nothing_is_told_to_happen_after_the_form_came_in() -> None:
    """A form sent at three in the afternoon reports at three, not at midnight."""
    afternoon = datetime(2020, 4, 2, 15, tzinfo=ZoneInfo("Asia/Shanghai"))

    assert {afternoon, afternoon.replace(hour=12)} == {each.time for each in said(read(ROW, received_at=afternoon))}
