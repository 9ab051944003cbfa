"""Percentiles are seconds that were measured, not numbers between them."""

from hypothesis import given
from hypothesis import strategies as st

from bihuan.loading.figures import STAGES, summed
from bihuan.loading.watching import Times


def test_a_stage_that_nothing_came_through_is_zero() -> None:
    """It is shown, and its count says why."""
    assert summed("notify", []).count == 0


@given(st.lists(st.floats(0, 3600), min_size=1))
def test_figures_rise(seconds: list[float]) -> None:
    """From the middle to the worst, each of them one of the measured."""
    stage = summed("intake", seconds)

    assert min(seconds) <= stage.p50 <= stage.p95 <= stage.p99 <= stage.most == max(seconds)
    assert {stage.p50, stage.p95, stage.p99} <= set(seconds)


def test_every_stage_is_explained() -> None:
    """In the order of the way."""
    assert list(Times().stages()) == list(STAGES)


def test_what_was_not_seen_at_a_stage_is_not_measured_there() -> None:
    """A decision without its notice counts for escalation alone."""
    times = Times()
    times.sent, times.announced, times.decided = {"a": 1.0, "b": 2.0}, {"a": 1.5}, {"a": 2.5}

    assert times.stages()["intake"] == [0.5]
    assert times.stages()["escalation"] == [1.0]
    assert times.stages()["notify"] == []
