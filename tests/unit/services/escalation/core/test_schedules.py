"""When duties open and fall due: rounds of a milestone that recurs (S2-21)."""

from datetime import date

import pytest

from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.schedules import AfterEach
from services.escalation.core.terms import Span
from tests.unit.services.escalation.stories import moment

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
