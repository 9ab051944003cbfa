"""Each form holds the clause that asks for it: counted by hand in a known scene."""

import pytest

from tests.integration.reporting_forms.test_every_form import scene
from tests.unit.services.reporting.core.forms.filling import filled, ids, line
from tests.unit.services.reporting.visits import found, said_at, then

MOMENT = "2020-04-11 12:00"
EVERYTHING = ["H-0", "H-1", "H-2", "H-3", "H-4", "K-1", "OLD-1", "OLD-2"]


def test_the_service_lists_say_what_is_done_against_accidents() -> None:
    """S2-05: problems, measures against accidents of what is open, the closed loop; OLD-2's measures and plan are shown."""
    shown = filled("service-lists", scene(), MOMENT, day="2020-04-10")

    assert list(shown) == ["问题隐患清单", "事故防控措施清单", "闭环整改落实清单"]
    assert ids(shown["问题隐患清单"], 1) == ids(shown["闭环整改落实清单"], 1) == EVERYTHING
    assert ids(shown["事故防控措施清单"], 1) == [one for one in EVERYTHING if one != "OLD-1"]
    assert line(shown["事故防控措施清单"], "OLD-2", 1)[5:7] == ["改造", "2020-06-30"]


def test_the_ledger_of_major_risks_has_each_once() -> None:
    """S2-19 一级一册、一点一策: H-1 and H-3 with who answers, by when, and where it stands; one for each unit below."""
    shown = filled("major-ledger", scene(), MOMENT, day="2020-04-10")["管控手册"]

    assert ids(shown, 2) == ["H-1", "H-3"]
    assert ["示范区应急管理局", "", "2020-04-10/2020-04-20", "整改中"] == line(shown, "H-1", 2)[9:13]


def test_the_supervision_ledger_has_every_hazard() -> None:
    """S3-03: one row each, with unit, deadline, state and close-out."""
    shown = filled("ledger", scene(), MOMENT, day="2020-04-10")["台账"]

    assert ids(shown, 1) == EVERYTHING
    assert ["2020-03-30", "已销号", "2020-04-01", "2020-04-03", "逾期2天整改"] == line(shown, "OLD-1", 1)[11:]


def test_active_finding_is_measured_for_each_unit() -> None:
    """S2-25, S4-19: of seven hazards in 南湖区 the unit itself found one (self-check), superiors and teams six; nobody else any."""
    shown = filled("finding", scene(), MOMENT, day="2020-04-10")["主动发现"]

    assert [1, 0, 0, 1, 5, 0, pytest.approx(1 / 7, abs=1e-3)] == line(shown, "南湖区")[1:8]
    assert [0, None] == [line(shown, "秀洲区")[7], line(shown, "嘉善县")[7]], "nothing found is no rate"


def test_tip_offs_of_any_kind_are_rewarded_and_counted() -> None:
    """S0-23: one about a natural disaster is received, found true and paid like any other."""
    words = {"tip_off_id": "T-9", "category": "自然灾害", "description": "山体滑坡迹象"}
    more = [
        said_at("tip_off.received", "2020-03-09 09:00", "tip-9", words),
        said_at(
            "tip_off.verified", "2020-03-10 09:00", "tip-9-v", {"tip_off_id": "T-9", "true": True, "reward_yuan": 300}
        ),
    ]

    assert [7, 6, 6, 6, 2800.0, 6.0] == [
        row[1] for row in filled("finding", [*scene(), *more], MOMENT, day="2020-04-10")["举报奖励"]["rows"]
    ]


def test_what_superiors_and_teams_found_is_a_ground_of_the_assessment() -> None:
    """S0-21, S1-15: found, major, put right, late, for each unit; the major ones one by one; self-checks are not in it."""
    shown = filled("assessment", scene(), MOMENT, day="2020-04-10")

    assert [6, 2, 4] == line(shown["按单位"], "南湖区")[1:4]
    assert [7, 2, 4] == line(shown["按单位"], "合计")[1:4]
    assert ids(shown["重大问题"], 2) == ["H-1", "H-3"]
    assert any("不计分" in note for note in shown["按单位"]["notes"])


