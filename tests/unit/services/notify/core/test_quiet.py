"""Reminders wait for the morning; what the law asks for never does."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import Measure
from services.notify.core.quiet import CAN_WAIT, QuietHours, may_wait
from services.notify.core.suppression import SHANGHAI
from tests.unit.services.notify.given import decision

NIGHT = QuietHours(begins=time(21), ends=time(7, 30))
NOON = QuietHours(begins=time(12), ends=time(14))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2023-05-{text}:00+08:00")


@pytest.mark.parametrize(
    ("hours", "moment", "leaves"),
    [
        pytest.param(NIGHT, "20T20:59", "20T20:59", id="before"),
        pytest.param(NIGHT, "20T21:00", "21T07:30", id="as they begin"),
        pytest.param(NIGHT, "21T00:00", "21T07:30", id="at midnight, when deadlines end"),
        pytest.param(NIGHT, "21T07:29", "21T07:30", id="just before they end"),
        pytest.param(NIGHT, "21T07:30", "21T07:30", id="as they end"),
        pytest.param(NOON, "20T13:00", "20T14:00", id="within one day"),
        pytest.param(NOON, "20T11:59", "20T11:59", id="before, within one day"),
    ],
)
def test_when_it_leaves(hours: QuietHours, moment: str, leaves: str) -> None:
    """By the clock of Shanghai."""
    assert hours.over_at(at(moment)) == at(leaves)


@given(
    begins=st.times(),
    ends=st.times(),
    moment=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (zone given)
)
def test_nothing_waits_longer_than_a_day(begins: time, ends: time, moment: datetime) -> None:
    """It leaves now, or at the end of the hours, which is not quiet any more."""
    hours = QuietHours(begins=begins, ends=ends)

    leaves = hours.over_at(moment)

    assert 0 <= (leaves - moment).total_seconds() <= 86400
    assert leaves == moment or leaves.astimezone(SHANGHAI).time() == ends


@pytest.mark.parametrize("measure", list(Measure))
def test_only_reminders_may_wait(measure: Measure) -> None:
    """A letter, a measure, a report that goes up: whatever the routes say, it leaves at once."""
    assert may_wait(decision(measure=measure)) is (measure in CAN_WAIT)


def test_a_major_hazard_never_waits() -> None:
    """Not even its reminder."""
    assert not may_wait(decision(context={"hazard_level": "major"}))
