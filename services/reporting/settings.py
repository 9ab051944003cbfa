"""What reporting is told from outside, beside what every process is told."""

from pathlib import Path

from pydantic import Field, SecretStr

from runtime.settings import ProcessSettings


class ReportingSettings(ProcessSettings):
    """Settings of both processes of reporting."""

    gauge_seconds: float = Field(default=15.0, gt=0, description="how often the gauges are read from the tables")
    sums_checked_seconds: float = Field(
        default=300.0, gt=0, description="how often the sums are compared with the rows"
    )
    stale_seconds: float = Field(default=300.0, gt=0, description="pages warn when their numbers are older than this")
    risk_map_url: str = Field(default="", description="where the city's risk platform takes hazards; empty: nobody")
    risk_map_secret: SecretStr = Field(default=SecretStr(""), description="signs what it is told: whsec_...")
    boundary_file: Path | None = Field(
        default=None, description="boundaries for the map page: GeoJSON of a licensed map; None: dots alone"
    )
    audit_anchor_seconds: float = Field(
        default=3600.0, gt=0, description="how often the audit's heads are kept outside"
    )
    boundary_licence: str = Field(default="", description="the map's approval number (审图号), shown beside it")

    export_days: float = Field(default=7.0, gt=0, description="how long the file of an export is kept, in days")

    @property
    def tells_risk_platform(self) -> bool:
        """Whether another platform is told of hazards."""
        return bool(self.risk_map_url)
