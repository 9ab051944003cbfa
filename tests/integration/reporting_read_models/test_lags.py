"""How long news took is counted by stage, once it is committed, and never for what was imported as history."""

from datetime import timedelta

import msgspec
import pytest

from contracts.divisions import Divisions
from contracts.vocabulary import NoticeState, Status
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.reporting.core.lags import STAGES
from services.reporting.handlers.applying import ReadModels
from services.reporting.handlers.lagging import Lags
from services.reporting.metrics import REPORTING_METRICS
from tests.integration.reporting_read_models.log import batches, decided, records, told
from tests.unit.services.reporting.facts import at, reported

NOW = at("2023-05-21 00:01")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(REPORTING_METRICS)


@pytest.fixture
def counted(divisions: Divisions, metrics: Metrics) -> ReadModels:
    return ReadModels(divisions, lags=Lags(metrics, ManualClock(NOW)))


def shown(metrics: Metrics) -> dict[str, tuple[float, float]]:
    """(how many, seconds together) of each stage."""
    lines = dict(line.rsplit(" ", 1) for line in metrics.expose().decode().splitlines() if not line.startswith("#"))
    name = "bihuan_pipeline_lag_seconds"
    return {
        stage: (float(lines[f'{name}_count{{stage="{stage}"}}']), float(lines[f'{name}_sum{{stage="{stage}"}}']))
        for stage in STAGES
    }


def test_every_stage_has_its_seconds(database: Database, counted: ReadModels, metrics: Metrics) -> None:
    """Recorded at 20:00 and accepted a minute later; decided 5 s after it was known, told after 40, shown after 4 hours."""
    fact = reported(at("2023-05-20 20:00"), hazard_id="H-1")
    fact = msgspec.structs.replace(fact, recordedtime=fact.time, acceptedtime=fact.time + timedelta(minutes=1))
    history = msgspec.structs.replace(fact, id="old", historic=True)
    decision = decided("H-1", Status.RAISED, at("2023-05-21 00:00"), number=1)
    facts = [fact, history, decision]
    with database.begin() as work:
        counted.handle(work, batches(records(facts)))
    delivered = told(
        "overdue-first-H-1", NoticeState.DELIVERED, at("2023-05-21 00:00") + timedelta(seconds=40), number=2
    )
    with database.begin() as work:
        counted.handle(work, batches(records([delivered])))

    assert shown(metrics) == {
        "accepted": (1, 60),
        "decided": (1, 5),
        "told": (1, 40),
        "shown": (1, 4 * 3600),
    }


def test_what_is_rolled_back_was_never_shown(database: Database, counted: ReadModels, metrics: Metrics) -> None:
    """Every stage is there from the start, at zero."""
    with pytest.raises(ZeroDivisionError), database.begin() as work:  # noqa: PT012 (the block is what breaks)
        counted.handle(work, batches(records([reported(hazard_id="H-1")])))
        _ = 1 / 0

    assert shown(metrics) == dict.fromkeys(STAGES, (0, 0))
