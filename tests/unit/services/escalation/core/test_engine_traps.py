"""The traps that the five notices lay together (requirements 1.6), each by its name."""

import pytest
from pydantic import ValidationError

from contracts import divisions
from policies import files, tables
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.case import CaseKey, MemoryCases
from services.escalation.core.cases.accident import Grade, grade_of
from services.escalation.core.checking import Known, PackText, check
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.simulation import activation
from services.escalation.core.terms import Span
from services.escalation.core.waiting import CLOCK, NO_DEADLINE
from tests.unit.services.escalation.accidents import (
    LISHUI,
    WENZHOU,
    accident,
    corrected,
    dated,
    decide,
    done,
    pack,
    told,
    under,
)
from tests.unit.services.escalation.stories import all_divisions, fact, law_of, moment, report, run

JIAXING = ("jiaxing-2020",)
SUMMIT = "stage_report/331171/stage:2b"


def missed(subject: str, *facts: object, packs: tuple[str, ...] = LISHUI, until: str = "2016-12-31") -> list[str]:
    """When the duty was missed."""
    records = decide(*facts, until=until, packs=packs)  # type: ignore[arg-type]
    return [
        f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {one.level}"
        for one in records
        if (one.subject.id, one.status, one.measure) == (subject, "raised", "missing_report")
    ]


def test_t1_two_and_three_days_are_a_chain() -> None:
    """Units owe the zone at +2 days, the zone owes the city at +3: two links, each with its own office."""
    assert missed("stage_report/安监局/stage:2a") == ["2016-06-03 00:00 county"]
    assert missed("stage_report/331171/stage:2a") == ["2016-06-04 00:00 city"]


def test_t1_a_link_that_came_holds_up_nobody_else() -> None:
    """What the zone's units sent the zone does not stand for what the zone owes the city."""
    sent = done("stage_report", "安监局", "stage:2a", "2016-06-01", tenant="331171")

    assert missed("stage_report/安监局/stage:2a", sent) == []
    assert missed("stage_report/331171/stage:2a", sent) == ["2016-06-04 00:00 city"]


def test_t2_a_label_of_twenty_days_counts_nothing() -> None:
    """In 嘉兴 twenty days are a label: the last daily report is of 15 April, the 22nd day; in 温州 they are a term."""
    campaign = law_of("jiaxing-2020").packs[0].campaign
    stock = report("2020-03-01", tenant="330381", rectify_by=None)

    assert campaign is not None
    assert (campaign.label_days, (campaign.ends - campaign.begins).days + 1) == (20, 22)
    assert missed("daily_report/team-1/2020-04-15", packs=JIAXING, until="2020-05-01") == ["2020-04-16 00:00 city"]
    assert told(run(stock, until="2020-04-16", packs=WENZHOU), "overdue") == [
        "overdue H-1 remind raised 2020-04-16 00:00"
    ]


def test_t2_the_check_warns_of_such_a_label() -> None:
    """So that somebody knows, though the dates rule."""
    read = files.marked(files.folder() / "jiaxing-2020.yaml")
    text = PackText("jiaxing-2020.yaml", read.raw, read.lines)

    found = check([text], Known(tables.clauses(), all_divisions()))

    assert [(one.kind, one.code) for one in found] == [("warning", "label_disagrees")]


def test_t3_an_end_that_is_an_event_arms_nothing_before_it_is_dated() -> None:
    """The duty is there, waits by name for its date, and is armed when the date comes."""
    cases, engine = MemoryCases(), Engine(law_of(*LISHUI))
    key = CaseKey("331100", "obligation", "", SUMMIT)
    engine.apply_fact(activation(engine.law, "331100", moment("2016-03-28")), cases, moment("2016-04-01"))

    before = cases.cases[key].waits
    engine.apply_fact(dated("summit_end", "2016-09-05", "2016-08-01", tenant="331100"), cases, moment("2016-08-01"))

    assert (before, cases.cases[key].waits) == (NO_DEADLINE, CLOCK)
    assert cases.cases[key].next_at == moment("2016-09-09")


