"""Name what the watching doctor serves beside what every process serves."""

from collections.abc import Mapping
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
    Metric(
        name="calendar_days_loaded_until_timestamp_seconds",
        kind="gauge",
        help="Up to when days off and make-up days are known (Unix time); 0 where none are.",
    ),
    Metric(
        name="backup_last_success_timestamp_seconds",
        kind="gauge",
        help="When the newest whole backup was taken (Unix time); 0 where there is none, or where none is looked for.",
    ),
    Metric(
        name="audit_chain_last_verified_timestamp_seconds",
        kind="gauge",
        help="When the chains of the audit were last recomputed and fitted (Unix time); 0 before that.",
    ),
)

INSTANTS: Final[Mapping[Check, str]] = {
    "calendar": "calendar_days_loaded_until_timestamp_seconds",
    "backup": "backup_last_success_timestamp_seconds",
    "audit": "audit_chain_last_verified_timestamp_seconds",
}
"""What a check tells by an instant, beside what it finds."""
