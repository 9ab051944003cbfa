"""A long history is rebuilt by several processes: the same rows as by one, and nothing at all when one of them dies."""

import os
import signal
from collections.abc import Iterable
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from typing import Any

import pytest

from contracts.divisions import Divisions
from runtime.database import Database
from runtime.testing import eventually
from services.reporting.handlers import rebuilding
from services.reporting.handlers.applying import ReadModels
from services.reporting.handlers.rebuilding import Rebuilder
from services.reporting.store import hazards
from tests.integration.reporting_read_models.log import batches, records
from tests.integration.reporting_read_models.test_past import snapshot
from tests.unit.services.reporting.facts import at, follow, reported

HAZARDS = 12


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A history of a dozen hazards is long."""
    monkeypatch.setattr(rebuilding, "CHUNK", 1)
    monkeypatch.setattr(rebuilding, "SHORT", 2)


@pytest.fixture
def filled(database: Database, models: ReadModels) -> Database:
    """Hazards, every other one closed, and one whose report was corrected twice."""
    facts: list[Any] = []
    for number in range(HAZARDS):
        moment, name = at("2023-05-08 09:00"), f"H-{number}"
        facts.append(reported(moment, event_id=f"r{number}", hazard_id=name, sector="消防" if number % 3 else "工贸"))
        if number % 2:
            facts.append(follow("closed", at("2023-05-19 09:00"), event_id=f"c{number}", hazard_id=name))
    facts.append(reported(at("2023-05-20 09:00"), event_id="x1", hazard_id="H-4", correction="r4", category="错"))
    facts.append(reported(at("2023-05-21 09:00"), event_id="x2", hazard_id="H-4", correction="x1", category="对"))
    with database.begin() as work:
        models.handle(work, batches(records(facts)))
    return database


def test_several_processes_build_what_one_builds(filled: Database, divisions: Divisions, database_url: str) -> None:
    """Rows, texts and sums, after everything had been thrown away."""
    sound = snapshot(filled)
    with filled.begin() as work:
        work.connection.execute("TRUNCATE hazard, hazard_text, tally, flow, cause")

    rebuilt = Rebuilder(database_url, divisions, processes=2).run()

    assert HAZARDS == rebuilt.hazards
    assert sound == snapshot(filled)
    with filled.begin() as work:
        assert hazards.mismatch(work) == 0


def test_a_process_that_is_killed_ends_the_rebuild_and_changes_nothing(
    filled: Database, divisions: Divisions, database_url: str
) -> None:
    """No row is served that was built by half; the next rebuild works; no process is left."""
    before = snapshot(filled)
    killed: list[int] = []

    def kill(stage: str, _done: int) -> None:
        if stage == "hazards" and not killed:
            killed.extend(child.pid for child in active_children() if child.pid)
            os.kill(killed[0], signal.SIGKILL)

    with pytest.raises(BrokenProcessPool):
        Rebuilder(database_url, divisions, processes=2, say=kill).run()

    assert killed
    assert before == snapshot(filled)
    eventually(lambda: not alive(killed))
    assert HAZARDS == Rebuilder(database_url, divisions, processes=2).run().hazards


def alive(pids: Iterable[int]) -> list[int]:
    """Those processes that are still there."""
    return [pid for pid in pids if os.path.exists(f"/proc/{pid}")]  # noqa: PTH110 (a process, not a file)


def test_the_sums_are_compared_cell_by_cell(filled: Database) -> None:
    """Two errors that make up for each other are two errors: the gauge sees them."""
    with filled.begin() as work:
        work.connection.execute(
            """INSERT INTO flow (committee, province, city, county, tenant, day, reported, open, overdue, closed, in_time, late)
            SELECT committee, province, city, county, tenant, day + 1, 1, 0, 0, 0, 0, 0 FROM flow WHERE reported > 0 LIMIT 1"""
        )
        work.connection.execute(
            "UPDATE flow SET reported = reported - 1 WHERE ctid = (SELECT ctid FROM flow WHERE reported > 1 LIMIT 1)"
        )
        assert hazards.mismatch(work) == 2
