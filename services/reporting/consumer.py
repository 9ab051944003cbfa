"""Read the three inner topics with one batch consumer."""

from contracts.divisions import Divisions
from runtime.clock import Clock
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.streams import BatchConsumer
from services.reporting.handlers.applying import ReadModels
from services.reporting.handlers.lagging import Lags
from services.reporting.settings import ReportingSettings

GROUP = "bihuan-reporting"


def consumer(
    settings: ReportingSettings, database: Database, divisions: Divisions, metrics: Metrics, clock: Clock
) -> BatchConsumer:
    """The consumer that brings the read models up to date."""
    return BatchConsumer(
        settings=settings,
        database=database,
        handler=ReadModels(divisions, told_on=settings.tells_risk_platform, lags=Lags(metrics, clock)),
        group=GROUP,
        metrics=metrics,
    )
