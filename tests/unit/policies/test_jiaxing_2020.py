"""The notice of 嘉兴 as policy: rosters, daily reports, commitments, teams and sectors (S1-01..04, S1-06, S1-09, S1-18, S1-19)."""

from collections.abc import Iterator
from datetime import date

import pytest

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.policy import Pack
from tests.unit.services.escalation.accidents import done
from tests.unit.services.escalation.stories import fact, law_of, moment
from tests.unit.services.escalation.visits import JIAXING, decide

CITY = "330400"


def the_pack() -> Pack:
    return law_of(*JIAXING).packs[0]


def missing(*facts: Fact, until: str, of: str) -> Iterator[Decision]:
    return (one for one in decide(*facts, until=until) if one.subject.id.startswith(f"{of}/"))


def said(*facts: Fact, until: str, of: str) -> list[str]:
    shanghai = moment("05-01").tzinfo
    return [
        f"{one.subject.id.removeprefix(f'{of}/')} {one.status} {one.at.astimezone(shanghai):%m-%d %H:%M}"
        for one in missing(*facts, until=until, of=of)
    ]


# ------------------------------------------------------------------ rosters: S1-18


def roster(unit: str, when: str) -> Fact:
    return done("team_list", unit, "2020-03-26", f"2020-{when}", tenant=CITY)


def test_nineteen_units_owe_their_roster_at_ten_o_clock() -> None:
    """上午10:00前: the time of day ends the term, not the day."""
    records = list(missing(until="2020-03-26 12:00", of="team_list"))

    assert {(one.at, str(one.measure), one.rule) for one in records} == {
        (moment("2020-03-26 10:00"), "missing_report", "periodic_report")
    }
    assert len(records) == 19


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([roster("市商务局", "03-25 17:00")], [], id="the day before"),
        pytest.param([roster("市商务局", "03-26 09:59")], [], id="in the last minute"),
        pytest.param(
            [roster("市商务局", "03-26 10:01")], ["raised 03-26 10:00", "cleared 03-26 10:01"], id="a minute late"
        ),
        pytest.param([roster("商务局", "03-26 09:00")], [], id="without the 市"),
        pytest.param(
            [done("team_list", "市商务局", "2020-03-27", "2020-03-26 09:00", tenant=CITY)],
            ["raised 03-26 10:00"],
            id="for another day",
        ),
        pytest.param(
            [done("daily_report", "市商务局", "2020-03-26", "2020-03-26 09:00", tenant=CITY)],
            ["raised 03-26 10:00"],
            id="another duty",
        ),
        pytest.param(
            [done("team_list", "市商务局", "2020-03-26", "2020-03-26 09:00", tenant="330402")],
            ["raised 03-26 10:00"],
            id="a county does not report for a department of the city",
        ),
    ],
)
def test_a_roster_in_time(facts: list[Fact], expected: list[str]) -> None:
    """Each unit by itself; late is cleared and stays on record."""
    lines = said(*facts, until="2020-03-26 12:00", of="team_list")

    assert [line.removeprefix("市商务局/2020-03-26 ") for line in lines if "商务局" in line] == expected


@pytest.mark.parametrize("spelling", ["市委统战部（市民宗局）", "市委统战部(市民宗局)", "市委统战部", "市民宗局"])
def test_one_unit_of_two_names(spelling: str) -> None:
    """It is one of the nineteen, whichever name it uses."""
    lines = said(roster(spelling, "03-26 09:00"), until="2020-03-26 12:00", of="team_list")

    assert (len(lines), [line for line in lines if "统战" in line]) == (18, [])


# ------------------------------------------------------------------ daily reports: S1-19


def daily(unit: str, period: str, when: str, tenant: str = CITY) -> Fact:
    return done("daily_report", unit, period, f"2020-{when}", tenant=tenant)


