"""What came and went on each day adds up to the hazards, whatever their history."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.core import flow
from services.reporting.core.flow import AGES, NOTHING, Age, Cause, Day, Flow, Moves, Place
from services.reporting.core.standing import ENDED, State
from tests.unit.services.reporting.facts import BASE, at

PLACE = Place("331081", "330000", "331000", "331081", "331081003")
TODAY = date(2023, 6, 1)


def moves(
    *,
    state: str = "reported",
    overdue: bool = False,
    reported_at: datetime = BASE,
    closed_at: datetime | None = None,
    done_at: datetime | None = None,
    in_time: bool | None = None,
) -> Moves:
    return Moves(PLACE, state, overdue, "fire", reported_at, closed_at, done_at, in_time)


moments = st.datetimes(at("2023-01-01 00:00").replace(tzinfo=None), at("2023-06-01 00:00").replace(tzinfo=None)).map(
    lambda moment: moment.replace(tzinfo=at("2023-01-01 00:00").tzinfo)
)


@st.composite
def rows(draw: st.DrawFn) -> Moves:
    state = draw(st.sampled_from(list(State)))
    reported_at = draw(moments)
    done_at = draw(st.none() | moments)
    return moves(
        state=str(state),
        overdue=state not in ENDED and draw(st.booleans()),
        reported_at=reported_at,
        closed_at=draw(moments) if state == State.CLOSED else None,
        done_at=done_at,
        in_time=draw(st.booleans()) if done_at else None,
    )


@given(st.lists(rows(), max_size=20))
def test_the_days_add_up_to_the_hazards(found: list[Moves]) -> None:
    """Every report, close-out and outcome is counted once, on its day in Shanghai."""
    days: dict[date, Flow] = {}
    for row in found:
        for day, added in flow.flows(row).items():
            days[day] = days.get(day, NOTHING) + added
    counted = flow.total(days, since=date(2022, 1, 1), until=date(2024, 1, 1))

    assert counted == Flow(
        reported=len(found),
        open=sum(row.state not in ENDED for row in found),
        overdue=sum(row.overdue for row in found),
        closed=sum(row.closed_at is not None for row in found),
        in_time=sum(row.in_time is True for row in found),
        late=sum(row.in_time is False for row in found),
    )


@given(rows())
def test_what_is_taken_off_leaves_nothing(row: Moves) -> None:
    """A row that goes leaves no trace in the sums."""
    assert {NOTHING} == {added + -added for added in flow.flows(row).values()}
    *_, cause = flow.cause(row)
    assert Cause() == cause + -cause


@given(st.lists(st.tuples(st.dates(date(2022, 1, 1), TODAY), st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_every_open_hazard_has_an_age(days: list[tuple[date, int, int]]) -> None:
    """The ages add up to the open ones, and each is in its span."""
    told = flow.ages([(day, Flow(open=count, overdue=late)) for day, count, late in days], today=TODAY)

    assert sum(count for _, count, _ in days) == sum(age.open for age in told)
    assert sum(late for _, _, late in days) == sum(age.overdue for age in told)


def test_ages_are_told_apart_at_their_limits() -> None:
    """Seven days old is still within the week; a report of tomorrow is as young as one of today."""
    days = [(TODAY - timedelta(days=back), Flow(open=1)) for back in (-1, 0, 7, 8, 15, 16, 90, 91)]

    assert [
        Age(0, 7, 3, 0),
        Age(8, 15, 2, 0),
        Age(16, 30, 1, 0),
        Age(31, 90, 1, 0),
        Age(91, None, 1, 0),
    ] == list(flow.ages(days, today=TODAY))
    assert ["7 天内", "8—15 天", "16—30 天", "31—90 天", "90 天以上"] == [
        age.label for age in flow.ages([], today=TODAY)
    ]
    assert len(AGES) + 1 == len(flow.ages([], today=TODAY))


def test_a_day_is_a_day_in_shanghai() -> None:
    """A report at half past midnight counts for the new day."""
    assert [date(2023, 5, 9)] == list(flow.flows(moves(reported_at=at("2023-05-09 00:30"))))
    assert date(2023, 5, 1) == flow.cause(moves(reported_at=at("2023-05-09 00:30")))[0]


def test_a_trend_has_every_day() -> None:
    """A day on which nothing happened is a day with zeros, and the last is today."""
    days = {TODAY: Flow(reported=2), TODAY - timedelta(days=2): Flow(closed=3), date(2020, 1, 1): Flow(reported=9)}

    assert (Day(date(2023, 5, 30), 0, 3), Day(date(2023, 5, 31), 0, 0), Day(TODAY, 2, 0)) == flow.trend(
        days, until=TODAY, length=3
    )


def test_causes_are_ranked_over_three_months() -> None:
    """The present one and two before, over the turn of the year."""
    assert [date(2023, 4, 1), date(2022, 11, 1), date(2022, 12, 1)] == [
        flow.first_month(day) for day in (TODAY, date(2023, 1, 31), date(2023, 2, 1))
    ]
