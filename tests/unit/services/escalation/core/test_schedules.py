"""When duties open and fall due: rounds of a milestone that recurs (S2-21), working days nobody has announced."""

from datetime import date

import pytest

from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.schedules import AfterEach
from services.escalation.core.terms import Span
from tests.unit.services.escalation.accidents import accident, pack, under
from tests.unit.services.escalation.stories import WENLING, fact, law_with, moment

EACH = AfterEach(kind="each", milestone="provincial_round", within=Span(count=5, unit="calendar_day"))


@pytest.mark.parametrize(
    ("milestones", "expected"),
    [
        pytest.param({}, [], id="no round is dated"),
        pytest.param(
            {"provincial_round:1": date(2023, 5, 10)},
            [("1", "05-10", "05-16")],
            id="one round, five days after its day",
        ),
        pytest.param(
            {"provincial_round:2": date(2023, 7, 10), "provincial_round:1": date(2023, 5, 10)},
            [("1", "05-10", "05-16"), ("2", "07-10", "07-16")],
            id="two rounds",
        ),
        pytest.param(
            {"provincial_round": date(2023, 5, 10)}, [("2023-05-10", "05-10", "05-16")], id="a round without a number"
        ),
        pytest.param({"summit_end": date(2023, 5, 10)}, [], id="another milestone"),
        pytest.param({"provincial_round:0": date(2023, 4, 1)}, [], id="a round before the notice"),
    ],
)
def test_each_round_opens_one_period(milestones: dict[str, date], expected: list[tuple[str, str, str]]) -> None:
    """From the round's day on, with the round's own label."""
    periods = EACH.periods(date(2023, 4, 28), milestones, WorkCalendar())

    assert [(period.label, period.opens_at, period.due) for period in periods] == [
        (label, moment(opens), moment(due)) for label, opens, due in expected
    ]


@pytest.mark.parametrize(
    ("year", "unit", "expected"),
    [
        pytest.param(2023, "working_day", ["raised"], id="the State Council announced the year"),
        pytest.param(2030, "working_day", ["provisional"], id="nobody knows the year's holidays yet"),
        pytest.param(2030, "calendar_day", ["raised"], id="days that are not counted by work"),
    ],
)
def test_a_term_of_working_days_in_an_unknown_year_is_provisional(year: int, unit: str, expected: list[str]) -> None:
    """It is counted by weekends alone, and nobody is told for good before the calendar is known."""
    duties = {
        "letter": {
            "rule": "periodic_report",
            "title": "函告",
            "clauses": ["S2-21"],
            "units": ["office"],
            "when": {"kind": "milestone", "milestone": "round", "period": "1", "within": {"count": 5, "unit": unit}},
        }
    }
    trial = pack(
        effective_from=f"{year}-01-01", milestones=["round"], units={"office": [{"id": "办"}]}, obligations=duties
    )

    held = fact("milestone.dated", f"{year}-05-10", tenant=WENLING, milestone="round", date=f"{year}-05-10")
    records = under(law_with(trial), held, until=f"{year}-06-30")

    assert [one.status for one in records if one.rule == "periodic_report"] == expected


def test_a_meeting_after_an_accident_is_provisional_in_an_unknown_year() -> None:
    """Its last day may still move."""
    duties = {
        "meeting": {
            "rule": "warning_meeting",
            "title": "警示会",
            "clauses": ["S3-18"],
            "when": {"kind": "accident", "within": {"count": 15, "unit": "working_day"}},
        }
    }
    trial = law_with(pack(effective_from="2030-01-01", obligations=duties))

    records = under(trial, accident("2030-05-10", tenant="331081003"), until="2030-06-30")

    assert [one.status for one in records if one.measure == "missing_report"] == ["provisional"]