def test_nine_teams_report_every_day_from_the_27th() -> None:
    """Twenty days with their weekends and 清明; not on the day of the rosters, not after the campaign."""
    records = list(missing(until="2020-05-01", of="daily_report"))
    days = {one.subject.id.rpartition("/")[2] for one in records}

    assert (len(records), min(days), max(days), len(days)) == (180, "2020-03-27", "2020-04-15", 20)
    assert {"2020-03-28", "2020-03-29", "2020-04-04"} <= days


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([daily("team-1", "2020-03-28", "03-28 23:59")], [], id="in the last minute of a Saturday"),
        pytest.param(
            [daily("team-1", "2020-03-28", "03-29 00:00")],
            ["raised 03-29 00:00", "cleared 03-29 00:00"],
            id="at 24:00 it is late",
        ),
        pytest.param(
            [daily("team-1", "2020-03-28", "03-29 08:00")],
            ["raised 03-29 00:00", "cleared 03-29 08:00"],
            id="the next morning",
        ),
        pytest.param([daily("第一组", "2020-03-28", "03-28 20:00")], [], id="the team as the form writes it"),
        pytest.param([daily("第1组", "2020-03-28", "03-28 20:00")], [], id="with a figure"),
        pytest.param([daily("team-1", "2020-03-29", "03-28 20:00")], ["raised 03-29 00:00"], id="for the wrong day"),
        pytest.param([daily("team-2", "2020-03-28", "03-28 20:00")], ["raised 03-29 00:00"], id="another team's"),
        pytest.param(
            [daily("team-1", "2020-03-28", "03-28 20:00", tenant="330402")],
            ["raised 03-29 00:00"],
            id="told by the county it visits: teams report to the city",
        ),
    ],
)
def test_a_day_of_a_team(facts: list[Fact], expected: list[str]) -> None:
    """24:00 is our cut-off; a Saturday is a day."""
    lines = said(*facts, until="2020-03-29 12:00", of="daily_report")

    assert [line.removeprefix("team-1/2020-03-28 ") for line in lines if "team-1/2020-03-28" in line] == expected


# ------------------------------------------------------------------ commitments: S1-06


def plant(*tags: str, sector: str = "危险化学品", when: str = "2020-03-26 09:00") -> Fact:
    site = {"id": "P-1", "name": "示范化工厂", "address": "x", "kind": "unit", "sector": sector, "tags": list(tags)}
    return fact("site.registered", when, tenant="330482", id_=f"plant/{when}", site=site)


def commitment(period: str, when: str) -> Fact:
    return done("risk_commitment", "P-1", period, f"2020-{when}", tenant="330482")


@pytest.mark.parametrize("tags", [("hazmat_production",), ("high_risk",), ("hazmat_production", "high_risk")])
def test_a_producer_commits_itself_every_day(tags: tuple[str, ...]) -> None:
    """Weekends included, from the day on which the register says that it is one."""
    facts = [plant(*tags), commitment("2020-03-26", "03-26 08:30"), commitment("2020-03-28", "03-28 08:30")]

    assert said(*facts, until="2020-03-30 12:00", of="risk_commitment") == [
        "P-1/2020-03-27 raised 03-28 00:00",
        "P-1/2020-03-29 raised 03-30 00:00",
    ]


@pytest.mark.parametrize("tag", ["hazmat_key_user", "key_unit"])
def test_a_key_user_commits_itself_every_week(tag: str) -> None:
    """A week runs from Monday to Sunday; its label is the ISO week."""
    facts = [plant(tag, sector="危化品"), commitment("2020-W13", "03-29 20:00")]

    records = list(missing(*facts, until="2020-04-06 12:00", of="risk_commitment"))

    assert [(one.subject.id, one.rule, one.at) for one in records] == [
        ("risk_commitment/P-1/2020-W14", "commitment", moment("2020-04-06"))
    ]


