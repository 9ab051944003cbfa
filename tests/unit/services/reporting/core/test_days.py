"""A date runs to 24:00 in Asia/Shanghai; an instant ends where it says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.moments import BadMomentError
from services.reporting.core.days import Deadline, local_day, midnight, of_day, read_deadline
from tests.unit.services.reporting.facts import at

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def test_a_date_is_over_at_the_next_midnight_in_shanghai() -> None:
    """A hazard to be put right by 20 May is overdue from 21 May 00:00 +08:00."""
    assert read_deadline("2023-05-20") == Deadline(at("2023-05-21 00:00"), whole_day=True)


def test_an_instant_is_over_at_itself() -> None:
    """An instant with its offset is the deadline to the second."""
    assert read_deadline("2023-05-20T17:00:00+08:00") == Deadline(at("2023-05-20 17:00"), whole_day=False)


@pytest.mark.parametrize("text", ["2023-13-40", "20 May", "2023-05-20T17:00:00", ""])
def test_what_is_no_moment_is_refused(text: str) -> None:
    """A date that does not exist and an instant without offset raise instead of meaning zero."""
    with pytest.raises(BadMomentError):
        read_deadline(text)


@pytest.mark.parametrize(
    ("moment", "over", "met", "left"),
    [
        pytest.param("2023-05-18 08:00", False, True, 2, id="two days before"),
        pytest.param("2023-05-20 23:59", False, True, 0, id="on the last day"),
        pytest.param(
            "2023-05-21 00:00", True, True, -1, id="the midnight after still meets it and is the first late day"
        ),
        pytest.param("2023-05-21 00:01", True, False, -1, id="a minute late"),
        pytest.param("2023-06-01 10:00", True, False, -12, id="twelve days late"),
    ],
)
def test_days_are_counted_to_the_last_day(moment: str, over: bool, met: bool, left: int) -> None:
    """Days left are whole days in Asia/Shanghai, 0 on the last day, negative after it."""
    deadline = read_deadline("2023-05-20")

    assert (over, met, left) == (
        deadline.is_over(at(moment)),
        deadline.met_by(at(moment)),
        deadline.days_left(at(moment)),
    )


def test_an_instant_deadline_can_be_missed_on_its_own_day() -> None:
    """Late by an hour on the deadline's day is late with 0 days."""
    deadline = read_deadline("2023-05-20T17:00:00+08:00")

    assert (True, 0) == (deadline.is_over(at("2023-05-20 18:00")), deadline.days_left(at("2023-05-20 18:00")))


@given(DAYS)
def test_the_last_day_of_a_date_is_that_date(day: date) -> None:
    """The day that was given is the day that is shown."""
    assert day == of_day(day).last_day


@given(DAYS, st.integers(0, 400), st.integers(0, 23))
def test_a_clock_that_stood_still_moves_a_date_by_whole_days(day: date, days: int, hour: int) -> None:
    """Suspended for n days moves the last day by n days, whatever the hour."""
    since = midnight(date(2023, 1, 1)) + timedelta(hours=hour)
    until = midnight(date(2023, 1, 1) + timedelta(days=days)) + timedelta(hours=23 - hour)

    assert day + timedelta(days=days) == of_day(day).moved(since, until).last_day


def test_a_day_in_shanghai_begins_eight_hours_before_utc() -> None:
    """23:30 UTC on 19 May is already 20 May in Asia/Shanghai."""
    assert date(2023, 5, 20) == local_day(at("2023-05-20 07:30"))
