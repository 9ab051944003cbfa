"""Days as articles 201 and 202 of the Civil Code count them."""

from datetime import UTC, date, datetime

import pytest

from services.escalation.core.calendar import WorkCalendar, add_months, end_of, last_day_before, local_day, midnight
from tests.unit.services.escalation.stories import moment

NATIONAL_DAY = WorkCalendar(
    days={date(2023, 10, day): False for day in range(1, 7)}
    | {date(2023, 9, 29): False, date(2023, 10, 7): True, date(2023, 10, 8): True},
    years=frozenset({2023}),
)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param("2021-08-31", 3, "2021-11-30", id="a month without that day ends the span on its last"),
        pytest.param("2021-11-30", -3, "2021-08-30", id="backwards to the corresponding day"),
        pytest.param("2024-01-31", 1, "2024-02-29", id="February of a leap year"),
        pytest.param("2023-01-31", 1, "2023-02-28", id="February of a common year"),
        pytest.param("2024-02-29", 12, "2025-02-28", id="a leap day a year later"),
        pytest.param("2023-12-15", 1, "2024-01-15", id="over the year's end"),
        pytest.param("2024-01-15", -1, "2023-12-15", id="backwards over the year's end"),
        pytest.param("2023-05-20", 0, "2023-05-20", id="no month at all"),
    ],
)
def test_a_span_of_months_ends_on_the_corresponding_day(day: str, months: int, expected: str) -> None:
    """Months are added to the date, never as thirty days."""
    assert add_months(date.fromisoformat(day), months).isoformat() == expected


@pytest.mark.parametrize(
    ("day", "count", "unit", "expected"),
    [
        pytest.param("2020-03-26", 20, "calendar_day", "2020-04-15", id="twenty days from the notice"),
        pytest.param("2021-11-30", 15, "calendar_day", "2021-12-15", id="fifteen days over a month's end"),
        pytest.param("2023-09-28", 3, "working_day", "2023-10-09", id="National Day with two make-up days"),
        pytest.param("2023-10-09", -3, "working_day", "2023-09-28", id="the same backwards"),
        pytest.param("2023-10-06", 1, "working_day", "2023-10-07", id="a make-up Saturday is worked"),
        pytest.param("2023-05-08", 0, "working_day", "2023-05-08", id="no day at all"),
        pytest.param("2022-02-28", 2, "year", "2024-02-28", id="years"),
    ],
)
def test_the_first_day_is_not_counted(day: str, count: int, unit: str, expected: str) -> None:
    """A span begins on the day after its first."""
    assert NATIONAL_DAY.add(date.fromisoformat(day), count, unit).isoformat() == expected  # type: ignore[arg-type]


def test_the_last_day_runs_to_midnight() -> None:
    """A term that ends on 20 May is over at 00:00 of the 21st, in Asia/Shanghai."""
    assert end_of(date(2023, 5, 20)) == midnight(date(2023, 5, 21)) == moment("05-21")


def test_a_term_that_is_over_at_midnight_had_the_day_before_as_its_last() -> None:
    """The deadline day is read back from the instant at which the term was over."""
    assert [last_day_before(moment("05-21")), last_day_before(moment("05-20 18:00"))] == [date(2023, 5, 20)] * 2


def test_the_date_is_that_of_shanghai() -> None:
    """23:30 UTC is the next day in China."""
    assert local_day(datetime(2023, 5, 20, 23, 30, tzinfo=UTC)) == date(2023, 5, 21)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        pytest.param("2023-01-01", "2023-12-24", True, id="a year that was announced"),
        pytest.param("2023-12-01", "2024-01-02", False, id="over the end of what was announced"),
        pytest.param("2022-12-31", "2023-01-02", False, id="before it"),
        pytest.param("2023-12-20", "2023-12-25", False, id="the last days of December wait for next year's notice"),
    ],
)
def test_a_year_that_nobody_announced_is_not_known(first: str, last: str, expected: bool) -> None:
    """Weekends alone say what is worked in a year that was not announced, and the calendar admits it."""
    assert NATIONAL_DAY.knows(date.fromisoformat(first), date.fromisoformat(last)) is expected


def test_working_days_between_two_dates_leave_the_first_out() -> None:
    """From Thursday 28 September to Monday 9 October: the two make-up days and the Monday."""
    assert NATIONAL_DAY.worked_between(date(2023, 9, 28), date(2023, 10, 9)) == 3
