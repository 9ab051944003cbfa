"""What an undercover visit finds is handed over that same day, by event time, on any day of the week (S1-13, S1-17)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.visits import (
    about,
    closed,
    correcting,
    decide,
    found,
    handed,
    rectified,
    told,
    voiding,
)

RULE = "same_day_handover"
BREACH = "same_day_handover J-1 raised 03-27 00:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([found("2020-03-26 09:00")], [BREACH], id="nobody was given it"),
        pytest.param([found("2020-03-26 09:00"), handed("2020-03-26 23:59")], [], id="handed over at 23:59"),
        pytest.param(
            [found("2020-03-26 23:58"), handed("2020-03-27 00:00")],
            [BREACH, "same_day_handover J-1 cleared 03-27 00:00"],
            id="24:00 is over: the breach stays on record",
        ),
        pytest.param(
            [found("2020-03-26 23:58"), handed("2020-03-27 00:01")],
            [BREACH, "same_day_handover J-1 cleared 03-27 00:01"],
            id="handed over at 00:01 of the next day",
        ),
        pytest.param(
            [found("2020-03-27 00:01")], ["same_day_handover J-1 raised 03-28 00:00"], id="found just after midnight"
        ),
        pytest.param([found("2020-03-28 10:00")], ["same_day_handover J-1 raised 03-29 00:00"], id="a Saturday counts"),
        pytest.param([found("2020-04-04 10:00")], ["same_day_handover J-1 raised 04-05 00:00"], id="Qingming counts"),
        pytest.param(
            [found("2020-03-26 09:00", fixed_on_the_spot=True)], [], id="fixed on the spot needs no hand-over"
        ),
        pytest.param([found("2020-03-26 09:00"), rectified("2020-03-26 20:00")], [], id="put right the same day"),
        pytest.param(
            [found("2020-03-26 09:00"), rectified("2020-03-27 10:00")],
            [BREACH, "same_day_handover J-1 cleared 03-27 10:00"],
            id="put right the next day: the breach ends, and stays on record",
        ),
        pytest.param(
            [found("2020-03-26 09:00", fixed_on_the_spot=True), about("reinspected", "2020-03-26 18:00", passed=False)],
            [BREACH],
            id="a fix that failed the same day is none",
        ),
        pytest.param(
            [found("2020-03-26 09:00", fixed_on_the_spot=True), about("reinspected", "2020-03-30 18:00", passed=False)],
            [],
            id="a fix that fails days later breaks no duty of that day",
        ),
        pytest.param(
            [found("2020-03-26 09:00"), about("withdrawn", "2020-03-26 12:00", reason="重复")], [], id="no hazard"
        ),
        pytest.param([found("2020-03-26 09:00", found_by="inspection")], [], id="an ordinary inspection is not bound"),
        pytest.param([found("2020-03-26 09:00", found_by="self_check")], [], id="a self-check is not bound"),
        pytest.param([found("2020-03-26 09:00", found_by="superior")], [], id="a superior's round is not bound"),
        pytest.param(
            [found("2020-03-26 09:00"), handed("2020-03-26 08:50")], [], id="handed over before the finding's own time"
        ),
        pytest.param(
            [found("2020-03-26 09:00", known="2020-03-26 21:00"), handed("2020-03-26 10:00")],
            [],
            id="the hand-over is known before the finding",
        ),
        pytest.param(
            [found("2020-03-26 09:00"), handed("2020-03-26 20:00", known="2020-03-27 09:00")],
            [BREACH, "same_day_handover J-1 retracted 03-27 09:00"],
            id="handed over in time and recorded the next morning: retracted, by the time of the event",
        ),
        pytest.param(
            [found("2020-03-26 09:00", known="2020-03-30 09:00"), handed("2020-03-26 20:00", known="2020-03-30 08:00")],
            [],
            id="everything in time, everything recorded late, the hand-over first",
        ),
        pytest.param(
            [found("2020-03-26 09:00", known="2020-03-30 09:00"), handed("2020-03-26 20:00", known="2020-03-30 10:00")],
            [BREACH, "same_day_handover J-1 retracted 03-30 10:00"],
            id="everything in time, everything recorded late, the finding first",
        ),
        pytest.param([found("2020-03-26 09:00"), handed("2020-03-26 10:00", tenant="330400")], [], id="by the city"),
        pytest.param(
            [found("2020-03-26 09:00"), handed("2020-03-26 10:00", tenant="330421")],
            [BREACH],
            id="another county cannot hand it over",
        ),
        pytest.param([found("2020-03-26 09:00", tenant="330500")], [], id="another city is not bound"),
        pytest.param([found("2020-03-24 09:00")], [], id="found before the notice"),
        pytest.param(
            [found("2020-03-26 09:00"), found("2020-03-28 09:00")], [BREACH], id="found again while open: one duty"
        ),
        pytest.param(
            [found("2020-03-26 09:00", found_by="inspection"), found("2020-03-28 09:00")],
            ["same_day_handover J-1 raised 03-29 00:00"],
            id="an undercover team finds what an inspection knew",
        ),
        pytest.param(
            [
                found("2020-03-26 09:00"),
                handed("2020-03-26 10:00"),
                closed("2020-03-27 10:00"),
                found("2020-03-30 09:00"),
            ],
            ["same_day_handover J-1 raised 03-31 00:00"],
            id="found again after its close-out: a new duty",
        ),
    ],
)
def test_a_hazard_is_handed_over_on_the_day_it_is_found(facts: list[Fact], expected: list[str]) -> None:
    """The breach falls at 24:00 of the local day of finding."""
    assert told(decide(*facts, until="2020-04-06 12:00"), RULE) == expected


def test_a_correction_of_who_found_it_takes_the_breach_back() -> None:
    """It was an ordinary inspection after all: the same-day rule never bound it."""
    wrong = found("2020-03-26 09:00")
    right = correcting(found("2020-03-27 10:00", found_by="inspection"), wrong)

    assert told(decide(wrong, right, until="2020-03-29"), RULE) == [
        BREACH,
        "same_day_handover J-1 retracted 03-27 10:00",
    ]


def test_a_voided_hand_over_brings_the_breach() -> None:
    """What never was handed over is a breach of the day of finding."""
    act = handed("2020-03-26 10:00")

    records = decide(found("2020-03-26 09:00"), act, voiding(act, "2020-03-28 09:00"), until="2020-03-29")

    assert told(records, RULE) == [BREACH]


def test_late_ingestion_is_shown_apart() -> None:
    """The breach counts by the time of the event, and says that its record came more than a day later."""
    records = decide(found("2020-03-26 09:00", known="2020-03-28 09:00"), until="2020-03-29")
    breach = next(record for record in records if record.rule == RULE)

    assert (breach.late_recorded, str(breach.level), breach.tenant) == (True, "city", "330482")


def test_the_reason_can_be_read_out() -> None:
    """It names the place, the day and what the notice asks for."""
    breach = next(record for record in decide(found("2020-03-26 09:00"), until="2020-03-28") if record.rule == RULE)

    assert breach.reason == (
        "示范机械厂的一般隐患“疏散通道被货物堵塞”（J-1），2020年3月26日检查发现，"
        "至当日24时既未整改也未交办，不符合当日交办的要求。"
    )