def test_t3_a_date_that_moves_moves_the_term() -> None:
    """The summit is put off: three days after the new day."""
    first = dated("summit_end", "2016-09-05", "2016-08-01", tenant="331100")
    moved = dated("summit_end", "2016-09-30", "2016-09-01", tenant="331100")

    assert missed(SUMMIT, first, moved) == ["2016-10-04 00:00 city"]


def test_t4_a_unit_of_days_has_no_default() -> None:
    """日 and 工作日 are told apart by whoever writes the pack, never by the product."""
    with pytest.raises(ValidationError, match="unit"):
        Span.model_validate({"count": 3})


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        pytest.param("calendar_day", "2023-10-02 00:00", id="28 September and 3 days: 29, 30 September, 1 October"),
        pytest.param("working_day", "2023-10-10 00:00", id="7, 8 (made up), 9 October are three working days"),
    ],
)
def test_t4_days_and_working_days_end_apart(unit: str, expected: str) -> None:
    """The same number over National Day."""
    when = {"kind": "milestone", "milestone": "round", "period": "1", "within": {"count": 3, "unit": unit}}
    duty = {"rule": "periodic_report", "title": "函告", "clauses": ["S2-21"], "units": ["o"], "when": when}
    law = Law(
        [pack(milestones=["round"], units={"o": [{"id": "办"}]}, obligations={"letter": duty})],
        all_divisions(),
        law_of("wenling-2023").calendar,
    )

    (record,) = under(law, dated("round", "2023-09-28", "2023-09-28", tenant="331081"), until="2023-11-01")

    assert f"{record.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param("2021-07-05", "2021-10-05", 1, id="92 days are within three months"),
        pytest.param("2021-08-31", "2021-11-30", 1, id="31 August and three months: 30 November"),
        pytest.param("2021-08-31", "2021-12-01", 0, id="a day later"),
        pytest.param("2021-11-30", "2022-02-28", 1, id="30 November and three months: 28 February"),
        pytest.param("2021-11-30", "2022-03-01", 0, id="1 March, 91 days: outside"),
    ],
)
def test_t5_three_months_are_calendar_months(first: str, second: str, expected: int) -> None:
    """Neither ninety days nor a quarter."""
    records = decide(accident(f"{first} 08:00", "A-1"), accident(f"{second} 08:00", "A-2"), until="2022-06-01")

    assert len([one for one in records if one.rule == "talk_fatal_window"]) == expected


@pytest.mark.parametrize(
    ("deaths", "injuries", "loss", "expected"),
    [
        pytest.param(2, 9, 9_999_999.0, Grade.ORDINARY, id="everything one below"),
        pytest.param(3, None, None, Grade.LARGER, id="3人以上 includes three"),
        pytest.param(None, 10, None, Grade.LARGER, id="10人以上重伤 includes ten"),
        pytest.param(None, None, 10_000_000.0, Grade.LARGER, id="1000万元以上 includes ten million"),
        pytest.param(9, None, None, Grade.LARGER, id="10人以下 excludes ten"),
        pytest.param(10, None, None, Grade.MAJOR, id="10人以上 includes ten"),
        pytest.param(30, None, None, Grade.EXTRAORDINARY, id="30人以上 includes thirty"),
    ],
)
def test_t6_a_limit_includes_its_number(
    deaths: int | None, injuries: int | None, loss: float | None, expected: Grade
) -> None:
    """以上含本数, 以下不含本数."""
    assert grade_of(deaths, injuries, loss) is expected


def test_t6_two_deaths_break_a_goal_of_two_or_more() -> None:
    """死亡两人以上."""
    goals = [
        one.step
        for one in decide(accident("2020-04-01", tenant="330381", deaths=2), until="2020-04-02", packs=WENZHOU)
        if one.rule == "campaign_goal"
    ]

    assert goals == ["no_death", "no_two_deaths"]


