"""After a fatal accident the leaders report at the next standing meeting (S3-17)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import accident, dated, decide, done, told

RULE = "standing_meeting"
HAPPENED = accident("2021-07-01 08:00")
ASKED = "A-1 meeting_report raised 2021-07-01 08:00"


def lines(*facts: Fact, until: str = "2021-09-01") -> list[str]:
    return [line.removeprefix(f"{RULE} ") for line in told(decide(*facts, until=until), RULE)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([HAPPENED], [], id="without a dated meeting no clock runs"),
        pytest.param(
            [HAPPENED, dated(RULE, "2021-07-09", "2021-07-03")],
            ["A-1 missing_report raised 2021-07-10 00:00"],
            id="the meeting that is dated after the accident",
        ),
        pytest.param(
            [dated(RULE, "2021-07-09", "2021-06-20"), HAPPENED],
            ["A-1 missing_report raised 2021-07-10 00:00"],
            id="the meeting that was dated before it",
        ),
        pytest.param([dated(RULE, "2021-06-30", "2021-06-20"), HAPPENED], [], id="a meeting before the accident"),
        pytest.param([dated(RULE, "2021-07-01", "2021-06-20"), HAPPENED], [], id="nor one on its own day"),
        pytest.param(
            [dated(RULE, "2021-06-30", "2021-06-20"), HAPPENED, dated(RULE, "2021-07-15", "2021-07-02")],
            ["A-1 missing_report raised 2021-07-16 00:00"],
            id="the next after one that was held",
        ),
        pytest.param(
            [HAPPENED, dated(RULE, "2021-07-09", "2021-07-03"), dated(RULE, "2021-07-20", "2021-07-08")],
            ["A-1 missing_report raised 2021-07-21 00:00"],
            id="put off the day before: the term goes along",
        ),
        pytest.param(
            [HAPPENED, dated(RULE, "2021-07-09", "2021-07-03"), dated(RULE, "2021-07-23", "2021-07-12")],
            ["A-1 missing_report raised 2021-07-10 00:00"],
            id="dated after the first was held: the next meeting does not excuse",
        ),
        pytest.param(
            [
                HAPPENED,
                dated(RULE, "2021-07-23", "2021-06-01"),
                dated(RULE, "2021-07-09", "2021-06-01"),
                dated(RULE, "2021-06-25", "2021-06-01"),
            ],
            ["A-1 missing_report raised 2021-07-10 00:00"],
            id="a calendar of meetings announced at once",
        ),
        pytest.param(
            [
                HAPPENED,
                dated(RULE, "2021-07-09", "2021-07-03"),
                done(RULE, "371083", "A-1", "2021-07-09 16:00"),
            ],
            ["A-1 meeting_report cleared 2021-07-09 16:00"],
            id="reported there",
        ),
    ],
)
def test_the_next_meeting_is_the_term(facts: list[Fact], expected: list[str]) -> None:
    """A meeting after the accident's day, as the dates are known."""
    assert lines(*facts) == [ASKED, *expected]


def test_a_meeting_put_off_after_it_was_missed_takes_the_record_along() -> None:
    """News that the meeting had been put off comes late: what was raised is taken back, and falls due anew."""
    put_off = dated(RULE, "2021-07-20", "2021-07-08", known="2021-07-11 09:00")

    assert lines(HAPPENED, dated(RULE, "2021-07-09", "2021-07-03"), put_off) == [
        ASKED,
        "A-1 missing_report raised 2021-07-10 00:00",
        "A-1 missing_report retracted 2021-07-11 09:00",
        "A-1 missing_report raised 2021-07-21 00:00",
    ]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param({"deaths": 0, "serious_injuries": 4}, id="without deaths"),
        pytest.param({"deaths": None}, id="with unknown deaths"),
    ],
)
def test_only_a_death_calls_for_it(words: dict[str, object]) -> None:
    """The notice says 亡人事故, and unknown is not one."""
    assert lines(accident("2021-07-01 08:00", **words)) == []  # type: ignore[arg-type]


def test_a_death_that_is_taken_back_takes_the_duty_back() -> None:
    """And one that becomes known later brings it."""
    alive = accident("2021-07-01 08:00", known="2021-07-05", deaths=0)
    died = accident("2021-07-01 08:00", known="2021-07-06", deaths=1)

    assert lines(HAPPENED, alive, died) == [ASKED, "A-1 meeting_report retracted 2021-07-05 00:00", ASKED]


def test_the_sectors_departments_owe_it_too() -> None:
    """The area's leader and the sector's, each by themselves."""
    records = decide(
        accident("2021-07-01 08:00", sector="建筑施工"),
        dated(RULE, "2021-07-09", "2021-07-03"),
        done(RULE, "市住建局", "A-1", "2021-07-09 16:00", tenant="371000"),
        until="2021-08-01",
    )

    standing = [(one.context["unit"], one.measure, one.status, one.tenant) for one in records if one.rule == RULE]
    assert sorted(standing) == [
        ("371083", "meeting_report", "raised", "371083"),
        ("371083", "missing_report", "raised", "371083"),
        ("市住房和城乡建设局", "meeting_report", "cleared", "371000"),
        ("市住房和城乡建设局", "meeting_report", "raised", "371000"),
    ]


def test_the_reasons_can_be_read_out() -> None:
    """The sentences name the accident, who reports, and the meeting."""
    records = [
        one for one in decide(HAPPENED, dated(RULE, "2021-07-09", "2021-06-20"), until="2021-08-01") if one.rule == RULE
    ]
    because = "因2021年7月1日乳山市的工贸事故（A-1），乳山市主要负责同志"

    assert [one.reason for one in records] == [
        f"{because}应在最近一次会议上作改进工作情况汇报（市政府常务会），会期为2021年7月9日。",
        f"{because}未按要求作改进工作情况汇报（市政府常务会），会期为2021年7月9日。",
    ]
