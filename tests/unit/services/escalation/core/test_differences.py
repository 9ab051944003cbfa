"""Two versions of a pack compared in words, tenant by tenant."""

from typing import Any

import pytest

from services.escalation.core.differences import differences, say
from services.escalation.core.policy import Pack
from tests.packs import following, shipping
from tests.unit.services.escalation.accidents import pack
from tests.unit.services.escalation.stories import all_divisions, law_of

RUNGS = [
    {"step": "first", "day": 1, "measure": "remind"},
    {"step": "T+7", "day": 7, "measure": "supervision_letter", "acts": "county"},
]
RULES = {
    "overdue": {"clauses": ["S2-22"], "ladder": RUNGS},
    "talk_ranking": {"clauses": ["S2-17"], "bottom": {"value": 3, "source": "proposed"}},
    "problem_list": {"clauses": ["S2-24"], "returns": 1, "age": {"count": 90, "unit": "calendar_day"}},
    "recurrence": {"clauses": ["S2-24"]},
}
MEETING = {
    "rule": "periodic_report",
    "title": "季度例会",
    "clauses": ["S2-07"],
    "units": ["towns"],
    "when": {"kind": "quarterly", "last": "2023-12-31"},
}
PARTS: dict[str, Any] = {
    "rules": RULES,
    "units": {"towns": [{"id": "331081001", "name": "太平街道"}, {"id": "331081002", "name": "城东街道"}]},
    "obligations": {"meeting": MEETING},
    "milestones": ["round"],
    "sectors": [{"name": "消防", "leads": ["市消防支队"]}],
}


def compared(old: Pack, new: Pack) -> list[str]:
    return differences([old], [new], all_divisions())


def changed(**parts: Any) -> list[str]:
    """What a change of these parts of the pack says, without the line of the tenant."""
    head, *lines = compared(pack(**PARTS), pack(**PARTS | parts))
    assert head == "331081 台州市温岭市及所辖："
    return [line.removeprefix("　") for line in lines]


def rules(**parts: Any) -> dict[str, Any]:
    """The rules with parts of them changed."""
    return {name: RULES[name] | parts.get(name, {}) for name in RULES}


def test_a_pack_does_not_differ_from_itself() -> None:
    """Nothing to read."""
    assert compared(pack(**PARTS), pack(**PARTS)) == []


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param({"version": "2"}, ["版本由1改为2。"], id="a version"),
        pytest.param({"effective_from": "2023-06-01"}, ["施行日期由2023年4月28日改为2023年6月1日。"], id="a day"),
        pytest.param({"fallback_lead": "市安委办"}, ["兜底牵头单位由无改为市安委办。"], id="something said for the first time"),
        pytest.param({"milestones": ["round", "summit"]}, ["节点增加summit。"], id="a word more"),
        pytest.param({"milestones": []}, ["节点去掉round。"], id="a word less"),
        pytest.param(
            {"rules": rules(overdue={"ladder": [RUNGS[0], RUNGS[1] | {"day": 10}]})},
            ["规则“逾期未整改”的级次“T+7”的天数由7改为10。"],
            id="a rung on another day",
        ),
        pytest.param(
            {"rules": rules(overdue={"ladder": RUNGS[:1]})}, ["规则“逾期未整改”的级次取消“T+7”。"], id="a rung less"
        ),
        pytest.param(
            {"rules": rules(overdue={"ladder": [*RUNGS, {"step": "T+9", "day": 9, "measure": "penalty"}]})},
            [
                ("规则“逾期未整改”的级次新增“T+9”：名称为T+9，天数为9，措施为行政处罚，办理层级为本级，"
                "送达对象为责任单位，来源为建议。")
            ],
            id="a rung more",
        ),
        pytest.param(
            {"rules": rules(overdue={"ladder": [RUNGS[0], RUNGS[1] | {"measure": "penalty", "to": "leader"}]})},
            [
                "规则“逾期未整改”的级次“T+7”的措施由督办函改为行政处罚。",
                "规则“逾期未整改”的级次“T+7”的送达对象由责任单位改为负责人。",
            ],
            id="another measure for somebody else",
        ),
        pytest.param(
            {"rules": rules(talk_ranking={"bottom": 2})},
            ["规则“排名靠后约谈”的末位名次数由3（建议值）改为2。"],
            id="a proposed number that the notice gives now",
        ),
        pytest.param(
            {"rules": rules(problem_list={"age": {"count": 60, "unit": "working_day", "source": "proposed"}})},
            ["规则“被动发现清单”的存在时间由90日改为60个工作日（建议值）。"],
            id="a span",
        ),
        pytest.param(
            {"rules": rules(recurrence={"within": {"count": 12, "unit": "month", "source": "proposed"}})},
            ["规则“整改后复发”的期限的写法有改动，含义不变。"],
            id="what it leans on alone",
        ),
        pytest.param(
            {"rules": {name: said for name, said in RULES.items() if name != "recurrence"}},
            ["规则取消“整改后复发”。"],
            id="a rule less",
        ),
        pytest.param(
            {"rules": RULES | {"refusal": {"clauses": ["S2-23"]}}},
            ["规则新增“拒不整改”：条款为S2-23，办理层级为安委会。"],
            id="a rule more",
        ),
        pytest.param(
            {"units": {"towns": [{"id": "331081001", "name": "太平街道"}]}},
            ["单位名单“towns”取消“城东街道”。"],
            id="a unit less",
        ),
        pytest.param(
            {"obligations": {"meeting": MEETING | {"when": {"kind": "monthly", "last": "2023-12-31"}}}},
            ["履职事项“季度例会”的时间安排的方式由每季度改为每月。"],
            id="another rhythm",
        ),
        pytest.param(
            {"obligations": {"meeting": MEETING | {"remind": [3], "when": {"kind": "quarterly", "cut_off": "10:00"}}}},
            [
                "履职事项“季度例会”的时间安排的截止时刻由无改为10:00。",
                "履职事项“季度例会”的时间安排的末日由2023年12月31日改为无。",
                "履职事项“季度例会”的提前提醒天数由无改为3。",
            ],
            id="a duty with an hour, without an end, with a reminder",
        ),
        pytest.param(
            {"sectors": [{"name": "消防", "leads": []}]}, ["行业领域“消防”的牵头单位去掉市消防支队。"], id="a lead less"
        ),
    ],
)  # fmt: skip
def test_each_difference_is_a_sentence(parts: dict[str, Any], expected: list[str]) -> None:
    """In the words of the field."""
    assert changed(**parts) == expected