def test_what_a_hazard_needs_and_has_not_is_named() -> None:
    """S0-08, S3-04, S3-05: 责任、措施、时限; the major ones first; what is put right lacks nothing any more."""
    undated = found("2020-04-03 09:00", "N-1", rectify_by=None, responsible_unit="甲", measures="清理")
    shown = filled("gaps", [*scene(), undated], MOMENT, day="2020-04-10")

    assert [row[2] for row in shown["缺项清单"]["rows"]] == ["H-1", "H-3", "OLD-2", "N-1", "K-1"]
    assert {row[2]: row[-1] for row in shown["缺项清单"]["rows"]} == {
        "H-1": "整改措施",
        "H-3": "整改责任、整改措施",
        "OLD-2": "整改责任",
        "N-1": "整改时限",
        "K-1": "整改责任、整改措施",
    }
    assert [3, 3, 1, 5] == [line(shown["合计"], head)[1] for head in ("整改责任", "整改措施", "整改时限", "任何一项")]


def test_a_hazard_with_all_three_is_not_named() -> None:
    """S3-05: once responsibility, measures and a deadline are said, or its clock is suspended by a decision."""
    whole = found("2020-04-03 09:00", "N-1", responsible_unit="甲", measures="清理")
    held = found("2020-04-03 09:00", "N-2", rectify_by=None, responsible_unit="甲", measures="清理")
    suspended = then("clock_suspended", "2020-04-04 09:00", "N-2", approver="市安委办", reason="待拆迁")

    named = {
        row[2]
        for row in filled("gaps", [*scene(), whole, held, suspended], MOMENT, day="2020-04-10")["缺项清单"]["rows"]
    }

    assert named.isdisjoint({"N-1", "N-2"})


def test_a_team_takes_along_what_to_look_at_and_what_was_found_before() -> None:
    """S3-26, S1-21: everything open with room for what is seen; what earlier rounds found, with what became of it."""
    shown = filled("checklist", scene(), MOMENT, day="2020-04-10")

    assert ids(shown["逐项核查"], 2) == [one for one in EVERYTHING if one != "OLD-1"]
    assert line(shown["逐项核查"], "H-1", 2)[-2:] == ["", ""]
    assert ids(shown["前期发现"], 2) == [one for one in EVERYTHING if one != "OLD-2"]
    assert "2020-04-03" in line(shown["前期发现"], "OLD-1", 2)


@pytest.mark.parametrize(
    ("moment", "stale"),
    [
        pytest.param("2020-04-11 12:00", 0, id="registered five weeks ago"),
        pytest.param("2021-03-03 12:00", 1, id="S0-15: nobody looked again for a year"),
    ],
)
def test_a_register_entry_grows_old(moment: str, stale: int) -> None:
    """S0-15 动态更新: the last entry says when it was looked at; a newer one makes it fresh."""
    site = {"id": "S-1", "name": "示范机械", "address": "示范路1号", "kind": "unit", "sector": "新能源"}
    again = said_at("site.registered", "2021-03-02 09:00", "site-2", {"site": site})

    assert line(filled("register", scene(), moment)["合计"], "一年以上没有重新核实")[1] == stale
    assert line(filled("register", [*scene(), again], moment)["合计"], "一年以上没有重新核实")[1] == 0


def test_the_four_without_exception_are_counted_one_by_one() -> None:
    """S4-14 四个一律: suspended, closed, punished, passed on, each in its own column of the unit."""
    kinds = ("suspension", "closure", "penalty", "referral")
    documents = [
        said_at(
            "enforcement.recorded",
            "2020-04-05 09:00",
            f"e-{kind}",
            {"document_no": f"〔2020〕{place}号", "kind": kind, "site_id": "S-1"},
        )
        for place, kind in enumerate(kinds, 10)
    ]
    before, after = (
        filled("enforcement", facts, MOMENT, day="2020-04-10")["按地区"] for facts in (scene(), [*scene(), *documents])
    )
    heads = [column["title"] for column in after["columns"]]
    grown = {
        head: now - was
        for head, was, now in zip(heads[1:], line(before, "南湖区")[1:], line(after, "南湖区")[1:], strict=True)
        if now != was
    }

    assert grown == {"停产停业整顿": 1, "关闭取缔": 1, "行政处罚": 1, "移送": 1}
