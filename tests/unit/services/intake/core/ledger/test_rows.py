"""What one row implies: the real exports' habits, one by one."""

from typing import Any

import pytest

from policies import files
from services.intake.core.ledger.mapping import parse_mapping
from services.intake.core.ledger.rows import BadRow, Implied, imply, repeated
from services.intake.core.ledger.tables import Row

MINE = parse_mapping(files.read(files.folder() / "mappings" / "mine-ledger.yaml"))
TOWN = "331081003"


def row(number: int = 2, **changes: str) -> Row:
    """A row of a mine's ledger: found on the 9th, five things fixed on the 11th, due on the 10th."""
    cells = {
        "编号": "117",
        "发现时间": "2017-12-09 09:15:56",
        "班次": "捌点班",
        "检查单位": "矿级领导",
        "地点": "轨道巷",
        "隐患内容": "轨道巷绕道有废旧材料",
        "等级": "C",
        "专业": "其他",
        "责任单位": "搬运队",
        "状态": "已五定",
        "五定时间": "2017-12-11 11:24:53",
        "整改期限": "2017-12-10 11:24:53",
        "整改措施": "撒地方萨芬",
        "延期至": "",
        "复查时间": "",
        "复查结果": "",
    }
    return Row(number, {**cells, **changes})


def implied(**changes: str) -> Implied:
    found = imply(row(**changes), MINE, TOWN)
    assert isinstance(found, Implied), found
    return found


def said(**changes: str) -> dict[str, tuple[str, Any]]:
    """Kind of event -> (time, data)."""
    return {one.type: (one.time.isoformat(), dict(one.data)) for one in implied(**changes).statements}


def test_a_row_with_a_deadline_is_a_report_and_closes_nothing() -> None:
    """已五定 says who, what and by when; that the measure reads as done proves nothing."""
    found = said()

    assert list(found) == ["hazard.reported.v1"]
    time, data = found["hazard.reported.v1"]
    assert time == "2017-12-09T09:15:56+08:00"
    assert data == {
        "hazard_id": "117",
        "level": "general",
        "category": "其他",
        "description": "轨道巷绕道有废旧材料",
        "sector": "煤矿",
        "found_by": "self_check",
        "sources": ["矿级领导"],
        "site": {
            "id": "place/轨道巷",
            "name": "轨道巷",
            "address": "井下或井口，台账未写地址",
            "kind": "place",
            "sector": "煤矿",
        },
        "responsible_unit": "搬运队",
        "measures": "撒地方萨芬",
        "rectify_by": "2017-12-10T11:24:53+08:00",
    }


def test_put_right_on_the_spot_is_reported_and_rectified_at_once() -> None:
    """已现场处理."""
    found = said(状态="已现场处理", 五定时间="", 整改期限="", 整改措施="")

    assert found["hazard.reported.v1"][1]["fixed_on_the_spot"] is True
    assert found["hazard.rectified.v1"] == ("2017-12-09T09:15:56+08:00", {"hazard_id": "117", "by": "搬运队"})


def test_done_without_a_day_takes_the_latest_moment_the_row_proves() -> None:
    """已整改: flagged, because no column says when."""
    found = implied(状态="已整改")

    rectified = next(one for one in found.statements if one.type == "hazard.rectified.v1")
    assert rectified.time.isoformat() == "2017-12-11T11:24:53+08:00"
    assert rectified.flags == ("time_estimated",)


@pytest.mark.parametrize(("result", "passed"), [("合格", True), ("不合格", False)])
def test_a_reinspection_says_whether_it_passed(result: str, passed: bool) -> None:
    """已复查 with a result; and what was said to be done before stands."""
    found = implied(状态="已复查", 复查时间="2018-04-03 11:19:07", 复查结果=result)

    assert [one.type for one in found.statements] == ["hazard.reported.v1", "hazard.reinspected.v1"]
    assert found.statements[1].data == {"hazard_id": "117", "passed": passed}
    assert found.stands == {"hazard.rectified"}


def test_a_deadline_before_the_finding_is_left_out_and_flagged() -> None:
    """Nobody was ever given it; the hazard is kept."""
    found = implied(整改期限="2017-12-08 08:00:00")

    assert "rectify_by" not in found.statements[0].data
    assert found.remarks == ("deadline_before_finding",)


def test_a_deadline_years_away_is_kept_and_flagged() -> None:
    """It may be a mistyped year, and it may be a plan."""
    found = implied(整改期限="2071-12-10 08:00:00")

    assert found.statements[0].data["rectify_by"] == "2071-12-10T08:00:00+08:00"
    assert found.remarks == ("deadline_far",)


def test_a_text_that_was_cut_is_kept_and_flagged() -> None:
    """Nobody knows what stood there."""
    found = implied(隐患内容="轨道巷3113绕道刮板及 ...")

    assert found.statements[0].data["description"] == "轨道巷3113绕道刮板及 ..."
    assert found.remarks == ("text_cut",)


