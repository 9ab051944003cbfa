"""Put the routes of notify together."""

from fastapi import FastAPI

from runtime import web
from runtime.clock import Clock
from runtime.database import Database
from runtime.metrics import Metrics
from services.notify.api import notices, switches
from services.notify.handlers.people import Counter


def create(*, database: Database, clock: Clock, metrics: Metrics) -> FastAPI:
    """The app of notify's API process; it is ready when the database answers."""
    counter = Counter(database=database, clock=clock)
    return web.create_app(
        title="Bihuan notify",
        metrics=metrics,
        routers=[
            notices.router(database=database, counter=counter),
            switches.router(database=database, clock=clock, counter=counter),
        ],
        checks={"database": database.ping},
    )
