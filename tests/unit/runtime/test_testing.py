"""The tools of the tests tell the truth too."""

import pytest

from runtime.testing import eventually


def test_eventually_returns_the_first_true_answer() -> None:
    """What raises counts as not yet."""
    answers = iter([0, ValueError("not yet"), "", "here", "too late"])

    def look() -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert eventually(look, every=0.0) == "here"


def test_eventually_ends_with_the_last_error() -> None:
    """So that a test that fails says why."""

    def broken() -> None:
        raise ValueError("the reason")

    with pytest.raises(AssertionError, match="the reason"):
        eventually(broken, within=0.0, every=0.0)
    with pytest.raises(AssertionError, match="not within"):
        eventually(lambda: False, within=0.0, every=0.0)
