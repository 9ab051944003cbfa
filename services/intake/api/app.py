"""Put the routes of intake together."""

from collections.abc import Callable, Sequence

from fastapi import FastAPI

from contracts.divisions import Divisions
from contracts.pages import PAGES
from runtime import web
from runtime.access import Gate, provider_of
from runtime.clock import Clock
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.pages import Frame
from services.intake.api import events, imports, letters, pages
from services.intake.api.events import EventDoor
from services.intake.api.imports import ImportDoor
from services.intake.api.keys import Quotas
from services.intake.api.letters import LetterDoor
from services.intake.api.tip_offs import office, public
from services.intake.core.ledger.mapping import MappingFile
from services.intake.core.quota import Quota
from services.intake.handlers import day_forms
from services.intake.handlers.counting import Counter
from services.intake.handlers.registering import Doorkeeper
from services.intake.handlers.tip_offs import open_desk
from services.intake.settings import IntakeSettings


def create(
    *,
    settings: IntakeSettings,
    database: Database,
    clock: Clock,
    metrics: Metrics,
    doorkeeper: Doorkeeper,
    mapping_named: Callable[[str], MappingFile | None],
    mappings: Callable[[], Sequence[str]],
    divisions: Divisions,
) -> FastAPI:
    """The app of intake's API process; it is ready when the database answers."""
    counter = Counter(metrics)
    quota = Quota(per_second=settings.http_events_per_second, burst=settings.http_burst)
    event_door = EventDoor(database=database, doorkeeper=doorkeeper, clock=clock, quotas=Quotas(quota), counter=counter)
    letter_door = LetterDoor(database=database, doorkeeper=doorkeeper, clock=clock, counter=counter)
    import_door = ImportDoor(
        database=database,
        doorkeeper=doorkeeper,
        clock=clock,
        counter=counter,
        mapping_named=mapping_named,
        day_charters=day_forms.charters(settings.policies_dir),
    )
    tip_offs = open_desk(settings, database, clock, doorkeeper, divisions)
    visitors = public.Visitors(database, clock, settings.client_address_header, tip_offs.vault)
    public_door = public.PublicDoor(tip_offs, visitors, divisions, doorkeeper.committees)
    frame = Frame(
        package="services.intake.api", service="intake", pages=PAGES, addresses=settings.addresses, clock=clock
    )
    return web.create_app(
        title="Bihuan intake",
        metrics=metrics,
        gate=Gate(
            database, "intake", secure=settings.cookie_secure, frame=frame, provider=provider_of(settings, "intake")
        ),
        routers=[
            events.router(event_door),
            letters.router(letter_door),
            imports.router(import_door),
            public.router(public_door),
            pages.pages(letter_door, import_door, mappings, divisions, frame),
            public.pages(public_door, frame),
            office.pages(tip_offs, frame),
        ],
        checks={"database": database.ping},
        body_limits={"/v1/imports": imports.BODY_LIMIT, "/imports": imports.BODY_LIMIT, "/tip-off": public.PAGE_LIMIT},
    )