def test_entries_of_one_name_are_told_as_a_whole() -> None:
    """Steps after a listing may share a name for different subjects."""
    step = {"step": "expired", "after": {"count": 0, "unit": "calendar_day"}, "measure": "listed_supervision"}
    both = [step | {"subjects": ["site"]}, step | {"subjects": ["area"]}]
    old = pack(rules={"listing_expiry": {"clauses": ["S0-17"], "ladder": [step]}})

    (_, line) = compared(old, pack(rules={"listing_expiry": {"clauses": ["S0-17"], "ladder": both}}))

    assert line.startswith("　规则“挂牌到期”的级次由名称为expired")


def test_tenants_come_and_go() -> None:
    """Whoever is bound no more, and whoever is bound from now on, is told so."""
    old, new = law_of("lishui-2016", "lishui-zone-2016").packs, law_of("weihai-2021").packs

    assert differences(old, new, all_divisions()) == [
        f"331100 丽水市及所辖：不再受政策包lishui-2016第{shipping('lishui-2016')}版约束。",
        f"371000 威海市及所辖：自2021年5月14日起受政策包weihai-2021第{shipping('weihai-2021')}版约束。",
        f"331171 丽水市经开区及所辖：不再受政策包lishui-zone-2016第{shipping('lishui-zone-2016')}版约束。",
    ]


def test_children_are_compared_with_each_other() -> None:
    """By their ids, each for its own tenants."""
    city, zone = law_of("lishui-2016", "lishui-zone-2016").packs
    newer = zone.model_copy(update={"version": following(zone.version)})

    assert differences([city, zone], [city, newer], all_divisions()) == [
        "331171 丽水市经开区及所辖：",
        f"　版本由{zone.version}改为{newer.version}。",
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(True, "是", id="yes"),
        pytest.param(0.5, "0.5", id="a share"),
        pytest.param([], "无", id="nothing"),
        pytest.param(
            [{"step": "a", "day": 1}, {"step": "b", "day": 2}], "名称为a，天数为1；名称为b，天数为2", id="a list"
        ),
    ],
)
def test_a_value_is_said(value: object, expected: str) -> None:
    """As one would say it."""
    assert say(value) == expected
