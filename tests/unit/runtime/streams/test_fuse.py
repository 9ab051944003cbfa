"""The fuse lets single poison pass and stops when everything turns to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.streams.fuse import Fuse, FuseState


def blown_at(records: list[bool], fuse: Fuse) -> int | None:
    state = FuseState(fuse)
    return next((index for index, poison in enumerate(records) if state.note(poison=poison)), None)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([False] * 50, None, id="good records never"),
        pytest.param([True] * 4 + [False] + [True] * 4, None, id="a good one ends a run"),
        pytest.param([False] * 3 + [True] * 5, 7, id="five in a row"),
        pytest.param([True, True, False] * 3, None, id="too few seen for the ratio"),
        pytest.param([True, True, False] * 6, 9, id="more than half of the window"),
        pytest.param([True, False] * 30, None, id="exactly half is not more than half"),
    ],
)
def test_when_the_fuse_blows(records: list[bool], expected: int | None) -> None:
    """By run length or by share of the last records, whichever comes first."""
    assert expected == blown_at(records, Fuse(run_length=5, ratio=0.5, window=10, least=50))


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 20), st.integers(1, 40))
def test_the_window_counts_only_its_own_records(records: list[bool], run_length: int, window: int) -> None:
    """The state agrees with counting anew, record by record."""
    fuse = Fuse(run_length=run_length, ratio=0.5, window=window, least=window)
    expected = None
    for index in range(len(records)):
        seen = records[: index + 1]
        last = seen[-window:]
        run = len(seen) if all(seen) else seen[::-1].index(False)
        if run >= run_length or (len(last) >= window and sum(last) > 0.5 * len(last)):
            expected = index
            break

    assert expected == blown_at(records, fuse)


def test_the_sentence_says_how_much() -> None:
    """An operator reads it in one line."""
    state = FuseState(Fuse(run_length=2))
    state.note(poison=True)

    assert state.note(poison=True) == "2 records one after another are poison"
