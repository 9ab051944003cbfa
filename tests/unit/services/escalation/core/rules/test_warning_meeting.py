"""An accident calls for a warning meeting within 15 days, and for a report on it without a term (S3-18, S3-20)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import accident, decide, done, told, void

RULE = "warning_meeting"
CALLED = "A-1 warning_meeting raised 2021-07-01 08:00"
REPORT = "A-1 meeting_report raised 2021-07-01 08:00"
MISSED = "A-1 missing_report raised 2021-07-17 00:00"
HAPPENED = accident("2021-07-01 08:00")


def lines(*facts: Fact, until: str = "2021-08-01") -> list[str]:
    return [line.removeprefix(f"{RULE} ") for line in told(decide(*facts, until=until), RULE)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([HAPPENED], [MISSED], id="nothing came: 16 July is the fifteenth day"),
        pytest.param(
            [HAPPENED, done(RULE, "371083", "A-1", "2021-07-16 23:59")],
            ["A-1 warning_meeting cleared 2021-07-16 23:59"],
            id="held on the last evening",
        ),
        pytest.param(
            [HAPPENED, done(RULE, "371083", "A-1", "2021-07-20 09:00")],
            [
                MISSED,
                "A-1 missing_report cleared 2021-07-20 09:00",
                "A-1 warning_meeting cleared 2021-07-20 09:00",
            ],
            id="held late: cleared, and it stays on record",
        ),
        pytest.param(
            [HAPPENED, done(RULE, "乳山市", "A-1", "2021-07-16 09:00", tenant="371083")],
            ["A-1 warning_meeting cleared 2021-07-16 09:00"],
            id="the area spelt by its name",
        ),
        pytest.param(
            [HAPPENED, done(RULE, "371083", "A-1", "2021-07-16 09:00", tenant="371000")],
            ["A-1 warning_meeting cleared 2021-07-16 09:00"],
            id="the city tells that it was held",
        ),
        pytest.param(
            [HAPPENED, done(RULE, "371083", "A-1", "2021-07-16 09:00", tenant="371082")],
            [MISSED],
            id="another area cannot tell it",
        ),
        pytest.param(
            [HAPPENED, done(RULE, "371082", "A-1", "2021-07-16 09:00")], [MISSED], id="another area's meeting"
        ),
        pytest.param(
            [HAPPENED, done(RULE, "371083", "A-2", "2021-07-16 09:00")], [MISSED], id="a meeting about another accident"
        ),
        pytest.param(
            [HAPPENED, done(RULE, "371083", "A-1", "2021-07-10 09:00", known="2021-07-20 10:00")],
            [
                MISSED,
                "A-1 missing_report retracted 2021-07-20 10:00",
                "A-1 warning_meeting cleared 2021-07-20 10:00",
            ],
            id="held in time and told late",
        ),
    ],
)
def test_a_warning_meeting_is_due_in_fifteen_days(facts: list[Fact], expected: list[str]) -> None:
    """The accident's day is not counted, and the last day runs to 24:00."""
    assert sorted(lines(*facts)) == sorted([CALLED, REPORT, *expected])


@pytest.mark.parametrize(
    ("when", "missed"),
    [
        pytest.param("2021-11-30 06:00", "2021-12-16 00:00", id="over the end of November"),
        pytest.param("2021-12-20 23:59", "2022-01-05 00:00", id="over the end of the year"),
        pytest.param("2022-02-20 00:00", "2022-03-08 00:00", id="over the end of February"),
        pytest.param("2021-09-20 12:00", "2021-10-06 00:00", id="a last day in the National Day week is not put off"),
    ],
)
def test_fifteen_days_over_a_months_end(when: str, missed: str) -> None:
    """Calendar days, counted from the day after the accident."""
    assert f"A-1 missing_report raised {missed}" in lines(accident(when), until="2022-06-01")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param({"deaths": 0, "serious_injuries": 1}, id="without deaths"),
        pytest.param({"deaths": None}, id="with an unknown toll"),
        pytest.param({"liability": "not_liable"}, id="for which nobody answers"),
        pytest.param({"category": "road"}, id="of any family"),
    ],
)
def test_any_accident_calls_for_it(words: dict[str, object]) -> None:
    """The notice says 凡发生生产安全事故."""
    assert CALLED in lines(accident("2021-07-01 08:00", **words))  # type: ignore[arg-type]


