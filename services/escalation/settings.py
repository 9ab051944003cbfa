"""What the processes of escalation are told from outside, beside what every process is told."""

from pydantic import Field

from runtime.settings import ProcessSettings


class EscalationSettings(ProcessSettings):
    """Settings of escalation (environment `BIHUAN_*`)."""

    deadlines_at_once: int = Field(default=4000, ge=1, description="deadlines that may pass in one transaction")
    kept_megabytes: int = Field(default=32, ge=0, description="memory for cases kept between transactions; 0: none")
    audit_seconds: float = Field(default=60.0, gt=0, description="pause between two looks of the auditor")
