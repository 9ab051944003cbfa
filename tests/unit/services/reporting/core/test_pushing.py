"""An outage of two days is bridged; what the platform refuses as such waits for a person."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.core.pushing import PAUSES, Next, Verdict, judge


@pytest.mark.parametrize(
    ("status", "attempt", "asked", "following"),
    [
        pytest.param(200, 1, None, Next(Verdict.DELIVERED), id="taken"),
        pytest.param(204, 9, None, Next(Verdict.DELIVERED), id="taken late"),
        pytest.param(None, 1, None, Next(Verdict.RETRIED, PAUSES[0]), id="no answer"),
        pytest.param(503, 2, None, Next(Verdict.RETRIED, PAUSES[1]), id="away"),
        pytest.param(429, 1, 90.0, Next(Verdict.RETRIED, timedelta(seconds=90)), id="asked to wait"),
        pytest.param(429, 4, 1.0, Next(Verdict.RETRIED, PAUSES[3]), id="ours is longer"),
        pytest.param(503, 1, 1e9, Next(Verdict.RETRIED, PAUSES[-1]), id="never longer than a day"),
        pytest.param(401, 1, None, Next(Verdict.RETRIED, PAUSES[0]), id="the key is being changed"),
        pytest.param(400, 1, None, Next(Verdict.DEAD), id="refused as such"),
        pytest.param(302, 1, None, Next(Verdict.DEAD), id="another address is an administrator's matter"),
        pytest.param(503, len(PAUSES), None, Next(Verdict.RETRIED, PAUSES[-1]), id="the last try but one"),
        pytest.param(503, len(PAUSES) + 1, None, Next(Verdict.DEAD), id="given up"),
    ],
)
def test_an_answer_says_what_follows(status: int | None, attempt: int, asked: float | None, following: Next) -> None:
    """Table on both sides of every limit."""
    assert following == judge(status, attempt, asked)


@given(st.none() | st.integers(100, 599), st.integers(1, 50), st.none() | st.floats(allow_nan=False))
def test_whatever_is_answered_there_is_an_end(status: int | None, attempt: int, asked: float | None) -> None:
    """No attempt is followed by a pause longer than a day, and none after the last."""
    verdict, pause = judge(status, attempt, asked)

    assert timedelta(0) <= pause <= PAUSES[-1]
    assert (verdict is Verdict.RETRIED) == (pause > timedelta(0))
    assert attempt <= len(PAUSES) or verdict is not Verdict.RETRIED
