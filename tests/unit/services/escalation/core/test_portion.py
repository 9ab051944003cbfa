"""How much a transaction takes on follows what the last ones could do, and any failure makes the next one smaller."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.escalation.core.portion import FIRST, Portion

FAST, SLOW = 0.1, 8.0  # seconds, on both sides of the two that are allowed


def portion(most: int = 4000) -> Portion:
    return Portion(most=most, seconds=2.0)


def test_the_first_is_moderate_and_what_was_full_and_fast_lets_the_next_be_twice_as_large() -> None:
    """Up to the most that is allowed."""
    found = portion(1500)
    sizes = []
    for _ in range(4):
        sizes.append(size := found.begin())
        found.committed(size, size, FAST)

    assert sizes == [FIRST, 2 * FIRST, 1500, 1500]


def test_each_attempt_that_fails_is_followed_by_half_of_it() -> None:
    """Down to one step, so that whatever can be done at all is done."""
    found = portion()

    assert [found.begin() for _ in range(11)] == [500, 250, 125, 62, 31, 15, 7, 3, 1, 1, 1]


@pytest.mark.parametrize(
    ("done", "took", "following"),
    [
        pytest.param(1000, SLOW, 250, id="as many as fit into two seconds"),
        pytest.param(4, SLOW, 250, id="one slow transaction says little: a quarter"),
        pytest.param(10, FAST, 1000, id="there was little to do: it says nothing"),
        pytest.param(0, FAST, 1000, id="there was nothing to do"),
        pytest.param(500, FAST, 2000, id="half of it and fast"),
    ],
)
def test_the_next_follows_the_last(done: int, took: float, following: int) -> None:
    """A transaction that might have taken on a thousand steps."""
    found = portion()
    found.committed(1000, done, took)

    assert found.begin() == following


@given(
    most=st.integers(1, 5000),
    story=st.lists(st.none() | st.tuples(st.integers(0, 5000), st.floats(0, 60)), max_size=60),
)
def test_there_is_always_a_step_and_never_more_than_the_most(most: int, story: list[tuple[int, float] | None]) -> None:
    """Whatever fails (None) or is committed, and however long it took."""
    found = portion(most)
    for one in story:
        size = found.begin()
        assert 1 <= size <= most
        if one is not None:
            found.committed(size, min(one[0], size), one[1])
