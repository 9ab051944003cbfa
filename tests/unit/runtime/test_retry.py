"""Trying again has an end, and each pause is longer than the last until it is long enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import retry
from runtime.errors import Conflict, Rejected, Unavailable
from runtime.retry import Patience


@given(st.floats(0, 60), st.floats(0.01, 1), st.floats(1, 5), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_to_their_limit_and_end_in_time(within: float, first: float, longest: float, luck: float) -> None:
    """All together they are no longer than allowed."""
    found = retry.pauses(Patience(within=within, first_pause=first, longest_pause=longest), lambda: luck)

    assert sum(found) <= within
    assert found == sorted(found)
    assert all(first * (1 - luck / 2) <= pause <= longest for pause in found)


def test_work_is_tried_until_it_succeeds() -> None:
    """Unavailable and Conflict are worth another try."""
    outcomes: list[Exception | str] = [Unavailable("away"), Conflict("moved"), "done"]
    slept: list[float] = []

    def work() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert retry.call(work, sleep=slept.append) == "done"
    assert len(slept) == 2


def test_the_last_error_is_raised_when_time_is_up() -> None:
    """And what will stay wrong is raised at once."""
    slept: list[float] = []

    def away() -> None:
        raise Unavailable("away")

    def wrong() -> None:
        raise Rejected("wrong")

    with pytest.raises(Unavailable):
        retry.call(away, patience=Patience(within=1), sleep=slept.append)
    tries = len(slept)
    with pytest.raises(Rejected):
        retry.call(wrong, sleep=slept.append)

    assert (tries > 0, len(slept)) == (True, tries)
