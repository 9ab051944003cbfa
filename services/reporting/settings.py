"""What reporting is told from outside, beside what every process is told."""

from pydantic import Field

from runtime.settings import ProcessSettings


class ReportingSettings(ProcessSettings):
    """Settings of both processes of reporting."""

    gauge_seconds: float = Field(default=15.0, gt=0, description="how often the gauges are read from the tables")
    sums_checked_seconds: float = Field(
        default=300.0, gt=0, description="how often the sums are compared with the rows"
    )
    stale_seconds: float = Field(default=300.0, gt=0, description="pages warn when their numbers are older than this")
