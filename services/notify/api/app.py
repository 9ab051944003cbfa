"""Put the routes of notify together."""

from collections.abc import Mapping

from fastapi import APIRouter, FastAPI

from contracts.divisions import Divisions
from runtime import web
from runtime.access import Gate
from runtime.access.provider import Provider
from runtime.clock import Clock
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.pages import Frame
from services.notify.api import alerts, letter_templates, letters, notices, publications, switches
from services.notify.api.pages import letters as letter_pages
from services.notify.api.pages import outbox, receipts, roster, silences
from services.notify.api.restricted import guarded
from services.notify.exports.library import LARGEST
from services.notify.handlers.alarming import AlarmDesk
from services.notify.handlers.letters.office import Office
from services.notify.handlers.people import Counter


def create(
    *,
    database: Database,
    divisions: Divisions,
    clock: Clock,
    metrics: Metrics,
    office: Office,
    frame: Frame,
    alarms: AlarmDesk,
    roles: Mapping[str, str],
    alerts_token: str = "",
    cookie_secure: bool = True,
    provider: Provider | None = None,
) -> FastAPI:
    """The app of notify's API process; it is ready when the database answers."""
    counter = Counter(database=database, clock=clock)
    return web.create_app(
        title="Bihuan notify",
        metrics=metrics,
        gate=Gate(database, "notify", secure=cookie_secure, frame=frame, provider=provider),
        routers=[
            alerts.router(alarms=alarms, token=alerts_token),
            notices.router(database=database, counter=counter),
            switches.router(database=database, divisions=divisions, clock=clock, counter=counter),
            letters.router(database=database, office=office),
            letter_templates.router(database=database, clock=clock),
            publications.router(database=database, office=office),
            *_pages(
                database=database,
                divisions=divisions,
                clock=clock,
                counter=counter,
                office=office,
                frame=frame,
                roles=roles,
            ),
        ],
        checks={"database": database.ping},
        body_limits={
            "/v1/letters": letters.LARGEST_SCAN,
            "/roster": roster.LARGEST + 100_000,
            "/letters": letters.LARGEST_SCAN + 100_000,
            "/v1/letter-templates": LARGEST,
        },
    )


def _pages(
    *,
    database: Database,
    divisions: Divisions,
    clock: Clock,
    counter: Counter,
    office: Office,
    frame: Frame,
    roles: Mapping[str, str],
) -> tuple[APIRouter, ...]:
    """The pages of this service: those of people who are signed in, those behind a link, those for everybody."""
    inner, linked = frame.router(), frame.router()
    inner.dependencies.append(guarded(database))
    outbox.add(inner, database=database, divisions=divisions, counter=counter, frame=frame, clock=clock)
    roster.add(inner, database=database, divisions=divisions, roles=roles, frame=frame, clock=clock)
    silences.add(inner, database=database, divisions=divisions, frame=frame, clock=clock)
    letter_pages.add(inner, database=database, office=office, frame=frame)
    receipts.add(linked, database=database, office=office, frame=frame, clock=clock)
    publications.add(linked, database=database, office=office, frame=frame)
    return inner, linked
