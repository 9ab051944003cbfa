"""A service of two routes, run as a program of its own by the tests of the processes."""

import time

from fastapi import APIRouter

from runtime import log, process, web
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.settings import ProcessSettings

router = APIRouter()


@router.get("/slow")
def slow() -> dict[str, str]:
    """Answers after a second and a half."""
    time.sleep(1.5)  # so that a stop meets an answer under way
    return {"answer": "slow"}


@router.get("/hang")
def hang() -> None:
    """Does not answer while anybody waits."""
    time.sleep(600)  # longer than a stop waits


if __name__ == "__main__":
    settings = ProcessSettings()
    log.configure("test", settings.log_level)
    process.run_api(web.create_app(title="test", metrics=Metrics(RUNTIME_METRICS), routers=[router]), settings)
