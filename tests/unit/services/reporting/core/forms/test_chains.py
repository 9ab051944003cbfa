"""The chain of reports of 丽水: the zone's units to the zone, it and the counties to the city, who blocks, since when (S4-04..06)."""

from typing import Any

import msgspec
import pytest

from contracts.decisions import DECISION_TYPE, Subject
from contracts.facts import Fact
from contracts.vocabulary import RuleId, Status, SubjectKind
from tests.integration.reporting_read_models.log import decided
from tests.unit.lishui import COUNTIES, ZONE, ZONE_UNITS
from tests.unit.services.reporting.core.forms.filling import filled, line
from tests.unit.services.reporting.facts import at
from tests.unit.services.reporting.visits import said_at

STAGE = "stage:2a"


def sent(time: str, unit: str, *, period: str = STAGE, obligation: str = "stage_report", tenant: str = "") -> Fact:
    """One report that came."""
    said = {"obligation": obligation, "unit": unit, "period": period}
    tenant = tenant or (unit if unit.isdecimal() else "331171")
    return _of_lishui(said_at("obligation.fulfilled", time, f"o-{unit}-{period}", said, tenant=tenant))


def missed(unit: str, since: str, *, status: Status = Status.RAISED, number: int = 1, period: str = STAGE) -> Fact:
    """The decision that one is missing."""
    fact = decided(unit, status, at(since), number=number, rule=RuleId.STAGE_REPORT, tenant="331171", since=at(since))
    decision = msgspec.json.decode(fact.data)
    subject = Subject(SubjectKind.OBLIGATION, f"stage_report/{unit}/{period}")
    decision |= {"committee": "331100", "subject": msgspec.to_builtins(subject)}
    return _of_lishui(msgspec.structs.replace(fact, data=msgspec.Raw(msgspec.json.encode(decision))))


def _of_lishui(fact: Fact) -> Fact:
    assert fact.type in {DECISION_TYPE, "obligation.fulfilled.v1"}
    return msgspec.structs.replace(fact, committee="331100")


def chain(facts: list[Fact], *, day: str = "2016-06-05", tenant: str = "331100") -> dict[str, Any]:
    return filled("chains", facts, f"{day} 12:00", day=day, tenant=tenant)


def links(sheet: dict[str, Any], period: str = "全面排查阶段") -> list[list[Any]]:
    """The lines of a stage's report: link, owed, came, late, missing, state, who, since."""
    rows = [row for row in sheet["rows"] if row[1] == period and row[0].startswith("企业隐患")]
    return [line({"rows": [row]}, row[0])[3:] for row in rows]


def test_the_lowest_open_link_blocks_and_those_above_wait() -> None:
    """Nine of ten units of the zone have sent, one of them late; no county has: the zone's link is where it stands."""
    facts = [
        *(sent("2016-06-01 10:00", unit) for unit in ZONE_UNITS[:8]),
        sent("2016-06-03 00:00", ZONE_UNITS[8]),
        missed("建规局", "2016-06-03 00:00"),
    ]

    zone, counties, departments = links(chain(facts)["报送链条"])

    assert zone == ["园区所属单位 → 园区安委办", 10, 9, 1, 1, "堵点", "建规局", "2016年6月3日00:00"]
    assert counties[:5] == ["县（市、区）、园区 → 市安委办", 10, 0, 0, 10]
    assert (counties[5], departments[5]) == ("未到齐", "未到齐")


def test_nobody_blocks_while_there_is_time() -> None:
    """On 2 June the zone's units may send until midnight; the summary of December is owed and blocks nobody."""
    found = chain([], day="2016-06-02")["报送链条"]

    assert [row[5] for row in links(found)] == ["未到期", "未到期", "未到期"]
    assert {row[8] for row in found["rows"] if row[1] == "2016-12-15"} == {"未到期"}


def test_a_closed_chain_blocks_nowhere() -> None:
    """Everybody has sent."""
    departments = [
        sent("2016-06-02 10:00", unit, tenant="331100")
        for unit in ("公安局", "公安消防支队", "交通局", "住建局", "市水利局", "发改委", "电业局", "市安监局")
    ]
    facts = [*(sent("2016-06-01 10:00", unit) for unit in (*ZONE_UNITS, *COUNTIES, ZONE)), *departments]
    found = chain(facts)

    assert {line[5] for line in links(found["报送链条"])} == {"已到齐"}
    assert not [row for row in found["未报单位"]["rows"] if row[1] == "全面排查阶段"]


@pytest.mark.parametrize(
    ("facts", "day", "standing"),
    [
        pytest.param([missed("建规局", "2016-06-03 00:00")], "2016-06-05", ["逾期未报", "2016年6月3日00:00", 3], id="decided"),
        pytest.param([], "2016-06-05", ["期限已过，未认定", "", None], id="over, and nobody has decided"),
        pytest.param([], "2016-06-01", ["未到期", "", None], id="not yet over"),
        pytest.param(
            [missed("建规局", "2016-06-03 00:00"), missed("建规局", "2016-06-03 00:00", status=Status.RETRACTED, number=2)],
            "2016-06-05",
            ["期限已过，未认定", "", None],
            id="taken back",
        ),
    ],
)  # fmt: skip
def test_who_is_missing_is_told_since_when(facts: list[Fact], day: str, standing: list[Any]) -> None:
    """Lateness is what was decided; a form decides nothing."""
    rows = {(row[1], row[3]): row for row in chain(facts, day=day)["未报单位"]["rows"]}

    assert rows["全面排查阶段", "建规局"][5:] == standing


def test_a_stage_that_has_not_ended_is_not_owed() -> None:
    """The second ends with the summit, whose day was not yet known: nobody blocks it."""
    periods = {row[1] for row in chain([])["报送链条"]["rows"]}

    assert "全面排查阶段" in periods
    assert "决战攻坚阶段" not in periods
    dated = said_at(
        "milestone.dated", "2016-06-02 09:00", "m", {"milestone": "summit_end", "date": "2016-09-05"}, tenant="331100"
    )
    later = chain([msgspec.structs.replace(dated, committee="331100")], day="2016-09-06")["报送链条"]
    assert [["2016-09-07", "2016-09-08"]] == [[row[2] for row in later["rows"] if row[1] == "决战攻坚阶段"][:2]]


def test_a_zone_sees_its_own_link_alone() -> None:
    """And its own report to the city."""
    rows = links(chain([], tenant="331171")["报送链条"])

    assert [(row[0], row[1]) for row in rows] == [
        ("园区所属单位 → 园区安委办", 10),
        ("县（市、区）、园区 → 市安委办", 1),
    ]


def test_a_time_of_day_is_a_time_of_day() -> None:
    """嘉兴's rosters are due on 26 March 2020 at 10:00 (S1-18)."""
    early, late = (
        said_at("obligation.fulfilled", f"2020-03-26 {time}", f"o-{unit}", {"obligation": "team_list", "unit": unit, "period": "2020-03-26"}, tenant="330400")
        for time, unit in (("09:59", "市公安局"), ("10:00", "市应急管理局"))
    )  # fmt: skip
    rows = filled("chains", [early, late], "2020-03-26 12:00")["报送链条"]["rows"]
    (row,) = [line({"rows": [row]}, row[0]) for row in rows]

    assert (row[2], row[4], row[5], row[6]) == ("2020-03-26T10:00:00+08:00", 19, 2, 1)
