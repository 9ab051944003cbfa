"""Print one order in a process of its own: it may be killed at any moment, and its file is there whole or not at all."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

import msgspec

from contracts import divisions
from runtime import crash, log
from runtime.clock import Clock, SystemClock
from runtime.database import Database
from services.reporting.handlers.reports import BadAskError, NoSuchFormError, Reports, Wish
from services.reporting.packs import charters, formulas
from services.reporting.store import exports
from services.reporting.store.exports import Export

SIGN_EVERY: Final = 2.0
"""Seconds between two words on how far it is."""

PATIENCE: Final = {
    "idle_in_transaction_session_timeout": 120_000,
    "statement_timeout": 300_000,
    "transaction_timeout": 0,
}
"""Milliseconds: rows are printed between two fetches, and a year's history is read at once."""

_logger = log.get(__name__)


class Shop(NamedTuple):
    """What a process needs to print, as it travels from its parent."""

    url: str
    policies: Path | None
    clock_file: Path | None
    log_level: str
    kept: timedelta


class LostTurnError(Exception):
    """Somebody else prints this order by now."""


def begin(shop: Shop, order: Export) -> None:
    """What the process runs: print, and end with its parent."""
    log.configure("reporting-export", shop.log_level)
    crash.leave_with_parent()
    database = Database(
        shop.url, schema="reporting", application_name="bihuan-reporting-export", pool_size=2, timeouts=PATIENCE
    )
    clock = SystemClock(shop.clock_file)
    reports = Reports(database, divisions.load(), clock, charters(shop.policies), formulas(shop.policies))
    try:
        print_order(database, clock, reports, order, kept=shop.kept)
    except LostTurnError:
        _logger.warning("export was taken over by another printer", export=str(order.id))
    finally:
        database.close()


def print_order(database: Database, clock: Clock, reports: Reports, order: Export, *, kept: timedelta) -> None:
    """Print into a file that nobody sees, then keep it and say that it is done in one transaction.

    Raises `LostTurnError`, and whatever is no fault of the order.
    """
    wish = msgspec.convert(order.wish, Wish, strict=False)
    progress = _Progress(database, clock, order.id, order.attempts)
    with tempfile.TemporaryFile(prefix="bihuan-export-") as file:
        try:
            form = reports.seeing(order.tenants).write(wish, order.format, cast("Any", file), told=progress.add)
        except (BadAskError, NoSuchFormError) as error:
            with database.begin() as work:
                exports.fail(work, order.id, order.attempts, error=str(error), now=clock.now())
            return
        now = clock.now()
        with database.begin() as work:
            done = exports.finish(
                work,
                order.id,
                order.attempts,
                name=f"{form.name}.{order.format}",
                rows=progress.rows,
                file=cast("Any", file),
                now=now,
                until=now + kept,
            )
        if not done:
            raise LostTurnError


class _Progress:
    """Counts rows, and says now and then how many there are."""

    def __init__(self, database: Database, clock: Clock, export: UUID, attempt: int) -> None:
        self.rows = 0
        self._database = database
        self._clock = clock
        self._export = export
        self._attempt = attempt
        self._said = clock.monotonic()

    def add(self, rows: int) -> None:
        """So many more are printed."""
        self.rows += rows
        if self._clock.monotonic() - self._said < SIGN_EVERY:
            return
        self._said = self._clock.monotonic()
        with self._database.begin() as work:
            if not exports.move(work, self._export, self._attempt, self.rows, self._clock.now()):
                raise LostTurnError
