"""The notice of 温岭 as policy: who owes what, when, and which numbers it sets (S2-01, S2-06..12, S2-20, S2-21, S2-28..35)."""

from collections.abc import Iterator

import pytest

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack
from services.escalation.core.terms import UnitEntry
from tests.unit.services.escalation.accidents import dated, done, under
from tests.unit.services.escalation.stories import all_divisions, fact, law_of, moment

CITY = "331081"
TOWNS = {f"331081{n:03d}" for n in range(1, 17)}
FIELDS = {"道路交通", "涉海涉渔", "消防", "工矿和危化品", "建设施工", "城市运行", "旅游", "特种设备"}
OFFICES = {f"{field}专委办" for field in FIELDS}
COMMITTEES = {f"{field}专委会" for field in FIELDS}


def the_pack() -> Pack:
    return law_of("wenling-2023").packs[0]


def missing(*facts: Fact, until: str, of: str, law: Law | None = None) -> Iterator[Decision]:
    records = under(law or law_of("wenling-2023"), *facts, until=until)
    return (one for one in records if one.subject.id.startswith(f"{of}/"))


def said(*facts: Fact, until: str, of: str, law: Law | None = None) -> list[str]:
    shanghai = moment("05-01").tzinfo
    return [
        f"{one.subject.id.removeprefix(f'{of}/')} {one.status} {one.at.astimezone(shanghai):%Y-%m-%d %H:%M}"
        for one in missing(*facts, until=until, of=of, law=law)
    ]


def members() -> set[str]:
    return {unit.id for unit in the_pack().units["members"]}


@pytest.mark.parametrize(
    ("duty", "units", "period", "falls"),
    [
        ("half_year_report", TOWNS | OFFICES | members(), "2023-H1", "2023-06-16"),
        ("annual_report", TOWNS | OFFICES | members(), "2023", "2023-12-16"),
        ("quarterly_meeting", COMMITTEES | {"市安委会"}, "2023-Q2", "2023-07-01"),
        ("work_list", COMMITTEES, "2023", "2024-01-01"),
        ("topic_meeting", members(), "2023-H2", "2024-01-01"),
        ("monthly_consultation", {"市安委会"}, "2023-05", "2023-06-01"),
        ("town_study", TOWNS, "2023-Q3", "2023-10-01"),
        ("prompt_letter", {"市安委办"}, "2023-05", "2023-06-01"),
        ("enforcement_bulletin", {"市安委办"}, "2023-Q4", "2024-01-01"),
    ],
)
def test_who_owes_what_by_when(duty: str, units: set[str], period: str, falls: str) -> None:
    """Nobody did anything: each unit of the list is missing at 24:00 of the last day, and nobody else."""
    records = [one for one in missing(until="2024-01-02", of=duty) if one.subject.id.endswith(f"/{period}")]

    assert {one.subject.id.split("/")[1] for one in records} == units
    assert {(one.at, str(one.measure), str(one.status)) for one in records} == {
        (moment(falls), "missing_report", "raised")
    }


@pytest.mark.parametrize(
    ("duty", "period"),
    [("town_study", "2023-Q1"), ("quarterly_meeting", "2023-Q1"), ("monthly_consultation", "2023-03")],
)
def test_terms_that_ended_before_the_notice_are_not_opened(duty: str, period: str) -> None:
    """The first quarter and March were over on 28 April."""
    assert [line for line in said(until="2023-08-01", of=duty) if period in line] == []


@pytest.mark.parametrize("duty", sorted(the_pack().obligations))
def test_nothing_recurs_after_the_year(duty: str) -> None:
    """工作要点 are one year's."""
    opening = dated("provincial_round:1", "2023-05-10", "05-11 09:00", tenant=CITY)

    late = [one.at for one in missing(opening, until="2025-03-01", of=duty) if one.at > moment("2024-01-01")]

    assert late == []


