"""Build and run one of the two processes of escalation: `python -m services.escalation.main api|worker`."""

import argparse
import sys
from datetime import timedelta
from typing import Final

from fastapi import FastAPI

from contracts import divisions
from contracts.divisions import Divisions
from runtime import log, process, starting
from runtime.clock import Clock, SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.outbox import Relay
from services.escalation.consumer import consumer
from services.escalation.metrics import METRICS
from services.escalation.packs import read_packs
from services.escalation.settings import EscalationSettings
from services.escalation.store.lawbook import LawBook
from services.escalation.worker import Auditor

SCHEMA: Final = "escalation"
TITLE: Final = "Bihuan escalation"


def main(arguments: list[str] | None = None) -> int:
    """Run the process that is asked for until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m services.escalation.main", description=main.__doc__)
    parser.add_argument("process", choices=("api", "worker"))
    wanted = parser.parse_args(arguments).process
    settings = starting.told(EscalationSettings)
    log.configure(f"escalation-{wanted}", settings.log_level)
    starting.wait_for_database(settings, schema=SCHEMA)
    if wanted == "worker":
        starting.wait_for_room(settings.data_dir)
    database = Database(
        settings.database_url.get_secret_value(), schema=SCHEMA, application_name=f"bihuan-escalation-{wanted}"
    )
    if wanted == "api":
        process.run_api(api_app(settings, database, divisions.load()), settings)
    else:
        run_worker(settings, database, divisions.load(), SystemClock(settings.clock_file))
    return 0


def api_app(settings: EscalationSettings, database: Database, table: Divisions) -> FastAPI:
    """The app of the API process; what it alone needs is loaded here, and delays no worker's start."""
    from contracts.pages import PAGES
    from runtime.access import Gate, provider_of
    from runtime.pages import Frame
    from runtime.web import create_app
    from services.escalation.api import calendar, problem_list, proposals
    from services.escalation.api.deciding import Deciding
    from services.escalation.api.routes import routes

    clock = SystemClock(settings.clock_file)
    book = LawBook(read_packs(settings.policies_dir), table)
    deciding = Deciding(database, book, clock)
    frame = Frame(
        package="services.escalation.api", service=SCHEMA, pages=PAGES, addresses=settings.addresses, clock=clock
    )
    return create_app(
        title=TITLE,
        metrics=Metrics(RUNTIME_METRICS),
        gate=Gate(database, SCHEMA, secure=settings.cookie_secure, frame=frame, provider=provider_of(settings, SCHEMA)),
        routers=[
            routes(database, table, book, clock),
            proposals.pages(database, table, book, deciding, frame),
            calendar.pages(database, book, clock, frame),
            problem_list.pages(database, book, frame),
        ],
        checks={"database": database.ping},
    )


def run_worker(settings: EscalationSettings, database: Database, table: Divisions, clock: Clock) -> None:
    """Run the consumer with the relay and the auditor beside it."""
    metrics = Metrics(METRICS)
    book = LawBook(read_packs(settings.policies_dir), table)
    auditor = Auditor(database=database, metrics=metrics, clock=clock, every=timedelta(seconds=settings.audit_seconds))
    process.run_worker(
        settings=settings,
        title=TITLE,
        metrics=metrics,
        consumer=consumer(settings, database, book, metrics, clock),
        beside=[Relay(settings=settings, schema=SCHEMA, metrics=metrics, clock=clock), auditor],
        checks={"database": database.ping},
    )


if __name__ == "__main__":
    sys.exit(main())
