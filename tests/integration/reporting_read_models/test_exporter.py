"""One worker exports the gauges; they say what the rows say, and a sum that is wrong is seen."""

from datetime import timedelta

import pytest

from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.reporting.handlers.applying import ReadModels
from services.reporting.metrics import REPORTING_METRICS
from services.reporting.worker.exporting import Exporter
from tests.integration.reporting_api.sample import NOW, sample
from tests.integration.reporting_read_models.log import batches
from tests.unit.services.reporting.facts import at


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def exporter(database: Database, clock: ManualClock, owner: str) -> tuple[Exporter, Metrics]:
    metrics = Metrics(REPORTING_METRICS)
    made = Exporter(
        database=database,
        metrics=metrics,
        clock=clock,
        owner=owner,
        every=timedelta(seconds=15),
        checked_every=timedelta(minutes=5),
    )
    return made, metrics


def test_gauges_say_what_the_rows_say(database: Database, models: ReadModels, clock: ManualClock) -> None:
    """Open by level, overdue, the oldest, decisions by level and rule, and the moment."""
    one, metrics = exporter(database, clock, "one")
    with database.begin() as work:
        models.handle(work, batches(sample()))

    one.refresh()

    county = {"county": "331081"}
    assert (3, 1, 2) == (
        metrics.value("open_cases", **county, severity="general"),
        metrics.value("open_cases", **county, severity="major"),
        metrics.value("overdue_cases", **county),
    )
    assert at("2023-05-16 00:00").timestamp() == metrics.value("overdue_oldest_timestamp_seconds", **county)
    assert (2, 1, 0) == (
        metrics.value("escalations_total", level="town", rule="overdue"),
        metrics.value("escalations_total", level="town", rule="major_hazard"),
        metrics.value("escalations_total", level="city", rule="overdue"),
    )
    assert at("2023-06-01 11:59").timestamp() == metrics.value("reporting_as_of_timestamp_seconds")


def test_a_second_reading_counts_nothing_twice(database: Database, models: ReadModels, clock: ManualClock) -> None:
    """The counter follows the table."""
    one, metrics = exporter(database, clock, "one")
    with database.begin() as work:
        models.handle(work, batches(sample()))

    one.refresh()
    one.refresh()

    assert 2 == metrics.value("escalations_total", level="town", rule="overdue")


def test_only_the_holder_of_the_lease_exports(database: Database, models: ReadModels, clock: ManualClock) -> None:
    """The second stands by and says nothing; when the first loses the lease it falls silent and the other speaks."""
    one, ones = exporter(database, clock, "one")
    two, twos = exporter(database, clock, "two")
    with database.begin() as work:
        models.handle(work, batches(sample()))
    one.refresh()
    two.refresh()

    assert (1, 0) == (ones.value("reporting_exporter_active"), twos.value("reporting_exporter_active"))
    assert b"bihuan_open_cases{" not in twos.expose()

    with database.begin() as work:
        work.connection.execute("UPDATE exporter SET until = now() - interval '1 second'")
    two.refresh()
    one.refresh()

    assert (0, 1) == (ones.value("reporting_exporter_active"), twos.value("reporting_exporter_active"))
    assert b"bihuan_open_cases{" not in ones.expose()
    assert 2 == twos.value("overdue_cases", county="331081")


def test_a_wrong_sum_is_seen_at_the_next_check(database: Database, models: ReadModels, clock: ManualClock) -> None:
    """Not at every reading, but within five minutes."""
    one, metrics = exporter(database, clock, "one")
    with database.begin() as work:
        models.handle(work, batches(sample()))
    one.refresh()
    with database.begin() as work:
        work.connection.execute("UPDATE tally SET hazards = hazards + 1 WHERE state = 'closed'")

    one.refresh()
    assert 0 == metrics.value("reporting_total_mismatch")
    clock.advance(300)
    one.refresh()

    assert 1 == metrics.value("reporting_total_mismatch")


def test_a_county_without_overdue_hazards_shows_zero(
    database: Database, models: ReadModels, clock: ManualClock
) -> None:
    """Zero, never a series that is missing."""
    one, metrics = exporter(database, clock, "one")
    with database.begin() as work:
        models.handle(work, batches(sample()))
    one.refresh()
    with database.begin() as work:
        work.connection.execute("TRUNCATE hazard, tally")

    one.refresh()

    assert b'bihuan_overdue_cases{county="331081"} 0.0' in metrics.expose()
    assert b'bihuan_overdue_oldest_timestamp_seconds{county="331081"} 0.0' in metrics.expose()
