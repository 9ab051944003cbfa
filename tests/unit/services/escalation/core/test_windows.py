"""Campaigns and key periods include their first and last day (T2, S2-04, S4-10)."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.windows import Campaign, Inside, KeyPeriod
from services.escalation.packs import work_calendar

CAMPAIGN = Campaign(
    id="c", name="行动", begins=date(2020, 3, 24), ends=date(2020, 4, 15), label_days=20, clauses=("S0-01",)
)
SUMMIT = KeyPeriod(id="s", name="峰会", begins_with="start", ends_with="end")
START, END = date(2016, 9, 4), date(2016, 9, 5)


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        pytest.param(date(2020, 3, 23), "outside", id="the day before"),
        pytest.param(date(2020, 3, 24), "inside", id="the first day"),
        pytest.param(date(2020, 4, 15), "inside", id="the last day, whatever the label of 20 days says"),
        pytest.param(date(2020, 4, 16), "outside", id="the day after"),
    ],
)
def test_a_campaigns_dates_rule(day: date, inside: Inside) -> None:
    """Not its label."""
    assert CAMPAIGN.holds(day) == inside


@pytest.mark.parametrize(
    ("day", "milestones", "inside"),
    [
        pytest.param(START, {}, "outside", id="nothing is dated"),
        pytest.param(START, {"end": END}, "outside", id="its end alone is dated"),
        pytest.param(START, {"start": START}, "perhaps", id="begun, its end unknown"),
        pytest.param(date(2016, 9, 3), {"start": START}, "outside", id="before it began"),
        pytest.param(END, {"start": START, "end": END}, "inside", id="its last day"),
        pytest.param(date(2016, 9, 6), {"start": START, "end": END}, "outside", id="the day after"),
    ],
)
def test_a_key_period_begins_and_ends_with_milestones(day: date, milestones: dict[str, date], inside: Inside) -> None:
    """One that has begun without a known end is perhaps still running."""
    assert SUMMIT.holds(day, milestones, WorkCalendar()) == inside


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        pytest.param(date(2023, 4, 28), "outside", id="the day before"),
        pytest.param(date(2023, 4, 29), "inside", id="its first free day"),
        pytest.param(date(2023, 5, 3), "inside", id="its last free day"),
        pytest.param(date(2023, 5, 6), "outside", id="the Saturday that is worked for it"),
        pytest.param(date(2023, 6, 23), "outside", id="another holiday"),
        pytest.param(date(2024, 5, 1), "inside", id="the same holiday of another year"),
        pytest.param(date(2031, 5, 1), "outside", id="a year whose notice has not come"),
    ],
)
def test_a_key_period_may_be_a_holiday(day: date, inside: Inside) -> None:
    """S2-04: its days are those of the State Council's notice, whatever the year."""
    period = KeyPeriod(id="k", name="劳动节期间", festivals=("劳动节",))

    assert period.holds(day, {}, work_calendar()) == inside


def test_a_holiday_has_no_other_days() -> None:
    """Which of the two would rule?"""
    with pytest.raises(ValidationError, match="not both"):
        KeyPeriod(id="k", name="劳动节期间", festivals=("劳动节",), first=START, last=END)


@pytest.mark.parametrize(
    "bounds", [{}, {"first": START}, {"ends_with": "end"}], ids=["neither", "no end", "no beginning"]
)
def test_a_key_period_is_bounded(bounds: dict[str, object]) -> None:
    """Without a beginning or an end it would never be armed, silently."""
    with pytest.raises(ValidationError, match="say first or begins_with"):
        KeyPeriod(id="k", name="重点时段", **bounds)  # type: ignore[arg-type]