def test_t7_each_notice_has_its_own_sectors() -> None:
    """Nine are key in 温州, eight in 威海; the same word is led by others elsewhere."""
    key = {
        name: len([sector for sector in law_of(name).packs[0].sectors if "key" in sector.tags])
        for name in ("wenzhou-2020", "weihai-2021")
    }
    leads = {
        name: law_of(name).where(law_of(name).packs[0]).leads_of("消防")
        for name in ("jiaxing-2020", "wenling-2023", "lishui-2016")
    }

    assert key == {"wenzhou-2020": 9, "weihai-2021": 8}
    assert leads == {
        "jiaxing-2020": ("市消防救援支队",),
        "wenling-2023": ("消防专委办",),
        "lishui-2016": ("市公安消防支队",),
    }


def _renamed() -> Law:
    """A fire brigade that is called otherwise from 1 October on; it still answers to its old name."""
    when = {"kind": "monthly"}
    parts = {"rule": "periodic_report", "title": "月报", "clauses": ["S2-09"], "units": ["fire"], "when": when}
    old = {"fire": [{"id": "fire-1", "name": "市公安消防支队"}]}
    new = {"fire": [{"id": "fire-1", "name": "市消防救援支队", "also": ["市公安消防支队"]}]}
    first = pack(units=old, obligations={"monthly": parts})
    return Law(
        [first, pack(version="2", effective_from="2023-10-01", units=new, obligations={"monthly": parts})],
        all_divisions(),
    )


def test_t8_history_keeps_the_name_of_its_day() -> None:
    """September is missed by the unit as it was called then, October by the unit as it is called now."""
    records = {one.subject.id: one.reason for one in under(_renamed(), until="2023-12-15")}

    assert records["monthly/fire-1/2023-09"].startswith("市公安消防支队")
    assert records["monthly/fire-1/2023-10"].startswith("市消防救援支队")


def test_t8_a_report_under_the_old_name_still_counts() -> None:
    """Whoever writes the old name means the same unit."""
    came = done("monthly", "市公安消防支队", "2023-10", "2023-10-20", tenant="331081")

    assert "monthly/fire-1/2023-10" not in {one.subject.id for one in under(_renamed(), came, until="2023-11-15")}


def test_t9_a_tip_off_is_provisional_until_it_is_verified() -> None:
    """一律视同事故 opens the track on receipt; 经查属实 makes it count."""
    tip = fact(
        "tip_off.received",
        "2021-06-01",
        tenant="371083",
        tip_off_id="T-1",
        hazard_id="H-1",
        category="x",
        description="y",
    )
    found = report("2021-06-02", tenant="371083", found_by="tip_off", rectify_by="2021-06-20")
    true = fact("tip_off.verified", "2021-06-05", tenant="371083", tip_off_id="T-1", true=True)

    states = [one.status for one in decide(tip, found, true, until="2021-06-06") if one.rule == "accident_track"]

    assert states == ["provisional", "raised"]


def test_t9_the_gate_is_the_pack_s() -> None:
    """A pack may take 一律 at its word."""
    rules = {"accident_track": {"clauses": ["S3-12"], "grounds": ["tip_off"], "verified_only": False}}
    law = Law([pack(rules=rules)], all_divisions())
    found = report("05-08", found_by="tip_off")

    assert [one.status for one in under(law, found, until="05-10") if one.rule == "accident_track"] == ["raised"]


def test_t11_three_reports_of_one_hazard_have_one_clock() -> None:
    """Town, county and province report it: one ladder, by the earliest of their dates."""
    reports = [
        report("05-08", id_="town", rectify_by="2023-05-30", sources=["镇检查"]),
        report("05-09", id_="county", tenant="331081", rectify_by="2023-05-20", sources=["市暗访"]),
        report("05-10", id_="province", tenant="330000", rectify_by="2023-06-10", sources=["省督导"]),
    ]

    assert told(run(*reports, until="05-22"), "overdue") == ["overdue H-1 remind raised 2023-05-21 00:00"]