def test_a_zone_holds_it_itself() -> None:
    """The notice names 管委 expressly: the zone owes it, and its own meeting fulfils it."""
    happened = accident("2021-07-01 08:00", tenant="371071")
    records = decide(happened, done(RULE, "371071", "A-1", "2021-07-10 09:00"), until="2021-08-01")

    meeting = [one for one in records if one.rule == RULE and one.measure == "warning_meeting"]
    assert [(one.tenant, one.level, one.status) for one in meeting] == [
        ("371071", "city", "raised"),
        ("371071", "city", "cleared"),
    ]


def test_an_accident_before_the_notice_calls_for_nothing() -> None:
    """Also where its fifteen days would end after the notice."""
    assert lines(accident("2021-05-13 23:59")) == []


def test_two_accidents_on_one_day_call_for_two_meetings() -> None:
    """Each accident has its own."""
    records = lines(HAPPENED, accident("2021-07-01 19:00", "A-2"))

    assert {line.split()[0] for line in records} == {"A-1", "A-2"}
    assert sum("missing_report" in line for line in records) == 2


def test_an_accident_moved_to_another_day_moves_the_term() -> None:
    """The last word counts whole, its time included."""
    moved = accident("2021-07-05 08:00", known="2021-07-10")

    assert [line for line in lines(HAPPENED, moved) if "missing" in line] == [
        "A-1 missing_report raised 2021-07-21 00:00"
    ]


def test_a_voided_accident_takes_everything_back() -> None:
    """Nothing stays open for what never was."""
    happened = accident("2021-07-01 08:00", id_="first")

    assert sorted(lines(happened, void("first", "2021-07-03 09:00"))) == sorted(
        [
            CALLED,
            REPORT,
            "A-1 warning_meeting retracted 2021-07-03 09:00",
            "A-1 meeting_report retracted 2021-07-03 09:00",
        ]
    )


def test_the_area_is_reminded_three_days_and_one_day_before() -> None:
    """Reminders stand under due_soon and stop when the meeting is held (S3-18)."""
    records = decide(HAPPENED, done(RULE, "371083", "A-1", "2021-07-14 09:00"), until="2021-08-01")

    assert told(records, "due_soon") == [
        "due_soon A-1 remind raised 2021-07-13 00:00",
        "due_soon A-1 remind cleared 2021-07-14 09:00",
    ]


def test_an_accident_known_after_its_term_skips_the_reminders() -> None:
    """What is past when it becomes known is raised once, as missed."""
    records = decide(accident("2021-07-01 08:00", known="2021-07-20"), until="2021-08-01")

    assert [line for line in told(records, "due_soon") if "raised" in line] == []
    assert MISSED in [line.removeprefix(f"{RULE} ") for line in told(records, RULE)]


def test_the_reasons_can_be_read_out() -> None:
    """The sentences say why, who, what and by when."""
    records = [one for one in decide(HAPPENED, until="2021-08-01") if one.rule == RULE]
    because = "因2021年7月1日乳山市的工贸事故（A-1），乳山市"

    assert {one.measure: one.reason for one in records} == {
        "warning_meeting": f"{because}应完成事故警示现场会，期限为2021年7月16日24时。",
        "meeting_report": f"{because}应完成事故警示现场会会议情况的审定和报送，通知未规定期限。",
        "missing_report": f"{because}未按期完成事故警示现场会，期限为2021年7月16日24时。",
    }
