"""Read the facts with one batch consumer."""

from runtime.clock import Clock
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.streams import BatchConsumer
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.handlers import EscalationHandler
from services.escalation.settings import EscalationSettings

GROUP = "bihuan-escalation"


def consumer(
    settings: EscalationSettings, database: Database, law: Law, metrics: Metrics, clock: Clock
) -> BatchConsumer:
    """The consumer that decides."""
    handler = EscalationHandler(Engine(law), metrics, clock, deadlines_at_once=settings.deadlines_at_once)
    return BatchConsumer(
        settings=settings, database=database, handler=handler, group=GROUP, metrics=metrics, clock=clock
    )
