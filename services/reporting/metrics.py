"""The closed list of reporting's own metrics, each with its sentence."""

from typing import Final

from contracts.vocabulary import HazardLevel
from runtime.metrics import LAG_SECONDS, Metric
from services.reporting.core.lags import STAGES
from services.reporting.core.pushing import Verdict

SEVERITIES: Final = tuple(str(level) for level in HazardLevel)

REPORTING_METRICS: Final = (
    Metric(
        kind="gauge",
        name="open_cases",
        help="Hazards that are neither closed nor withdrawn, by county code and level; overdue ones included.",
        labels={"county": (), "severity": ()},
    ),
    Metric(
        kind="gauge",
        name="overdue_cases",
        help="Open hazards that escalation holds overdue, by county code.",
        labels={"county": ()},
    ),
    Metric(
        kind="gauge",
        name="overdue_oldest_timestamp_seconds",
        help="Since when the longest overdue hazard of a county is overdue (Unix time); 0 where none is.",
        labels={"county": ()},
    ),
    Metric(
        kind="counter",
        name="escalations_total",
        help="Decisions that were raised or proposed at least once, by acting level and rule.",
        labels={"level": (), "rule": ()},
    ),
    Metric(
        kind="gauge",
        name="reporting_total_mismatch",
        help="Hazards that the sums count wrongly when compared with the rows; anything but 0 is a defect.",
    ),
    Metric(
        kind="gauge",
        name="reporting_as_of_timestamp_seconds",
        help="Moment up to which everything that happened is counted (Unix time); its age is the lag of the pages.",
    ),
    Metric(
        kind="gauge",
        name="reporting_exporter_active",
        help="1 where this worker exports the gauges of the tables, 0 where another does.",
    ),
    Metric(
        kind="histogram",
        name="pipeline_lag_seconds",
        help="From stage to stage: recorded to accepted, known to decided, known to told, accepted to shown.",
        labels={"stage": STAGES},
        buckets=LAG_SECONDS,
    ),
    Metric(
        kind="counter",
        name="exports_total",
        help="Exports that people ordered, by what became of them.",
        labels={"outcome": ("done", "failed", "broken_off")},
    ),
    Metric(
        kind="gauge",
        name="exports_oldest_timestamp_seconds",
        help="Since when the oldest export waits or is being printed (Unix time); 0 where none is.",
    ),
    Metric(
        kind="counter",
        name="risk_map_pushes_total",
        help="Attempts to tell the city's risk platform of a hazard, by what became of them.",
        labels={"outcome": tuple(str(verdict) for verdict in Verdict)},
    ),
    Metric(
        kind="histogram",
        name="risk_map_lag_seconds",
        help="Seconds from a hazard's change becoming known here to the city's risk platform knowing it.",
        buckets=LAG_SECONDS,
    ),
    Metric(
        kind="gauge",
        name="risk_map_waiting",
        help="Hazards of whose change the city's risk platform has still to be told.",
    ),
    Metric(
        kind="gauge",
        name="risk_map_oldest_timestamp_seconds",
        help="Since when the oldest change waits that the city's risk platform does not know (Unix time); 0 where none.",
    ),
)