@pytest.mark.parametrize(
    ("unit", "when", "expected"),
    [
        pytest.param("331081001", "06-15 23:59", [], id="in the last minute of the fifteenth"),
        pytest.param(
            "331081001",
            "06-16 00:00",
            ["331081001/2023-H1 raised 2023-06-16 00:00", "331081001/2023-H1 cleared 2023-06-16 00:00"],
            id="at 00:00 of the sixteenth it is late",
        ),
        pytest.param("太平街道", "06-15 18:00", [], id="by its name"),
    ],
)
def test_the_fifteenth_of_june_is_the_last_day(unit: str, when: str, expected: list[str]) -> None:
    """6月15日前 includes the fifteenth (S2-01)."""
    report = done("half_year_report", unit, "2023-H1", when, tenant="331081001")

    lines = said(report, until="2023-06-16 12:00", of="half_year_report")

    assert [line for line in lines if line.startswith("331081001")] == expected


def test_the_economic_zone_is_no_addressee() -> None:
    """The notice goes to towns, special offices and members (S2-01)."""
    lines = said(until="2023-12-20", of="half_year_report") + said(until="2023-12-20", of="annual_report")

    assert [line for line in lines if "331081071" in line] == []


@pytest.mark.parametrize("spelling", ["消防专委会", "市消防专委会", "消防专委办", "市消防专委办"])
def test_a_committee_and_its_office_are_understood_by_the_duty(spelling: str) -> None:
    """People write the one for the other: the report is the office's, the meeting the committee's."""
    facts = [
        done("half_year_report", spelling, "2023-H1", "06-10 09:00", tenant=CITY, id_="report"),
        done("quarterly_meeting", spelling, "2023-Q2", "06-12 09:00", tenant=CITY, id_="meeting"),
    ]
    lines = said(*facts, until="2023-07-02", of="half_year_report") + said(
        *facts, until="2023-07-02", of="quarterly_meeting"
    )

    assert [line for line in lines if line.startswith("消防")] == []


def test_the_office_owes_a_letter_after_each_round() -> None:
    """将每轮…函告 (S2-21): five working days after the round's day, each round by itself."""
    facts = [
        dated("provincial_round:1", "2023-05-10", "05-11 09:00", tenant=CITY),
        dated("provincial_round:2", "2023-07-10", "07-11 09:00", tenant=CITY),
        done("round_letter", "市安委办", "1", "05-15 09:00", tenant=CITY),
    ]

    assert said(*facts, until="2023-08-01", of="round_letter") == ["市安委办/2 raised 2023-07-18 00:00"]


def test_without_a_round_the_office_owes_no_letter() -> None:
    """No round is dated, no clock runs."""
    assert said(until="2023-12-31", of="round_letter") == []


def test_daily_reports_run_between_the_milestones() -> None:
    """重点时段每日报告: once both days are known, from the first to the last, weekends included (S2-09)."""
    facts = [
        dated("asian_games_start", "2023-09-23", "08-01 09:00", tenant=CITY),
        dated("asian_games_end", "2023-10-08", "08-01 09:00", tenant=CITY),
        done("key_period_report", "331081003", "2023-09-23", "09-23 21:00", tenant="331081003"),
    ]

    records = list(missing(*facts, until="2023-10-20", of="key_period_report"))
    days = {one.subject.id.rpartition("/")[2] for one in records}

    assert ({one.rule for one in records}, min(days), max(days)) == ({"daily_report"}, "2023-09-23", "2023-10-08")
    assert len(records) == 16 * (16 + 8) - 1


def test_no_daily_report_while_a_milestone_is_open() -> None:
    """A start without an end says nothing about which days."""
    start = dated("asian_games_start", "2023-09-23", "08-01 09:00", tenant=CITY)

    assert said(start, until="2023-10-20", of="key_period_report") == []


