"""Facts about reading days and instants."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.moments import (
    BAD_MOMENTS,
    DAY_OR_INSTANT_PATTERN,
    DAY_PATTERN,
    INSTANT_PATTERN,
    BadMomentError,
    parse_day,
    parse_day_or_instant,
    parse_instant,
)

SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2023-05-08T09:00:00+08:00", datetime(2023, 5, 8, 9, tzinfo=SHANGHAI)),
        ("2023-05-08T01:00:00Z", datetime(2023, 5, 8, 1, tzinfo=UTC)),
        ("2023-05-08t01:00:00z", datetime(2023, 5, 8, 1, tzinfo=UTC)),
        ("2023-05-08T01:00:00.5-00:00", datetime(2023, 5, 8, 1, 0, 0, 500_000, tzinfo=UTC)),
        ("2023-05-08T01:00:00.123456789Z", datetime(2023, 5, 8, 1, 0, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T23:59:59+08:00", datetime(2024, 2, 29, 23, 59, 59, tzinfo=SHANGHAI)),
    ],
)
def test_instants_are_read_to_the_microsecond(text: str, instant: datetime) -> None:
    """RFC 3339 with an offset is read in each of its forms."""
    assert instant == parse_instant(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("2023-05-08T09:00:00", "no_offset", id="no offset"),
        pytest.param("2023-05-08 09:00", "no_offset", id="a table's time"),
        pytest.param("2023-05-08T09:00:00+0800", "not_an_instant", id="offset without colon"),
        pytest.param("2023-05-08", "not_an_instant", id="a day"),
        pytest.param("1683507600", "not_an_instant", id="seconds since 1970"),
        pytest.param("2023-05-08T09:00:00+08:00\n", "not_an_instant", id="a line end"),
        pytest.param("２０23-05-08T09:00:00+08:00", "not_an_instant", id="full-width digits"),
        pytest.param("2023-02-29T09:00:00+08:00", "no_such_moment", id="no leap year"),
        pytest.param("2023-05-08T24:00:00+08:00", "no_such_moment", id="hour 24"),
        pytest.param("2023-05-08T23:59:60+08:00", "no_such_moment", id="a leap second"),
        pytest.param("2023-05-08T09:00:00+24:00", "no_such_moment", id="no such offset"),
        pytest.param("9999-12-31T23:59:59+08:00", "year_out_of_range", id="for ever"),
        pytest.param("0001-01-01T00:00:00+08:00", "year_out_of_range", id="before any zone's arithmetic"),
    ],
)
def test_instants_that_cannot_be_read_say_why(text: str, code: str) -> None:
    """Each slip has a code of its own."""
    with pytest.raises(BadMomentError) as caught:
        parse_instant(text)

    assert code == caught.value.code
    assert code in BAD_MOMENTS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2023-13-40", "no_such_moment"),
        ("2023-5-8", "not_a_day"),
        ("20230508", "not_a_day"),
        ("2023/05/08", "not_a_day"),
        ("长期", "not_a_day"),
        ("1899-12-31", "year_out_of_range"),
        ("2201-01-01", "year_out_of_range"),
    ],
)
def test_days_that_cannot_be_read_say_why(text: str, code: str) -> None:
    """Another form, an impossible day and a far year are told apart."""
    with pytest.raises(BadMomentError) as caught:
        parse_day(text)

    assert code == caught.value.code


def test_a_deadline_is_a_day_or_an_instant() -> None:
    """Both forms are read, each as what it is."""
    assert parse_day_or_instant("2023-05-20") == date(2023, 5, 20)
    assert parse_day_or_instant("2023-05-20T18:00:00+08:00") == datetime(2023, 5, 20, 18, tzinfo=SHANGHAI)


@settings(deadline=None)
@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)))
def test_every_day_written_is_read_again(day: date) -> None:
    """The published pattern and the parser agree on every real day."""
    assert day == parse_day(day.isoformat())
    assert re.search(DAY_PATTERN, day.isoformat())
    assert re.search(DAY_OR_INSTANT_PATTERN, day.isoformat())


@settings(deadline=None)
@given(
    st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 12, 30)),  # noqa: DTZ001  # the zone is drawn beside it
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_every_instant_written_is_read_again(moment: datetime, offset: int) -> None:
    """The published pattern and the parser agree on every instant in any zone."""
    instant = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))

    assert instant == parse_instant(instant.isoformat())
    assert re.search(INSTANT_PATTERN, instant.isoformat())
    assert re.search(DAY_OR_INSTANT_PATTERN, instant.isoformat())


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Whatever comes is a moment or a BadMomentError, nothing else."""
    try:
        parse_day_or_instant(text)
    except BadMomentError as error:
        assert error.code in BAD_MOMENTS  # noqa: PT017  # either outcome is right; any other exception fails the test
