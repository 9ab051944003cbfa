"""What the processes of escalation are told from outside, beside what every process is told."""

from pydantic import Field

from runtime.settings import ProcessSettings


class EscalationSettings(ProcessSettings):
    """Settings of escalation (environment `BIHUAN_*`)."""

    deadlines_at_once: int = Field(default=1000, ge=1, description="deadlines that may pass in one transaction")
    seconds_at_once: float = Field(default=2.0, gt=0, le=5.0, description="how long one transaction may decide")
    kept_megabytes: int = Field(default=32, ge=0, description="memory for cases kept between transactions; 0: none")
    audit_seconds: float = Field(default=60.0, gt=0, description="pause between two looks of the auditor")