@pytest.mark.parametrize(
    "site",
    [plant(), plant("small_enterprise"), plant("high_risk", sector="建筑施工"), plant("key_unit", sector="消防")],
)
def test_other_sites_commit_themselves_to_nothing(site: Fact) -> None:
    """Neither a producer nor a key user of dangerous chemicals."""
    assert said(site, until="2020-04-06 12:00", of="risk_commitment") == []


# ------------------------------------------------------------------ teams, sectors, campaign


def test_nine_teams_have_nine_areas() -> None:
    """Annex 1: seven counties, the economic zone and the port (S1-09, S1-23)."""
    pack = the_pack()

    assert {team.id: team.area for team in pack.units["teams"]} == {
        "team-1": "330402",
        "team-2": "330411",
        "team-3": "330421",
        "team-4": "330482",
        "team-5": "330424",
        "team-6": "330481",
        "team-7": "330483",
        "team-8": "330471",
        "team-9": "330472",
    }
    assert {team.area for team in pack.units["teams"]} == {area.id for area in pack.units["areas"]}


@pytest.mark.parametrize(
    ("sector", "lead"),
    [
        ("道路交通", "市公安局"),
        ("危险化学品", "市应急管理局"),
        ("危化品", "市应急管理局"),
        ("消防", "市消防救援支队"),
        ("建筑施工", "市建设局"),
        ("城镇燃气", "市建设局"),
        ("特种设备", "市市场监管局"),
        ("工贸", "市应急管理局"),
        ("水上交通", "市安委办"),
        ("农业机械", "市安委办"),
        ("供电供水", "市安委办"),
        ("寄递物流", "市安委办"),
        ("森林防火", "市安委办"),
        ("自然灾害防治", "市安委办"),
        ("低空经济", "市安委办"),
    ],
)
def test_every_sector_has_an_owner(sector: str, lead: str) -> None:
    """由市…局牵头 where the notice says so (S1-02), else the committee's office (S1-03)."""
    law = law_of(*JIAXING)

    assert law.where(law.packs[0]).leads_of(sector) == (lead,)


def test_dates_rule_over_the_label() -> None:
    """为期20天 holds twenty-two days; the end is the fifteenth (S1-01, trap T2)."""
    campaign = the_pack().campaign
    assert campaign is not None

    assert (campaign.begins, campaign.ends, campaign.label_days) == (date(2020, 3, 25), date(2020, 4, 15), 20)
    assert (campaign.ends - campaign.begins).days + 1 == 22


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param([], ["示范化工厂属危化品企业安全提醒“全覆盖”范围，至2020年4月15日未落实，未达到全覆盖要求。"], id="nobody reminded it"),
        pytest.param([("reminder", "2020-04-02 10:00")], [], id="it was reminded"),
        pytest.param([("安全提醒", "2020-04-15 23:00")], [], id="on the last day, in the notice's own word"),
        pytest.param(
            [("advice", "2020-04-02 10:00")],
            ["示范化工厂属危化品企业安全提醒“全覆盖”范围，至2020年4月15日未落实，未达到全覆盖要求。"],
            id="other help is no reminder",
        ),
    ],
)  # fmt: skip
def test_every_hazmat_enterprise_is_reminded(given: list[tuple[str, str]], expected: list[str]) -> None:
    """安全提醒、生产企业储存设施安全巡查两个“全覆盖” (S1-07): the first of the two."""
    site = {
        "id": "S-7",
        "name": "示范化工厂",
        "address": "示范路7号",
        "kind": "unit",
        "sector": "危险化学品",
        "tags": ["hazmat_key_user"],
    }
    facts = [fact("site.registered", "2020-03-25 09:00", tenant="330402", site=site)]
    facts += [
        fact("service.given", when, tenant="330402", id_=when, site_id="S-7", kind=kind, description="复产安全提醒")
        for kind, when in given
    ]

    records = decide(*facts, until="2020-05-01")

    assert [one.reason for one in records if one.rule == "coverage" and one.step == "safety_reminder"] == expected
