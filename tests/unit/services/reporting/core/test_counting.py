"""The days of a deadline are shown as they are counted: the first not, the last to its end."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.core.counting import MOST_DAYS, Kind, Term, term
from services.reporting.core.days import Deadline, midnight, of_day

BEGAN = date(2023, 4, 3)
SET_APART = {date(2023, 4, 5): False, date(2023, 4, 23): True, date(2023, 4, 29): False}


def counted(last: date) -> Term:
    made = term(BEGAN, of_day(last), SET_APART)
    assert made is not None
    return made


def test_the_first_day_is_not_counted() -> None:
    """From Monday to Wednesday are two days; the free Wednesday counts, for these are calendar days."""
    made = counted(date(2023, 4, 5))

    assert [(BEGAN, 0, Kind.WORKING), (date(2023, 4, 4), 1, Kind.WORKING), (date(2023, 4, 5), 2, Kind.HOLIDAY)] == list(
        made.days
    )
    assert (2, 1) == (made.length, made.free)


def test_a_made_up_sunday_is_a_working_day() -> None:
    """And a holiday on a Saturday is a weekend as any other."""
    kinds = {day.day: day.kind for day in counted(date(2023, 4, 30)).days}

    assert [Kind.MADE_UP, Kind.WEEKEND, Kind.WEEKEND] == [kinds[date(2023, 4, day)] for day in (23, 22, 29)]
    assert ["调休上班", "节假日", "周末", "工作日"] == [
        kind.chinese for kind in (Kind.MADE_UP, Kind.HOLIDAY, Kind.WEEKEND, Kind.WORKING)
    ]


def test_there_is_no_term_without_a_deadline_or_before_it_begins() -> None:
    """No deadline is none, never zero days."""
    assert term(BEGAN, None, {}) is None
    assert term(BEGAN, of_day(BEGAN - timedelta(days=1)), {}) is None
    assert term(BEGAN, of_day(BEGAN), {}) == Term(BEGAN, BEGAN, counted(BEGAN).days, 0, "24:00")


def test_an_instant_ends_within_its_day() -> None:
    """A deadline at noon has that day as its last, one at midnight the day before."""
    noon = Deadline(midnight(date(2023, 4, 6)) + timedelta(hours=12), whole_day=False)
    night = Deadline(midnight(date(2023, 4, 6)), whole_day=False)
    ends = [term(BEGAN, deadline, {}) for deadline in (noon, night)]

    assert [(date(2023, 4, 6), "12:00"), (date(2023, 4, 5), "24:00")] == [(end.last, end.until) for end in ends if end]


def test_a_long_term_tells_its_free_days_too() -> None:
    """A hundred and fourteen days that nobody wants to see hold sixteen weekends, and a holiday."""
    made = counted(BEGAN + timedelta(days=114))

    assert ((), 114, 2 * 16 - 1 + 1) == (made.days, made.length, made.free)


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(0, 200))
def test_every_counted_day_has_its_number(began: date, length: int) -> None:
    """In order, without a gap; a long term is told in words alone."""
    made = term(began, of_day(began + timedelta(days=length)), SET_APART)

    assert made is not None
    assert length == made.length
    assert list(range(length + 1 if length <= MOST_DAYS else 0)) == [day.number for day in made.days]
    assert all(day.day == began + timedelta(days=day.number) for day in made.days)
