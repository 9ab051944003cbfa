"""Build and run one of the two processes of reporting: `python -m services.reporting.main api|worker`."""

import argparse
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from fastapi import FastAPI

from contracts import divisions
from contracts.divisions import Divisions
from contracts.pages import PAGES
from policies import files
from runtime import log, process, starting
from runtime.access import Gate, provider_of
from runtime.access.anchors import Anchoring
from runtime.clock import Clock, SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.outbox import Relay
from runtime.pages import Frame
from runtime.web import create_app
from services.reporting.api import audit, exports, league, reports
from services.reporting.api.console import console
from services.reporting.api.exports import Orders
from services.reporting.api.reading import Reader
from services.reporting.api.risk_map import risk_map
from services.reporting.api.routes import routes
from services.reporting.channels.risk_map import RiskPlatform
from services.reporting.consumer import consumer
from services.reporting.core.boundaries import Boundaries, InvalidBoundaries, read_boundaries
from services.reporting.handlers.leagues import Leagues
from services.reporting.handlers.printing import Shop
from services.reporting.handlers.reports import Reports
from services.reporting.metrics import REPORTING_METRICS
from services.reporting.packs import charters, formulas
from services.reporting.settings import ReportingSettings
from services.reporting.store import pushes
from services.reporting.worker.exporting import Exporter
from services.reporting.worker.printing import Printer
from services.reporting.worker.pushing import Pusher

SCHEMA: Final = "reporting"
TITLE: Final = "Bihuan reporting"

_logger = log.get(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run the process that is asked for until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m services.reporting.main", description=main.__doc__)
    parser.add_argument("process", choices=("api", "worker"))
    wanted = parser.parse_args(arguments).process
    settings = starting.told(ReportingSettings)
    log.configure(f"reporting-{wanted}", settings.log_level)
    starting.wait_for_database(settings, schema=SCHEMA)
    if wanted == "worker":
        starting.wait_for_room(settings.data_dir)
    database = Database(
        settings.database_url.get_secret_value(), schema=SCHEMA, application_name=f"bihuan-reporting-{wanted}"
    )
    clock = SystemClock(settings.clock_file)
    if wanted == "api":
        try:
            app = api_app(settings, database, divisions.load(), clock)
        except (InvalidBoundaries, OSError) as error:
            _logger.critical("the boundary file cannot be used", why=str(error))
            return 2
        process.run_api(app, settings)
    else:
        run_worker(settings, database, divisions.load(), clock)
    return 0


def api_app(settings: ReportingSettings, database: Database, table: Divisions, clock: Clock) -> FastAPI:
    """The app of the API process."""
    reader = Reader(database, table, clock, role_names(settings))
    known, rules = charters(settings.policies_dir), formulas(settings.policies_dir)
    forms = Reports(database, table, clock, known, rules)
    leagues = Leagues(database, table, clock, known, rules)
    orders = Orders(database, forms, table, clock, timedelta(days=settings.export_days))
    boundaries = boundaries_of(settings)
    frame = Frame(
        package="services.reporting.api",
        service=SCHEMA,
        pages=PAGES,
        addresses=settings.addresses,
        clock=clock,
        stale_after=timedelta(seconds=settings.stale_seconds),
    )
    return create_app(
        title=TITLE,
        metrics=Metrics(RUNTIME_METRICS),
        gate=Gate(database, SCHEMA, secure=settings.cookie_secure, frame=frame, provider=provider_of(settings, SCHEMA)),
        routers=[
            routes(reader),
            reports.routes(forms),
            exports.routes(database, orders),
            league.routes(leagues),
            audit.routes(reader),
            risk_map(reader, boundaries),
            console(reader, leagues, forms, orders, frame, map_licence=boundaries.licence if boundaries else ""),
        ],
        checks={"database": database.ping, "tables": reader.check},
    )


def boundaries_of(settings: ReportingSettings) -> Boundaries | None:
    """The boundary file that is set, checked; raises `InvalidBoundaries` and `OSError`."""
    if settings.boundary_file is None:
        return None
    return read_boundaries(settings.boundary_file.read_bytes(), settings.boundary_licence)


def role_names(settings: ReportingSettings) -> Mapping[str, str]:
    """The Chinese names of the roles that routes address, from the policies' folder."""
    return {
        str(role): str(name)
        for role, name in files.read(files.beside("routes.yaml", settings.policies_dir)).get("roles", {}).items()
    }


def run_worker(settings: ReportingSettings, database: Database, table: Divisions, clock: Clock) -> None:
    """Run the consumer with the relay and the exporter beside it."""
    metrics = Metrics([*RUNTIME_METRICS, *REPORTING_METRICS])
    exporter = Exporter(
        database=database,
        metrics=metrics,
        clock=clock,
        owner=settings.instance,
        every=timedelta(seconds=settings.gauge_seconds),
        checked_every=timedelta(seconds=settings.sums_checked_seconds),
    )
    process.run_worker(
        settings=settings,
        title=TITLE,
        metrics=metrics,
        consumer=consumer(settings, database, table, metrics, clock),
        beside=[
            Relay(settings=settings, schema=SCHEMA, metrics=metrics, clock=clock),
            exporter,
            Anchoring(
                settings=settings,
                database=database,
                clock=clock,
                file=settings.audit_anchor_file,
                every=timedelta(seconds=settings.audit_anchor_seconds),
            ),
            Printer(database=database, metrics=metrics, clock=clock, shop=shop_of(settings)),
            *pushers(settings, database, metrics, clock),
        ],
        checks={"database": database.ping},
    )


def shop_of(settings: ReportingSettings) -> Shop:
    """What the process that prints an export needs of the settings."""
    return Shop(
        url=settings.database_url.get_secret_value(),
        policies=settings.policies_dir,
        clock_file=settings.clock_file,
        log_level=settings.log_level,
        kept=timedelta(days=settings.export_days),
    )


def pushers(settings: ReportingSettings, database: Database, metrics: Metrics, clock: Clock) -> list[Pusher]:
    """What tells another platform of hazards, where one is set; it begins with all that is open."""
    if not settings.tells_risk_platform:
        return []
    with database.begin() as work:
        pushes.begin(work, settings.risk_map_url, clock.now())
    platform = RiskPlatform(settings.risk_map_url, secret=settings.risk_map_secret.get_secret_value())
    return [Pusher(database=database, platform=platform, metrics=metrics, clock=clock)]


if __name__ == "__main__":
    sys.exit(main())