def test_t13_a_talk_falls_with_the_accident_it_rests_on() -> None:
    """Found not to be of production safety, the accident counts no more, and the talk is retracted."""
    led = accident("2021-08-02 08:00", "A-2", id_="second")
    before = accident("2021-07-05 08:00", "A-1", id_="first")
    cleared = accident("2021-08-02 08:00", "A-2", known="2021-09-01", id_="later", liability="not_liable")

    states = [one.status for one in decide(before, led, cleared, until="2021-10-01") if one.rule == "talk_fatal_window"]

    assert states == ["proposed", "retracted"]


def test_t13_corrected_figures_count_from_when_they_are_known() -> None:
    """Three deaths, of which the last is known a month later: proposed then, about the day of the accident."""
    first = accident("2021-07-05 08:00", deaths=2, id_="first")
    worse = corrected(accident("2021-07-05 08:00", known="2021-08-05", deaths=3, id_="worse"), "first")

    (talk,) = [one for one in decide(first, worse, until="2021-09-01") if one.rule == "talk_serious_accident"]

    assert (talk.at, talk.known_at) == (moment("2021-07-05 08:00"), moment("2021-08-05"))


def test_t13_a_talk_that_was_confirmed_is_only_questioned() -> None:
    """A named person confirmed it: whether it falls is for a named person to say."""
    led = accident("2021-08-02 08:00", "A-2", id_="second")
    before = accident("2021-07-05 08:00", "A-1", id_="first")
    (talk,) = [one for one in decide(before, led, until="2021-08-03") if one.rule == "talk_fatal_window"]
    data = {"decision_id": talk.decision_id, "verdict": "confirmed", "by": "u", "reason": "r", "document_no": "1"}
    word = fact("proposal.decided", "2021-08-10", tenant="371000", **data)
    cleared = accident("2021-08-02 08:00", "A-2", known="2021-09-01", id_="later", liability="not_liable")

    records = decide(before, led, word, cleared, until="2021-10-01")

    states = [one.status for one in records if one.rule == "talk_fatal_window"]
    assert states == ["proposed", "confirmed", "questioned"]


def test_t14_a_running_clock_keeps_the_rule_it_began_with() -> None:
    """A new version binds what is found from its day on; what was found before keeps its ladder."""
    old = {"overdue": {"clauses": ["S2-22"], "ladder": [{"step": "first", "day": 1, "measure": "remind"}]}}
    new = {"overdue": {"clauses": ["S2-22"], "ladder": [{"step": "first", "day": 1, "measure": "penalty"}]}}
    law = Law([pack(rules=old), pack(version="2", effective_from="2023-05-15", rules=new)], all_divisions())
    facts = (report("05-08"), report("05-16", "H-2", rectify_by="2023-05-20"))

    records = under(law, *facts, until="05-22")

    assert sorted(f"{one.subject.id} {one.policy.version} {one.measure}" for one in records) == [
        "H-1 1 remind",
        "H-2 2 penalty",
    ]


def test_t15_a_passage_that_is_repeated_obliges_once() -> None:
    """One report for each unit and stage, however often the file says it."""
    subjects = [
        one.subject.id
        for one in decide(
            dated("summit_end", "2016-09-05", "2016-08-01", tenant="331100"), until="2016-12-31", packs=LISHUI
        )
        if one.rule == "stage_report"
    ]

    assert len(subjects) == len(set(subjects))
    assert len([subject for subject in subjects if "/331102/" in subject]) == 3


def test_t16_a_county_level_city_acts_as_a_county() -> None:
    """温岭市's 市安委办 is a county's: the level comes from the tree, never from the word 市."""
    (proposal,) = [one for one in run(report("05-08", level="major"), until="05-09") if one.rule == "major_hazard"]

    assert proposal.level == "county"
    assert divisions.load().level_of("331081") == "county"


def test_t16_its_listings_by_level_are_of_province_city_and_county() -> None:
    """1 省级, 2 市级, 7 县级: 市级 is 台州's."""
    goals = {aim.id: aim.goal for aim in law_of("wenling-2023").packs[0].targets if "S2-28" in aim.clauses}

    assert [goals[f"listed_road_sections_{level}"] for level in ("province", "city", "county")] == [1, 2, 7]
