"""What the processes of intake are told from outside, beside what every process is told."""

from typing import Literal

from pydantic import Field

from runtime.settings import ProcessSettings


class IntakeSettings(ProcessSettings):
    """Settings of intake's API and worker."""

    http_events_per_second: int = Field(default=2_000, gt=0, description="events a second that one API key may send")
    http_burst: int = Field(default=10_000, gt=0, description="events that one API key may send at once")
    remember_days: int = Field(
        default=200,
        ge=31,
        description="how long (source, id) is remembered; longer than any topic of a source keeps its records",
    )
    grace_seconds: float = Field(default=10.0, ge=0, description="how far a tick stays behind the clock")
    tick_seconds: float = Field(default=5.0, gt=0, description="seconds between two ticks")
    clock_guard: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="compare clocks before each tick; auto: unless BIHUAN_CLOCK_FILE bends ours",
    )
    client_address_header: str = Field(
        default="",
        description="header that your own proxy writes the sender's address into; read for the pace of the public page"
        " alone and never kept. Empty: the address of the connection",
    )
