"""Every answer of a channel has a word of the closed list, and every series is there from the start."""

from runtime.metrics import Metrics
from services.notify.core.retry import Result
from services.notify.metrics import CHANNELS, NOTIFY_METRICS, OUTCOME_OF, OUTCOMES


def test_every_result_is_counted_under_a_word() -> None:
    """No answer falls out of the metric."""
    assert set(OUTCOME_OF) == set(Result)
    assert set(OUTCOME_OF.values()) <= set(OUTCOMES)


def test_series_exist_before_anything_happens() -> None:
    """An alert meets a zero, not a hole."""
    text = Metrics(NOTIFY_METRICS).expose().decode()

    assert all(
        f'bihuan_notify_deliveries_total{{channel="{channel}",outcome="{outcome}"}} 0.0' in text
        for channel in CHANNELS
        for outcome in OUTCOMES
    )
