"""Name what the watching doctor serves beside what every process serves."""

from typing import Final, Literal, get_args

from runtime.metrics import Metric

Check = Literal["disk", "calendar", "certificate", "backup", "audit", "database", "brokers"]
CHECKS: Final[tuple[Check, ...]] = get_args(Check)

DOCTOR_METRICS: Final = (
    Metric(
        name="doctor_findings",
        kind="gauge",
        help="What the doctor found at its last look, by what it looked at; a fault stops something, a doubt will.",
        labels={"check": CHECKS, "level": ("doubt", "fault")},
    ),
    Metric(
        name="doctor_looked_timestamp_seconds",
        kind="gauge",
        help="When the doctor looked last (Unix time); it looks every minute.",
    ),
)
