"""Put the routes of notify together."""

from fastapi import FastAPI

from runtime import web
from runtime.clock import Clock
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.pages import Frame
from services.notify.api import letter_templates, letters, notices, switches
from services.notify.exports.library import LARGEST
from services.notify.handlers.letters.office import Office
from services.notify.handlers.people import Counter


def create(*, database: Database, clock: Clock, metrics: Metrics, office: Office, frame: Frame) -> FastAPI:
    """The app of notify's API process; it is ready when the database answers."""
    counter = Counter(database=database, clock=clock)
    return web.create_app(
        title="Bihuan notify",
        metrics=metrics,
        routers=[
            notices.router(database=database, counter=counter),
            switches.router(database=database, clock=clock, counter=counter),
            letters.router(database=database, office=office),
            letter_templates.router(database=database, clock=clock),
            frame.assets(),
        ],
        checks={"database": database.ping},
        body_limits={"/v1/letters": letters.LARGEST_SCAN, "/v1/letter-templates": LARGEST},
    )
