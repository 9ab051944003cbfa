"""Metrics as a closed list: each is declared once with its words, and every known label value starts at zero."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import prometheus_client as prometheus

PREFIX = "bihuan_"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # for work inside one process
LAG_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)  # from door to effect
CONTENT_TYPE = prometheus.CONTENT_TYPE_LATEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric: name without the prefix, one sentence of help, and its labels.

    `labels` maps a label to the values that exist from the start; an empty tuple means values found at run time
    (keep them few: a county, a topic, a source).
    """

    kind: Literal["counter", "gauge", "histogram"]
    name: str
    help: str
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    buckets: Sequence[float] = SECONDS


_Instrument: TypeAlias = prometheus.Counter | prometheus.Gauge | prometheus.Histogram


class Metrics:
    """The metrics of one process; a name that was not declared raises `KeyError`."""

    def __init__(self, declared: Iterable[Metric]) -> None:
        self.declared = tuple(declared)
        prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, read by nothing here
        self._registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=self._registry)
        prometheus.PlatformCollector(registry=self._registry)
        self._instruments: dict[str, _Instrument] = {}
        for metric in self.declared:
            self._instruments[metric.name] = self._create(metric)

    def count(self, name: str, amount: float = 1, /, **labels: str) -> None:
        """Add to a counter."""
        instrument = self._at(name, labels)
        if not isinstance(instrument, prometheus.Counter):
            raise TypeError(name)
        instrument.inc(amount)

    def set(self, name: str, value: float, /, **labels: str) -> None:
        """Set a gauge."""
        instrument = self._at(name, labels)
        if not isinstance(instrument, prometheus.Gauge):
            raise TypeError(name)
        instrument.set(value)

    def observe(self, name: str, value: float, /, **labels: str) -> None:
        """Put one observation into a histogram."""
        instrument = self._at(name, labels)
        if not isinstance(instrument, prometheus.Histogram):
            raise TypeError(name)
        instrument.observe(value)

    def clear(self, name: str) -> None:
        """Forget the label values of a metric (before a gauge is filled anew from a table)."""
        self._instruments[name].clear()

    def expose(self) -> bytes:
        """The text a Prometheus server scrapes (`CONTENT_TYPE`)."""
        return prometheus.generate_latest(self._registry)

    def value(self, name: str, /, **labels: str) -> float:
        """The present value of a counter or gauge, the number of observations of a histogram (for tests and readiness)."""
        kind = next(metric.kind for metric in self.declared if metric.name == name)
        suffix = {"counter": "_total", "gauge": "", "histogram": "_count"}[kind]
        base = PREFIX + name.removesuffix("_total")
        return self._registry.get_sample_value(base + suffix, labels) or 0.0

    def _at(self, name: str, labels: Mapping[str, str]) -> _Instrument:
        instrument = self._instruments[name]
        return instrument.labels(**labels) if labels else instrument

    def _create(self, metric: Metric) -> _Instrument:
        names, title = tuple(metric.labels), PREFIX + metric.name
        instrument: _Instrument
        match metric.kind:
            case "counter":
                instrument = prometheus.Counter(title, metric.help, names, registry=self._registry)
            case "gauge":
                instrument = prometheus.Gauge(title, metric.help, names, registry=self._registry)
            case "histogram":
                instrument = prometheus.Histogram(
                    title, metric.help, names, registry=self._registry, buckets=metric.buckets
                )
        if names and all(metric.labels.values()):
            for values in itertools.product(*metric.labels.values()):
                instrument.labels(*values)
        return instrument


RUNTIME_METRICS = (
    Metric(kind="counter", name="consumed_records_total", help="Records applied and committed.", labels={"topic": ()}),
    Metric(
        kind="histogram",
        name="batch_seconds",
        help="One transaction: positions, handler, commit.",
        buckets=SECONDS,
    ),
    Metric(
        kind="histogram",
        name="applied_after_seconds",
        help="From the broker's append time of a batch's oldest record in its slot to the commit of its effects.",
        labels={"topic": ()},
        buckets=LAG_SECONDS,
    ),
    Metric(
        kind="gauge",
        name="consumer_lag_records",
        help="Offsets between the stored positions of this worker's slots and the committed end of the log.",
        labels={"topic": ()},
    ),
    Metric(
        kind="gauge",
        name="consumer_lag_seconds",
        help="For how long, at most, the oldest record has waited that this worker has still to apply; 0 where none waits.",
        labels={"topic": ()},
    ),
    Metric(
        kind="counter",
        name="consumer_incidents_total",
        help="What the guards of the consumer met: each is survivable, a growing count is not healthy.",
        labels={
            "kind": (
                "gap",
                "duplicate",
                "reordered",
                "outcome_settled",
                "unavailable",
                "conflict",
                "defect",
                "commit_to_broker_failed",
            )
        },
    ),
    Metric(
        kind="gauge",
        name="stopped_slots",
        help="Slots of this worker that do not move until someone acts, by reason.",
        labels={"reason": ("outside_log", "recreated_topic", "newer_version", "number_ahead", "fuse")},
    ),
    Metric(kind="gauge", name="owned_slots", help="Slots this worker reads.", labels={"topic": ()}),
    Metric(
        kind="counter",
        name="dead_letters_total",
        help="Records parked by this process.",
        labels={"topic": (), "reason": ()},
    ),
    Metric(kind="counter", name="relayed_facts_total", help="Facts published by the relay.", labels={"topic": ()}),
    Metric(kind="gauge", name="outbox_rows", help="Facts that wait for the relay, as last counted (at most 100000)."),
    Metric(kind="gauge", name="relay_active", help="1 where this process holds the relay, 0 on standby."),
    Metric(
        kind="gauge",
        name="last_tick_timestamp_seconds",
        help="Value of the last tick this relay published (Unix time).",
    ),
    Metric(
        kind="counter",
        name="http_requests_total",
        help="Answered HTTP requests.",
        labels={"method": (), "route": (), "status": ()},
    ),
    Metric(
        kind="histogram", name="http_request_seconds", help="Time to answer.", labels={"route": ()}, buckets=SECONDS
    ),
)
