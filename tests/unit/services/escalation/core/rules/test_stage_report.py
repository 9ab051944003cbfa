"""After each stage everyone reports, the zone's units a day before the zone (S4-03, S4-04, S4-05)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import LISHUI, dated, decide, done, told

RULE = "stage_report"
COUNTY, ZONE, UNIT = "331102", "331171", "安监局"
FIRST, SUMMIT, LAST = "stage:2a", "stage:2b", "stage:2c"
DATED = dated("summit_end", "2016-09-05", "2016-08-20", tenant="331100")


def lines(*facts: Fact, until: str, unit: str, period: str) -> list[str]:
    subject = f"{RULE}/{unit}/{period}"
    start = f"{RULE} {subject} missing_report "
    records = told(decide(*facts, until=until, packs=LISHUI), RULE)
    return [line.removeprefix(start) for line in records if line.startswith(start)]


@pytest.mark.parametrize(
    ("unit", "period", "missed"),
    [
        pytest.param(COUNTY, FIRST, "2016-06-04 00:00", id="a county three days after 31 May"),
        pytest.param(ZONE, FIRST, "2016-06-04 00:00", id="the zone as a county"),
        pytest.param("市安监局", FIRST, "2016-06-04 00:00", id="the city's department too"),
        pytest.param(UNIT, FIRST, "2016-06-03 00:00", id="the zone's unit two days after"),
        pytest.param("建规局", FIRST, "2016-06-03 00:00", id="each of the zone's units"),
        pytest.param(COUNTY, SUMMIT, "2016-09-09 00:00", id="a county three days after the summit"),
        pytest.param(UNIT, SUMMIT, "2016-09-08 00:00", id="the zone's unit two days after it"),
        pytest.param(COUNTY, LAST, "2016-12-04 00:00", id="a county after 30 November"),
        pytest.param(UNIT, LAST, "2016-12-03 00:00", id="the zone's unit after it"),
    ],
)
def test_the_report_is_missed_at_the_end_of_the_term(unit: str, period: str, missed: str) -> None:
    """The stage's last day is not counted, the term's last day runs to 24:00."""
    assert lines(DATED, until="2016-12-31", unit=unit, period=period) == [f"raised {missed}"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([], [], id="while the summit has no date no clock runs"),
        pytest.param(
            [dated("summit_start", "2016-09-04", "2016-08-20", tenant="331100")], [], id="its beginning is not its end"
        ),
        pytest.param(
            [DATED, dated("summit_end", "2016-09-10", "2016-09-01", tenant="331100")],
            ["raised 2016-09-14 00:00"],
            id="dated anew before the term was over",
        ),
        pytest.param(
            [DATED, dated("summit_end", "2016-09-10", "2016-09-12 09:00", tenant="331100")],
            ["raised 2016-09-09 00:00", "retracted 2016-09-12 09:00", "raised 2016-09-14 00:00"],
            id="dated anew after it was missed",
        ),
        pytest.param(
            [DATED, dated("summit_end", "2016-09-03", "2016-09-08 12:00", tenant="331100")],
            ["raised 2016-09-07 00:00"],
            id="dated earlier when the earlier term is over already",
        ),
        pytest.param([DATED, done(RULE, COUNTY, SUMMIT, "2016-09-08 23:59")], [], id="handed in on the last evening"),
        pytest.param(
            [DATED, done(RULE, COUNTY, SUMMIT, "2016-09-09 00:00")],
            ["raised 2016-09-09 00:00", "cleared 2016-09-09 00:00"],
            id="handed in as the term ended",
        ),
        pytest.param([done(RULE, COUNTY, SUMMIT, "2016-08-01"), DATED], [], id="handed in before the summit was dated"),
        pytest.param([done(RULE, COUNTY, SUMMIT, "2016-03-01"), DATED], [], id="handed in before the pack binds"),
        pytest.param(
            [DATED, done(RULE, COUNTY, FIRST, "2016-09-07")],
            ["raised 2016-09-09 00:00"],
            id="the report of another stage",
        ),
        pytest.param(
            [DATED, done(RULE, "莲都区", SUMMIT, "2016-09-07", tenant=COUNTY)], [], id="the county by its name"
        ),
        pytest.param(
            [DATED, done(RULE, COUNTY, SUMMIT, "2016-09-07", tenant="331121")],
            ["raised 2016-09-09 00:00"],
            id="told by another county",
        ),
        pytest.param(
            [DATED, done(RULE, COUNTY, SUMMIT, "2016-09-07", known="2016-09-11 08:00")],
            ["raised 2016-09-09 00:00", "retracted 2016-09-11 08:00"],
            id="handed in in time and told late",
        ),
    ],
)
def test_the_stage_that_ends_with_the_summit(facts: list[Fact], expected: list[str]) -> None:
    """Its term is armed by the milestone and follows it."""
    assert lines(*facts, until="2016-10-01", unit=COUNTY, period=SUMMIT) == expected


def test_one_link_of_the_chain_does_not_fulfil_the_next() -> None:
    """The zone's report to the city is the zone's own, its units' reports are theirs."""
    reported = done(RULE, ZONE, FIRST, "2016-06-02")

    assert lines(reported, until="2016-07-01", unit=ZONE, period=FIRST) == []
    assert lines(reported, until="2016-07-01", unit=UNIT, period=FIRST) == ["raised 2016-06-03 00:00"]


@pytest.mark.parametrize(
    ("tenant", "late"),
    [
        pytest.param(ZONE, ["市安监局"], id="said by the zone it is the zone's"),
        pytest.param("331100", ["安监局"], id="said by the city it is the city's"),
    ],
)
def test_one_name_in_the_city_and_in_the_zone(tenant: str, late: list[str]) -> None:
    """安监局 is a unit of the zone and a short name of the city's department: who says it decides."""
    reported = done(RULE, UNIT, FIRST, "2016-06-02", tenant=tenant)
    units = ["市安监局", "安监局"]

    assert [unit for unit in units if lines(reported, until="2016-07-01", unit=unit, period=FIRST)] == late


def test_the_zones_units_stand_under_the_zones_policy() -> None:
    """Tenant, level, policy and clauses are the zone's; the sentence names the stage."""
    records = [one for one in decide(DATED, until="2016-09-10", packs=LISHUI) if one.rule == RULE]
    unit = next(one for one in records if one.subject.id == f"{RULE}/{UNIT}/{SUMMIT}")
    zone = next(one for one in records if one.subject.id == f"{RULE}/{ZONE}/{SUMMIT}")

    assert (unit.tenant, unit.level, unit.policy.id, unit.clauses) == (
        ZONE,
        "county",
        "lishui-zone-2016",
        ("S4-03", "S4-05"),
    )
    assert (zone.tenant, zone.level, zone.policy.id, zone.clauses) == (ZONE, "city", "lishui-2016", ("S4-03", "S4-04"))
    assert unit.reason == (
        "安监局未在决战攻坚阶段结束后按期完成企业隐患自查自纠情况和安全生产执法检查情况书面报送，期限为2016年9月7日24时。"
    )


def test_every_unit_owes_every_stage() -> None:
    """Nine counties, the zone, eight departments and the zone's ten units, for three stages each."""
    records = [one for one in decide(DATED, until="2016-12-31", packs=LISHUI) if one.rule == RULE]

    assert len({one.subject.id for one in records}) == (9 + 1 + 8 + 10) * 3