def test_one_place_spelt_three_ways_is_one_site() -> None:
    """By the mapping's table; blanks and width do not count, an unlisted place is its own."""
    spelt = ("3113综采工作面", "3113综采面", "3113 综采工作面", "３１１３", "3113回采工作面")
    sites = {said(地点=place)["hazard.reported.v1"][1]["site"]["id"] for place in spelt}

    assert sites == {"place/3113综采工作面"}
    assert said(地点="")["hazard.reported.v1"][1]["site"]["id"] == "place/未写明"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param({"编号": " "}, "没有编号", id="no key"),
        pytest.param({"发现时间": ""}, "没有时间", id="no time"),
        pytest.param({"发现时间": "昨天"}, "昨天 不是能读懂的时间", id="no moment"),
        pytest.param({"等级": "D"}, "D 不在映射的词表 level 里", id="an unknown level"),
        pytest.param({"整改期限": "尽快"}, "尽快", id="no deadline that can be read"),
    ],
)
def test_a_row_that_cannot_be_an_event_says_why(changes: dict[str, str], word: str) -> None:
    """Column and reason."""
    found = imply(row(**changes), MINE, TOWN)

    assert isinstance(found, BadRow)
    assert any(word in error for error in found.errors)


def test_everything_wrong_with_a_row_is_said_at_once() -> None:
    """One round of mending is enough."""
    found = imply(row(编号="", 发现时间="昨天", 等级="D"), MINE, TOWN)

    assert isinstance(found, BadRow)
    assert len(found.errors) == 3


def test_a_shifted_row_is_sent_back() -> None:
    """A comma too many puts every cell under the wrong heading."""
    shifted = Row(2, row().cells, overlong=True)

    assert isinstance(imply(shifted, MINE, TOWN), BadRow)


def test_of_rows_with_one_key_the_earliest_counts_in_any_order() -> None:
    """Rows that say the same are one; another one under the same key is sent back."""
    first, same, later = row(2), row(3), row(4, 发现时间="2017-12-20 09:00:00")
    rows = [found for each in (first, same, later) if isinstance(found := imply(each, MINE, TOWN), Implied)]

    for order in (rows, rows[::-1]):
        assert [bad.row.number for bad in repeated(order)] == [4]


ODD = parse_mapping(
    {
        "id": "odd",
        "title": "测试",
        "zone": "Asia/Shanghai",
        "key": ["乡镇", "编号"],
        "tenant": {"from": "乡镇", "words": "towns"},
        "words": {"towns": {"泽国": "331081006"}, "kinds": {"甲": "a"}},
        "skip": {"编号": ["合计"], "内容": "empty"},
        "events": [
            {
                "type": "hazard.reported.v1",
                "at": ["发现", "登记"],
                "when": {"内容": "filled", "状态": ["新"]},
                "data": {
                    "kind": {"from": "类别", "words": "kinds", "else": "other"},
                    "deaths": {"from": "死亡", "as": "count"},
                    "loss": {"from": "损失", "as": "amount"},
                    "day": {"from": "期限", "as": "day", "not_before": "起算"},
                    "said": [{"from": "内容"}, {"from": "备注"}],
                    "fixed": 7,
                },
            },
            {"type": "hazard.reported.v1", "at": "登记", "when": {"状态": ["新"]}, "data": {}},
        ],
    }
)


def odd(**changes: str) -> Implied | BadRow | None:
    names = ("乡镇", "编号", "发现", "登记", "内容", "状态", "类别", "死亡", "损失", "期限", "起算", "备注")
    cells = dict.fromkeys(names, "") | {"乡镇": "泽国", "编号": "1", "发现": "2023-05-08", "内容": "x", "状态": "新"}
    return imply(Row(2, cells | changes), ODD, TOWN)


def test_numbers_days_lists_and_constants_are_read() -> None:
    """What is empty is left out, what is no word of the table is something else."""
    found = odd(类别="乙", 死亡="2", 损失="1,000.5", 期限="2023-05-20 17:00", 起算="2023-05-08", 备注="y")

    assert isinstance(found, Implied)
    (statement,) = found.statements
    assert statement.data == {
        "kind": "other",
        "deaths": 2,
        "loss": 1000.5,
        "day": "2023-05-20",
        "said": ["x", "y"],
        "fixed": 7,
    }
    assert found.key == "泽国/1"


def test_a_column_may_name_the_tenant() -> None:
    """Where it is empty the import's own counts; an unknown one sends the row back."""
    named, unnamed, unknown = odd(), odd(乡镇=""), odd(乡镇="别处")

    assert isinstance(named, Implied)
    assert isinstance(unnamed, Implied)
    assert (named.statements[0].tenant, unnamed.statements[0].tenant) == ("331081006", TOWN)
    assert isinstance(unknown, BadRow)


def test_of_two_rules_for_one_event_the_first_counts() -> None:
    """A row says each kind of event once."""
    found = odd(登记="2023-05-09")

    assert isinstance(found, Implied)
    assert [one.time.isoformat() for one in found.statements] == ["2023-05-08T00:00:00+08:00"]


def test_rows_that_are_no_records_are_passed_over() -> None:
    """All conditions of `skip` have to hold."""
    assert odd(编号="合计", 内容="") is None
    assert isinstance(odd(编号="合计"), Implied)


def test_a_row_that_no_rule_knows_is_sent_back() -> None:
    """It is not dropped in silence."""
    found = odd(状态="旧")

    assert isinstance(found, BadRow)
    assert found.errors == ("没有一条规则适用于这一行",)


def test_a_bound_that_cannot_be_read_is_an_error_of_its_own() -> None:
    """And a bound that is empty bounds nothing."""
    bad, free = odd(期限="2023-05-20", 起算="x"), odd(期限="2023-05-20")

    assert isinstance(bad, BadRow)
    assert isinstance(free, Implied)
    assert free.statements[0].data["day"] == "2023-05-20"


def test_a_deadline_cell_of_blanks_has_no_deadline() -> None:
    """Control characters are no text."""
    found = odd(期限="\x00 ")

    assert isinstance(found, Implied)
    assert "day" not in found.statements[0].data
