"""Build and run one of the two processes of intake: `python -m services.intake.main api|worker`."""

import argparse
import sys
from datetime import timedelta
from typing import Final
from zlib import crc32

from fastapi import FastAPI

from contracts import divisions
from contracts.divisions import Divisions
from contracts.topics import HAZARD_FACTS, TICK_SOURCE
from policies import files
from runtime import broker, log, process, starting
from runtime.clock import Clock, SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.outbox import Relay, Ticks
from runtime.streams import BatchConsumer
from services.intake.api import app
from services.intake.consumer import InspectionHandler
from services.intake.core.committees import Committees
from services.intake.core.ledger.mapping import MappingFile, parse_mapping
from services.intake.handlers.counting import Counter
from services.intake.handlers.registering import Doorkeeper
from services.intake.handlers.tip_offs import open_desk
from services.intake.metrics import INTAKE_METRICS
from services.intake.settings import IntakeSettings
from services.intake.store import days, sources
from services.intake.worker.backlog import Backlog
from services.intake.worker.ticking import TickValue
from services.intake.worker.upkeep import Upkeep

SCHEMA: Final = "intake"
TITLE: Final = "Bihuan intake"
GROUP: Final = "intake"


def main(arguments: list[str] | None = None) -> int:
    """Run the process that is asked for until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m services.intake.main", description=main.__doc__)
    parser.add_argument("process", choices=("api", "worker"))
    wanted = parser.parse_args(arguments).process
    settings = starting.told(IntakeSettings)
    log.configure(f"intake-{wanted}", settings.log_level)
    starting.wait_for_database(settings, schema=SCHEMA)
    if wanted == "worker":
        starting.wait_for_room(settings.data_dir)
    database = Database(
        settings.database_url.get_secret_value(), schema=SCHEMA, application_name=f"bihuan-intake-{wanted}"
    )
    table = divisions.load()
    committees = Committees(table, files.roots(settings.policies_dir))
    clock = SystemClock(settings.clock_file)
    metrics = Metrics([*RUNTIME_METRICS, *INTAKE_METRICS])
    if wanted == "api":
        process.run_api(api_app(settings, database, table, clock, metrics), settings)
    else:
        doorkeeper = Doorkeeper(divisions=table, committees=committees, clock=clock)
        run_worker(settings, database, clock, metrics, doorkeeper, committees)
    return 0


def api_app(settings: IntakeSettings, database: Database, table: Divisions, clock: Clock, metrics: Metrics) -> FastAPI:
    """The app of the API process."""
    committees = Committees(table, files.roots(settings.policies_dir))
    return app.create(
        settings=settings,
        database=database,
        clock=clock,
        metrics=metrics,
        doorkeeper=Doorkeeper(divisions=table, committees=committees, clock=clock),
        mapping_named=lambda name: mapping_named(settings, name),
        mappings=lambda: mapping_names(settings),
        divisions=table,
    )


def mapping_named(settings: IntakeSettings, name: str) -> MappingFile | None:
    """Read a mapping of the policies' folder as it is now; None where there is none of that name."""
    known = {path.stem: path for path in (files.folder(settings.policies_dir) / "mappings").glob("*.yaml")}
    return parse_mapping(files.read(known[name])) if name in known else None


def mapping_names(settings: IntakeSettings) -> list[str]:
    """The names of the mappings of the policies' folder as it is now."""
    return sorted(path.stem for path in (files.folder(settings.policies_dir) / "mappings").glob("*.yaml"))


def run_worker(
    settings: IntakeSettings,
    database: Database,
    clock: SystemClock,
    metrics: Metrics,
    doorkeeper: Doorkeeper,
    committees: Committees,
) -> None:
    """Run the Kafka door with the relay and the upkeep beside it, for the sources that are registered now."""
    counter = Counter(metrics)
    with database.begin() as work:
        topics = sources.load(work).topics
        counter.remember(days.last_heard(work))
    handler = InspectionHandler(topics=topics, doorkeeper=doorkeeper, clock=clock, counter=counter)
    backlog = Backlog(
        database=database,
        topics=topics,
        open_reader=lambda: broker.consumer(settings, client_id="intake-backlog"),
        partition=broker.Partition,
    )
    value = TickValue(
        database=database,
        backlog=backlog,
        clock=clock,
        metrics=metrics,
        grace=timedelta(seconds=settings.grace_seconds),
        guarded=settings.clock_guard == "on" or (settings.clock_guard == "auto" and settings.clock_file is None),
    )
    relay = Relay(
        settings=settings,
        schema=SCHEMA,
        metrics=metrics,
        ticks=Ticks(topic=HAZARD_FACTS, source=TICK_SOURCE, value=value, every=settings.tick_seconds),
        clock=clock,
    )
    upkeep = Upkeep(
        database=database,
        clock=clock,
        metrics=metrics,
        counter=counter,
        topics=topics,
        roots=committees.roots,
        remember=timedelta(days=settings.remember_days),
        forget=open_desk(settings, database, clock, doorkeeper, divisions.load()).expire,
    )
    # A static member that comes back with other topics is given its old slots by the broker; another group is not.
    group = f"{GROUP}-{crc32(' '.join(topics).encode()):08x}"
    process.run_worker(
        settings=settings,
        title=TITLE,
        metrics=metrics,
        consumer=BatchConsumer(
            settings=settings, database=database, handler=handler, group=group, metrics=metrics, clock=clock
        ),
        beside=[relay, upkeep],
        checks={"database": database.ping},
    )


if __name__ == "__main__":
    sys.exit(main())
