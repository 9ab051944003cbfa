"""Two fatal accidents of industry within three calendar months bring the area's leader to a talk (S3-22)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import accident, decide, told, void

RULE = "talk_fatal_window"
FIRST = accident("2021-08-31 20:00", "A-1")


def talks(*facts: Fact, until: str = "2022-06-01") -> list[str]:
    return [line.removeprefix(f"{RULE} ") for line in told(decide(*facts, until=until), RULE)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([FIRST], [], id="one accident is not two"),
        pytest.param(
            [FIRST, accident("2021-11-30 06:00", "A-2")],
            ["371083 admonition_talk proposed 2021-11-30 06:00"],
            id="three months from 31 August end with 30 November",
        ),
        pytest.param(
            [FIRST, accident("2021-11-30 23:59", "A-2")],
            ["371083 admonition_talk proposed 2021-11-30 23:59"],
            id="the last day runs to 24:00",
        ),
        pytest.param([FIRST, accident("2021-12-01 00:00", "A-2")], [], id="1 December is outside"),
        pytest.param(
            [accident("2021-08-29 20:00", "A-1"), accident("2021-11-30 06:00", "A-2")],
            [],
            id="three months from 29 August end with 29 November",
        ),
        pytest.param(
            [accident("2021-11-30 08:00", "A-1"), accident("2022-02-28 08:00", "A-2")],
            ["371083 admonition_talk proposed 2022-02-28 08:00"],
            id="30 November has its corresponding day in the end of February",
        ),
        pytest.param(
            [accident("2021-11-30 08:00", "A-1"), accident("2022-03-01 08:00", "A-2")], [], id="1 March is outside"
        ),
        pytest.param(
            [accident("2021-07-05 08:00", "A-1"), accident("2021-07-05 08:00", "A-2")],
            ["371083 admonition_talk proposed 2021-07-05 08:00"],
            id="two accidents at one instant",
        ),
        pytest.param(
            [accident("2021-07-05 08:00", "A-1"), accident("2021-07-05 19:00", "A-2")],
            ["371083 admonition_talk proposed 2021-07-05 19:00"],
            id="two accidents on one day",
        ),
        pytest.param(
            [FIRST, accident("2021-09-10", "A-2"), accident("2021-10-10", "A-3")],
            [
                "371083 admonition_talk proposed 2021-09-10 00:00",
                "371083 admonition_talk proposed 2021-10-10 00:00",
            ],
            id="a third one is a reason of its own",
        ),
        pytest.param(
            [FIRST, accident("2021-09-10", "A-2", tenant="371082")], [], id="two areas with one accident each"
        ),
        pytest.param(
            [FIRST, accident("2021-09-10", "A-2", tenant="371083001")],
            ["371083 admonition_talk proposed 2021-09-10 00:00"],
            id="an accident told by a town is the county's",
        ),
        pytest.param(
            [accident("2021-07-01", "A-1", tenant="371071"), accident("2021-08-01", "A-2", tenant="371071")],
            ["371071 admonition_talk proposed 2021-08-01 00:00"],
            id="a zone is an area too",
        ),
        pytest.param(
            [accident("2021-07-01", "A-1", tenant="371000"), accident("2021-08-01", "A-2", tenant="371000")],
            [],
            id="the committee does not talk to itself",
        ),
        pytest.param(
            [accident("2021-05-13 23:59", "A-1"), accident("2021-05-14 00:00", "A-2")],
            [],
            id="an accident before the notice does not count",
        ),
        pytest.param(
            [accident("2021-05-14 00:00", "A-1"), accident("2021-06-01", "A-2")],
            ["371083 admonition_talk proposed 2021-06-01 00:00"],
            id="one on the notice's own day does",
        ),
        pytest.param(
            [FIRST, accident("2021-09-10", "A-2", category="industrial.construction")],
            ["371083 admonition_talk proposed 2021-09-10 00:00"],
            id="construction belongs to industry",
        ),
        pytest.param([FIRST, accident("2021-09-10", "A-2", category="road")], [], id="a road accident does not"),
        pytest.param(
            [FIRST, accident("2021-09-10", "A-2", category="industrially")], [], id="a family ends with its dot"
        ),
        pytest.param([FIRST, accident("2021-09-10", "A-2", deaths=0, serious_injuries=2)], [], id="nobody died"),
        pytest.param(
            [FIRST, accident("2021-09-10", "A-2", deaths=None, serious_injuries=2)], [], id="unknown deaths are not 1"
        ),
        pytest.param([FIRST, accident("2021-09-10", "A-2", deaths=3)], [], id="a larger accident is not a general one"),
        pytest.param(
            [FIRST, accident("2021-09-10", "A-2", loss_yuan=10_000_000)],
            [],
            id="nor is one that ten million yuan make larger",
        ),
        pytest.param([FIRST, accident("2021-09-10", "A-2", liability="not_liable")], [], id="nobody answers for it"),
        pytest.param(
            [FIRST, accident("2021-09-10", "A-2", liability="pending")],
            ["371083 admonition_talk provisional 2021-09-10 00:00"],
            id="responsibility is pending",
        ),
        pytest.param(
            [accident("2021-08-31 20:00", "A-1", liability="pending"), accident("2021-09-10", "A-2")],
            ["371083 admonition_talk provisional 2021-09-10 00:00"],
            id="responsibility for the earlier one is pending",
        ),
    ],
)
def test_two_fatal_accidents_within_three_months(facts: list[Fact], expected: list[str]) -> None:
    """The grade, the family, the deaths, the responsibility, the area and the calendar all have to fit."""
    assert talks(*facts) == expected


def test_what_becomes_known_of_responsibility_moves_the_status() -> None:
    """Pending is provisional, liable proposes, not liable takes it back."""
    records = talks(
        FIRST,
        accident("2021-09-10", "A-2", liability="pending"),
        accident("2021-09-10", "A-2", known="2021-10-01 09:00"),
        accident("2021-09-10", "A-2", known="2021-11-01 09:00", liability="not_liable"),
    )

    assert records == [
        "371083 admonition_talk provisional 2021-09-10 00:00",
        "371083 admonition_talk proposed 2021-10-01 09:00",
        "371083 admonition_talk retracted 2021-11-01 09:00",
    ]


def test_deaths_that_are_corrected_down_take_the_talk_back() -> None:
    """A later event replaces the earlier one whole; a figure that it leaves out is unknown again."""
    second = accident("2021-09-10", "A-2")

    zero = talks(FIRST, second, accident("2021-09-10", "A-2", known="2021-09-20", deaths=0))
    absent = talks(FIRST, second, accident("2021-09-10", "A-2", known="2021-09-20", deaths=None))

    assert zero == absent
    assert zero == [
        "371083 admonition_talk proposed 2021-09-10 00:00",
        "371083 admonition_talk retracted 2021-09-20 00:00",
    ]


def test_a_death_that_becomes_known_late_counts_from_the_accident() -> None:
    """The talk falls due at the accident, and is known when the death is."""
    injured = accident("2021-08-02 08:00", "D-2", deaths=None, serious_injuries=1)
    died = accident("2021-08-02 08:00", "D-2", known="2021-08-20 08:00", serious_injuries=0)

    records = [
        one
        for one in decide(accident("2021-07-05 08:00", "D-1"), injured, died, until="2021-09-01")
        if one.rule == RULE
    ]

    assert [(f"{one.at:%m-%d}", f"{one.known_at:%m-%d}", one.late_recorded) for one in records] == [
        ("08-02", "08-20", True)
    ]


def test_a_voided_accident_takes_the_talk_back() -> None:
    """An accident that never was calls nobody to a talk."""
    second = accident("2021-09-10", "A-2", id_="second")

    assert talks(FIRST, second, void("second", "2021-09-12 10:00")) == [
        "371083 admonition_talk proposed 2021-09-10 00:00",
        "371083 admonition_talk retracted 2021-09-12 10:00",
    ]


def test_the_same_second_word_twice_changes_nothing() -> None:
    """A report repeated in other words of the same figures leaves the proposal alone."""
    assert talks(FIRST, accident("2021-09-10", "A-2"), accident("2021-09-10", "A-2", known="2021-09-12")) == [
        "371083 admonition_talk proposed 2021-09-10 00:00"
    ]


def test_the_reason_can_be_read_out() -> None:
    """The sentence names the area, the span, each accident and who is to talk; the record names the events."""
    record = next(one for one in decide(FIRST, accident("2021-09-10", "A-2"), until="2021-10-01") if one.rule == RULE)

    assert record.reason == (
        "乳山市在3个月内连续发生2起一般工矿商贸亡人生产安全责任事故：2021年8月31日（A-1）、2021年9月10日（A-2），"
        "建议由威海市政府约谈乳山市主要负责同志。"
    )
    assert record.facts == ("A-2/2021-09-10/", "A-1/2021-08-31 20:00/")
    assert (record.level, record.tenant, record.clauses) == ("city", "371083", ("S3-22", "S3-24"))
