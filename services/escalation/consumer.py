"""Read the facts with one batch consumer."""

from runtime.clock import Clock
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.streams import BatchConsumer
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from services.escalation.settings import EscalationSettings
from services.escalation.store.lawbook import LawBook

GROUP = "bihuan-escalation"
MEGABYTE = 1_000_000


def consumer(
    settings: EscalationSettings, database: Database, book: LawBook, metrics: Metrics, clock: Clock
) -> BatchConsumer:
    """The consumer that decides by the law that the database keeps."""
    handler = EscalationHandler(
        Engine(book.brought),
        metrics,
        clock,
        deadlines_at_once=settings.deadlines_at_once,
        seconds_at_once=settings.seconds_at_once,
        kept_bytes=settings.kept_megabytes * MEGABYTE,
        book=book,
    )
    return BatchConsumer(
        settings=settings, database=database, handler=handler, group=GROUP, metrics=metrics, clock=clock
    )
