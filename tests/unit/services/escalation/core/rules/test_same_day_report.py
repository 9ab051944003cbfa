"""What an undercover visit finds is reported up that same day, fixed on the spot or not (S1-13)."""

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
    reported_up,
    told,
)

RULE = "same_day_report"
BREACH = "same_day_report J-1 raised 03-27 00:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([found("2020-03-26 09:00")], [BREACH], id="nobody reported it"),
        pytest.param([found("2020-03-26 09:00"), reported_up("2020-03-26 23:59")], [], id="reported at 23:59"),
        pytest.param(
            [found("2020-03-26 09:00"), reported_up("2020-03-27 00:01")],
            [BREACH, "same_day_report J-1 cleared 03-27 00:01"],
            id="reported at 00:01 of the next day",
        ),
        pytest.param(
            [found("2020-03-26 09:00", fixed_on_the_spot=True)], [BREACH], id="a fix on the spot waives no report"
        ),
        pytest.param(
            [found("2020-03-26 09:00", fixed_on_the_spot=True), reported_up("2020-03-26 18:00")],
            [],
            id="fixed on the spot and reported the same day",
        ),
        pytest.param(
            [found("2020-03-26 09:00"), rectified("2020-03-26 20:00")], [BREACH], id="put right, not reported"
        ),
        pytest.param(
            [found("2020-03-26 09:00"), closed("2020-03-28 10:00")], [BREACH], id="closing it out is no report"
        ),
        pytest.param([found("2020-03-26 09:00"), handed("2020-03-26 10:00")], [BREACH], id="a hand-over is no report"),
        pytest.param(
            [found("2020-03-28 10:00"), reported_up("2020-03-30 09:00")],
            ["same_day_report J-1 raised 03-29 00:00", "same_day_report J-1 cleared 03-30 09:00"],
            id="a Saturday counts; Monday is late",
        ),
        pytest.param(
            [found("2020-03-26 09:00"), reported_up("2020-03-26 20:00", known="2020-03-27 08:00")],
            [BREACH, "same_day_report J-1 retracted 03-27 08:00"],
            id="reported in time, recorded the next morning",
        ),
        pytest.param(
            [found("2020-03-26 09:00"), about("withdrawn", "2020-03-26 12:00", reason="重复")],
            [],
            id="withdrawn the same day: there is nothing to report",
        ),
        pytest.param(
            [found("2020-03-26 09:00"), about("withdrawn", "2020-03-27 12:00", reason="重复")],
            [BREACH, "same_day_report J-1 cleared 03-27 12:00"],
            id="withdrawn the next day",
        ),
        pytest.param([found("2020-03-26 09:00", found_by="grid")], [], id="a grid worker is not bound"),
    ],
)
def test_a_hazard_is_reported_up_on_the_day_it_is_found(facts: list[Fact], expected: list[str]) -> None:
    """The breach falls at 24:00 of the local day of finding."""
    assert told(decide(*facts, until="2020-04-06 12:00"), RULE) == expected


def test_news_recorded_late_alerts_the_supervising_unit() -> None:
    """A report that turns up two days later for the day itself takes the breach back, and back-dating is visible."""
    records = decide(
        found("2020-03-26 09:00"), reported_up("2020-03-26 20:00", known="2020-03-28 20:00"), until="2020-03-29"
    )

    assert sorted(told(records, RULE, "late_evidence")) == [
        "late_evidence J-1 raised 03-28 20:00",
        BREACH,
        "same_day_report J-1 retracted 03-28 20:00",
    ]


def test_a_correction_may_bind_what_was_not_bound() -> None:
    """It was an undercover visit after all: the breach of that day is known when the correction is."""
    wrong = found("2020-03-26 09:00", found_by="inspection")
    right = correcting(found("2020-03-28 10:00"), wrong)

    assert told(decide(wrong, right, until="2020-03-29"), RULE) == [BREACH]
