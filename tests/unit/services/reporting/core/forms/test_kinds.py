"""Each form says of a known scene what can be counted by hand."""

import json
from typing import Any

import pytest

from contracts.divisions import load
from tests.integration.reporting_forms.test_every_form import by_hand, scene

DIVISIONS = load()
MOMENT = "2020-04-11 12:00"


def sheets(kind: str) -> dict[str, Any]:
    document = json.loads(by_hand(scene(), kind, MOMENT, DIVISIONS))
    return {sheet["name"]: sheet for sheet in document["sheets"]}


def line(sheet: dict[str, Any], head: str, place: int = 0) -> list[Any]:
    """The row that begins with `head`, figures as their values."""
    row = next(row for row in sheet["rows"] if row[place] == head)
    return [cell["value"] if isinstance(cell, dict) else cell for cell in row]


def test_s1_16_the_three_lists_of_a_campaign() -> None:
    """S1-16: who leads which sector, what was found, what becomes of it; each of the campaign's six hazards once."""
    found = sheets("three-lists")

    assert ["市消防救援支队"] == line(found["排查责任清单"], "消防", 1)[2:3]
    assert {"H-0", "H-1", "H-2", "H-3", "H-4", "K-1"} == {row[1] for row in found["问题清单"]["rows"]}
    assert len(found["问题清单"]["rows"]) == len(found["整改清单"]["rows"])


def test_s3_07_the_cancellation_list_keeps_what_was_struck_off() -> None:
    """S3-07: everything open, and OLD-1 that was closed in the period; both dates of an extended deadline."""
    rows = {row[1]: row for row in sheets("close-out")["销号清单"]["rows"]}

    assert {"H-0", "H-1", "H-2", "H-3", "H-4", "K-1", "OLD-1", "OLD-2"} == set(rows)
    assert ("2020-04-10/2020-04-20", "1次 〔2020〕2号") == (rows["H-1"][12], rows["H-1"][13])
    assert ("已销号", "2020-04-03") == (rows["OLD-1"][14], rows["OLD-1"][17])


def test_s3_08_the_changes_between_two_rounds() -> None:
    """S3-08: in the week before, H-1's deadline moved and H-3 became major; a correction is news of its own day."""
    changes = {(row[1], row[2], row[5], row[6]) for row in sheets("close-out-diff")["变动表"]["rows"]}

    assert ("期限", "H-1", "2020-04-10", "2020-04-20") in changes


def test_s4_07_the_summary_says_that_it_is_inferred() -> None:
    """S4-07: the seed has only a title; own level, a line for each sector, and the two blocks of the notice."""
    found = sheets("stage")

    assert any("推定" in note for note in found["汇总表"]["notes"])
    assert {"企业隐患自查自纠情况", "安全生产执法检查情况"} <= set(found)
    assert line(found["汇总表"], "合计")[2] == 4  # general: H-0, H-2, H-4, K-1


def test_s0_06_the_stock_burns_down_by_round_area_and_day() -> None:
    """S0-06: two hazards of before the campaign; one put right on 1 April, the other has a plan."""
    found = sheets("burn-down")

    assert [2, 1] == line(found["按地区"], "合计")[1:3]
    assert 2 == line(found["按来源轮次"], "省暗访第一轮")[1]
    assert [1, 1, 1, 0] == line(found["按日"], "2020-04-01")[1:]


def test_s1_19_who_has_not_reported_is_named() -> None:
    """S1-19: team 1 sent its form of 2 April; the eight others did not."""
    rows = [row for row in sheets("roll-up")["报送2"]["rows"] if row[0] == "2020-04-02"]

    assert ["第一督查暗访组"] == [row[1] for row in rows if row[2] != "未报送"]
    assert 8 == sum(row[2] == "未报送" for row in rows)


def test_s0_16_sectors_without_a_listing_are_named() -> None:
    """S0-16: one listing, in 消防; every other key sector has none."""
    rows = {row[0]: row[-1] for row in sheets("listings")["行业覆盖"]["rows"]}

    assert "" == rows["消防"]
    assert "没有挂牌" == rows["道路交通"]


@pytest.mark.parametrize(("head", "value"), [("没有主管部门", 1), ("行业不在分工之内（新业态、新领域）", 1)])
def test_s3_02_the_register_is_reconciled(head: str, value: int) -> None:
    """S3-02: the only registered firm has no department, and its trade nobody's."""
    assert value == line(sheets("register")["合计"], head)[1]


def test_s2_36_rewards_count_when_they_were_paid() -> None:
    """S2-36: six tip-offs, five looked into, true, and rewarded with 500 yuan each after seven days."""
    sheet = sheets("finding")["举报奖励"]

    assert [6, 5, 5, 5, 2500.0, 7] == [row[1] for row in sheet["rows"]]


@pytest.mark.parametrize(
    ("without", "shown"),
    [
        pytest.param({"tip-v5"}, [6, *["少于5"] * 5], id="four were looked into"),
        pytest.param({"tip-1", "tip-2"}, ["少于5件，不细列"], id="four were received"),
        pytest.param({f"tip-v{n}" for n in range(1, 6)}, [6, 0, 0, 0, 0, ""], id="none tells nothing of anybody"),
    ],
)
def test_small_counts_of_informers_are_not_shown(without: set[str], shown: list[Any]) -> None:
    """Fewer than five might lead back to whoever gave them: neither their number nor a sum or a mean over them."""
    rest = [fact for fact in scene() if fact.id not in without]
    document = json.loads(by_hand(rest, "finding", MOMENT, DIVISIONS))
    (sheet,) = [sheet for sheet in document["sheets"] if sheet["name"] == "举报奖励"]

    assert shown == [row[1] for row in sheet["rows"]]


def test_s2_02_accidents_stand_beside_last_years() -> None:
    """S2-02: one accident with one death, none in the year before."""
    sheet = sheets("annual")["事故"]

    assert [1, 0, "+1"] == line(sheet, "事故起数（起）")[1:]
    assert [1, 0, "+1"] == line(sheet, "死亡人数（人）")[1:]


def test_s1_12_days_in_the_field() -> None:
    """S1-12: team 1 was out on two days, six are missing, five are left: it cannot reach eight any more."""
    row = line(sheets("team-days")["现场天数"], "第一督查暗访组")

    assert [2, 8, 6, 5] == row[2:6]
    assert "已不可能达到" == row[-1]
