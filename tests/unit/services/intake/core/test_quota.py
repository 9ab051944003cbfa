"""A key may send a burst, and then as fast as its bucket fills."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.core.quota import Bucket, Quota, draw

QUOTA = Quota(per_second=10, burst=100)


@pytest.mark.parametrize(
    ("bucket", "amount", "now", "left", "wait"),
    [
        pytest.param(None, 100, 0, 0, 0, id="a new key may send a burst"),
        pytest.param(Bucket(0, 0), 10, 1, 0, 0, id="after a second the rate"),
        pytest.param(Bucket(0, 0), 30, 1, 10, 2, id="more has to wait until there is enough"),
        pytest.param(Bucket(50, 0), 1, 1000, 99, 0, id="it never holds more than a burst"),
        pytest.param(None, 150, 0, -50, 0, id="one large request is let through and owes the rest"),
        pytest.param(Bucket(-50, 0), 1, 5, 0, 0.1, id="what is owed is waited for"),
        pytest.param(Bucket(5, 10), 5, 9, 0, 0, id="a clock that goes back gives nothing"),
    ],
)
def test_a_bucket_fills_and_is_drawn(bucket: Bucket | None, amount: int, now: float, left: float, wait: float) -> None:
    """What is left and how long to wait."""
    after, seconds = draw(bucket, QUOTA, amount, now)

    assert (after.left, after.at) == (left, now)
    assert seconds == pytest.approx(wait)


@given(st.lists(st.tuples(st.integers(1, 100), st.floats(0, 5)), max_size=40))
def test_no_sequence_of_requests_beats_the_quota(requests: list[tuple[int, float]]) -> None:
    """Over any time no more goes through than a burst and the rate."""
    bucket: Bucket | None = None
    now = sent = 0.0
    for amount, pause in requests:
        now += pause
        bucket, wait = draw(bucket, QUOTA, amount, now)
        sent += amount if not wait else 0

    assert sent <= QUOTA.burst + now * QUOTA.per_second + 1e-6
