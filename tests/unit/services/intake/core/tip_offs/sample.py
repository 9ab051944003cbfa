"""One tip-off as it is received."""

from datetime import UTC, date, datetime
from uuid import UUID

from services.intake.core.tip_offs.tip_off import TipOff

TIP_OFF = TipOff(
    id="T1",
    tenant="331081",
    category="fire",
    person=UUID(int=1),
    photographs=0,
    reachable=False,
    received_at=datetime(2023, 5, 9, 2, tzinfo=UTC),
    finish_by=date(2023, 7, 8),
    event_id="T1/received",
)
