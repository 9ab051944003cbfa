"""What reporting is told from outside, beside what every process is told."""

from datetime import timedelta

from pydantic import Field

from runtime.settings import ProcessSettings


class ReportingSettings(ProcessSettings):
    """Settings of both processes of reporting."""

    gauges_every: timedelta = Field(
        default=timedelta(seconds=15), description="how often the gauges are read from the tables (ISO 8601 or seconds)"
    )
    sums_checked_every: timedelta = Field(
        default=timedelta(minutes=5), description="how often the sums are compared with the rows"
    )
    stale_after: timedelta = Field(
        default=timedelta(minutes=5), description="pages warn when their numbers are older than this"
    )
