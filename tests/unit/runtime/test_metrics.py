"""Metrics are declared once, start at zero and are refused under any other name."""

import pytest

from runtime.metrics import PREFIX, RUNTIME_METRICS, Metric, Metrics

DECLARED = (
    Metric(
        kind="counter", name="told_total", help="Told.", labels={"channel": ("mail", "sms"), "outcome": ("ok", "no")}
    ),
    Metric(kind="gauge", name="open_cases", help="Open.", labels={"county": ()}),
    Metric(kind="histogram", name="wait_seconds", help="Waited."),
)


def test_every_known_label_value_starts_at_zero() -> None:
    """An alert rule meets a series, not a hole."""
    text = Metrics(DECLARED).expose().decode()

    for channel in ("mail", "sms"):
        for outcome in ("ok", "no"):
            assert f'bihuan_told_total{{channel="{channel}",outcome="{outcome}"}} 0.0' in text


def test_values_are_counted_set_and_observed() -> None:
    """Under their names without the prefix."""
    metrics = Metrics(DECLARED)
    metrics.count("told_total", channel="mail", outcome="ok")
    metrics.count("told_total", 2, channel="mail", outcome="ok")
    metrics.set("open_cases", 7, county="331081")
    metrics.observe("wait_seconds", 0.2)

    assert metrics.value("told_total", channel="mail", outcome="ok") == 3
    assert metrics.value("open_cases", county="331081") == 7
    assert metrics.value("wait_seconds") == 1
    metrics.clear("open_cases")
    assert metrics.value("open_cases", county="331081") == 0
    assert 'county="331081"' not in metrics.expose().decode()


def test_an_undeclared_metric_or_the_wrong_act_is_refused() -> None:
    """The list is closed."""
    metrics = Metrics(DECLARED)
    with pytest.raises(KeyError):
        metrics.count("anything")
    with pytest.raises(TypeError):
        metrics.set("told_total", 1, channel="mail", outcome="ok")
    with pytest.raises(TypeError):
        metrics.count("wait_seconds")
    with pytest.raises(TypeError):
        metrics.observe("open_cases", 1, county="x")


def test_the_runtimes_own_metrics_follow_the_conventions() -> None:
    """Counters end in _total, times in seconds, help is a sentence, names are unique and have no prefix of their own."""
    names = [metric.name for metric in RUNTIME_METRICS]
    assert sorted(set(names)) == sorted(names)
    for metric in RUNTIME_METRICS:
        assert metric.help.endswith(".")
        assert not metric.name.startswith(PREFIX)
        assert (metric.kind == "counter") == metric.name.endswith("_total")
        assert metric.kind != "histogram" or metric.name.endswith("_seconds")
    Metrics(RUNTIME_METRICS)