def test_each_person_on_the_list_updates_its_duties_monthly() -> None:
    """每月履职更新100%: the list of persons is an installation's own (S2-35)."""
    pack = the_pack()
    units = {**pack.units, "persons": (UnitEntry(id="zrr-0001"), UnitEntry(id="zrr-0002"))}
    law = Law([pack.model_copy(update={"units": units})], all_divisions())
    came = done("person_update", "zrr-0001", "2023-05", "05-20 09:00", tenant=CITY)

    lines = said(came, until="2023-06-02", of="person_update", law=law)

    assert [line for line in lines if "/2023-05 " in line] == ["zrr-0002/2023-05 raised 2023-06-01 00:00"]


def test_high_risk_enterprises_owe_inspections_and_drills() -> None:
    """主要负责人每月带队检查, 每半年演练 (S2-12, S2-14)."""
    site = {"id": "S-1", "name": "示范厂", "address": "x", "kind": "unit", "sector": "危化品", "tags": ["high_risk"]}
    entry = fact("site.registered", "05-04", tenant="331081003", site=site)

    assert (
        said(entry, until="2023-06-02", of="leader_inspection"),
        said(entry, until="2023-07-02", of="emergency_drill"),
    ) == (
        ["S-1/2023-05 raised 2023-06-01 00:00"],
        ["S-1/2023-H1 raised 2023-07-01 00:00"],
    )


@pytest.mark.parametrize(
    ("sector", "lead"),
    [
        ("道路交通", "道路交通专委办"),
        ("渔业船舶", "涉海涉渔专委办"),
        ("消防", "消防专委办"),
        ("危险化学品", "工矿和危化品专委办"),
        ("工贸", "工矿和危化品专委办"),
        ("建筑施工", "建设施工专委办"),
        ("城镇燃气", "城市运行专委办"),
        ("旅游", "旅游专委办"),
        ("特种设备", "特种设备专委办"),
        ("自建房", "市住房和城乡建设局"),
        ("低空经济", "市安委办"),
    ],
)
def test_nine_fields_have_eight_offices(sector: str, lead: str) -> None:
    """工矿 and 危化品 share one (S2-10); what nobody leads falls to the committee's office."""
    law = law_of("wenling-2023")

    assert law.where(law.packs[0]).leads_of(sector) == (lead,)


def test_the_eight_high_risk_fields_are_tagged() -> None:
    """民用爆炸物品、建筑施工、交通运输、渔业生产、矿山、危险化学品、烟花爆竹、金属冶炼 (S2-14)."""
    fields = {"民用爆炸物品", "建筑施工", "交通运输", "渔业生产", "矿山", "危险化学品", "烟花爆竹", "金属冶炼"}
    tagged = {
        name for sector in the_pack().sectors if "high_risk" in sector.tags for name in (sector.name, *sector.also)
    }

    assert fields <= tagged


@pytest.mark.parametrize(
    ("clause", "goals"),
    [
        ("S2-28", [1, 2, 7, 200]),
        ("S2-29", [95, 502, 38, 18, 227, 148, 1209]),
        ("S2-31", [3]),
        ("S2-32", [100, 325, 1543, 3]),
        ("S2-33", [90, 100, 2, 5.4]),
        ("S2-34", [100, 100, 90, 100, 40, 1]),
        ("S2-37", [100, 100]),
    ],
)
def test_the_years_numbers(clause: str, goals: list[float]) -> None:
    """In the order of the notice; percentages are targets of 100, 90 and 40."""
    assert [target.goal for target in the_pack().targets if clause in target.clauses] == goals


def test_high_rises_have_no_blind_corner_either() -> None:
    """高层建筑以及容纳30人以上的人员密集场所要不留死角盲区 (S2-30): each registered one is inspected within the year."""
    tower = {
        "id": "S-9",
        "name": "示范大厦",
        "address": "示范路9号",
        "kind": "place",
        "sector": "消防",
        "tags": ["high_rise"],
    }
    records = under(law_of("wenling-2023"), fact("site.registered", "05-08 09:00", site=tower), until="2024-01-02")

    (alert,) = (one for one in records if one.rule == "coverage")
    assert alert.reason == "示范大厦属高层建筑范围，至2023年12月31日未检查，未达到全覆盖要求。"
