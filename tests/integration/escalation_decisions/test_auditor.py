"""The auditor sees what must not be: open cases that nobody will look at again."""

from datetime import timedelta

import pytest

from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.handlers import EscalationHandler
from services.escalation.store import facts
from services.escalation.worker import Auditor
from tests.integration.escalation_decisions.log import Log, read, rows
from tests.unit.services.escalation.stories import moment, report


@pytest.fixture
def auditor(database: Database, metrics: Metrics, clock: ManualClock) -> Auditor:
    """The auditor under test."""
    return Auditor(database=database, metrics=metrics, clock=clock, every=timedelta(seconds=60))


@pytest.fixture(autouse=True)
def _open_hazard(database: Database, handler: EscalationHandler) -> None:
    """One hazard with its clock armed, at a frontier of 12:00."""
    read(
        database, handler, Log().tick(moment("05-08 12:00")).hear(report("05-08 09:00"), moment("05-08 12:05")).records
    )


def test_an_armed_case_is_in_order(auditor: Auditor, metrics: Metrics) -> None:
    """The gauge stands at zero."""
    auditor.look()

    assert metrics.value("cases_without_clock") == 0


def test_a_lost_clock_is_seen(auditor: Auditor, metrics: Metrics, database: Database) -> None:
    """The case says that it waits for a clock, and there is none."""
    with database.begin() as work:
        work.connection.execute("DELETE FROM deadline")

    auditor.look()

    assert metrics.value("cases_without_clock") == 1


def test_a_case_that_waits_for_nothing_is_seen(auditor: Auditor, metrics: Metrics, database: Database) -> None:
    """Open, without a clock and without a reason."""
    with database.begin() as work:
        work.connection.execute("UPDATE case_file SET waits = '', next_at = NULL WHERE kind = 'hazard'")

    auditor.look()

    assert metrics.value("cases_without_clock") == 1


def test_time_that_stands_still_is_seen(auditor: Auditor, metrics: Metrics, clock: ManualClock) -> None:
    """The lag is measured against the slot that is furthest behind."""
    clock.advance(to=moment("05-08 12:30"))

    auditor.look()

    assert metrics.value("escalation_frontier_lag_seconds") == 1800


def test_there_is_room_for_next_month(auditor: Auditor, clock: ManualClock, database: Database) -> None:
    """Before its first fact comes."""
    clock.advance(to=moment("2024-01-20 12:00"))

    auditor.look()

    names = [name for (name,) in rows(database, "SELECT relname FROM pg_class WHERE relname ~ '^fact_2024_..$'")]
    assert sorted(names) == ["fact_2024_01", "fact_2024_02"]
    assert facts.month_of(moment("2024-02-01 07:59")) == (2024, 1)
