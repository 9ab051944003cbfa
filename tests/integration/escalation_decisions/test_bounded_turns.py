"""However many deadlines fall due at once and however slow the machine is, no transaction outlasts the database's patience."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

import pytest

from contracts.decisions import Decision
from contracts.topics import HAZARD_FACTS
from runtime.clock import Clock, SystemClock
from runtime.database import Database
from runtime.errors import Unavailable
from runtime.metrics import Metrics
from runtime.streams import Record, SlotBatch
from runtime.testing import ManualClock
from services.escalation.core.case import CaseKey, Cases
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from tests.integration.escalation_decisions.log import FAR, Log, announced, read, reference, rows
from tests.unit.services.escalation.stories import law_of, moment, report

HAZARDS = 40
PATIENCE = 0.4  # seconds for which this database waits for a transaction that says nothing
A_DEADLINE = 0.005  # seconds that one takes on this machine: all two hundred take more than twice the patience
KNOWN, LATER = moment("05-08 10:00"), moment("05-30")


class SlowEngine(Engine):
    """Decides what the engine decides, as a machine does that has much else to do."""

    def pass_deadline(self, key: CaseKey, at: datetime, cases: Cases) -> list[Decision]:
        """Late."""
        time.sleep(A_DEADLINE)  # a turn is bounded by time: it has to pass
        return super().pass_deadline(key, at, cases)


class TickingClock(ManualClock):
    """Every look at it takes a second."""

    def monotonic(self) -> float:
        """One more than at the last look."""
        self.advance(1.0)
        return super().monotonic()


@pytest.fixture
def impatient(database: Database, database_url: str) -> Iterator[Database]:
    """The same tables behind a database that ends what is idle within a transaction."""
    timeouts = {"idle_in_transaction_session_timeout": int(PATIENCE * 1000)}
    made = Database(database_url, schema=database.schema, application_name="test", timeouts=timeouts)
    yield made
    made.close()


def handler(engine: Engine, metrics: Metrics, clock: Clock, seconds: float) -> EscalationHandler:
    return EscalationHandler(engine, metrics, clock, deadlines_at_once=4000, seconds_at_once=seconds)


def storm() -> Log:
    """Forty hazards whose five clocks each let one tick pass."""
    log = Log()
    for number in range(HAZARDS):
        log.hear(report("05-08 09:00", f"H-{number}"), KNOWN)
    return log.tick(LATER)


def work_off(
    database: Database, one: EscalationHandler, records: Sequence[Record], after: Callable[[], None] = lambda: None
) -> tuple[int, int]:
    """Apply one slot's records as the consumer does, again after each failure: transactions committed, and failed."""
    left, committed, failed = list(records), 0, 0
    while left:
        try:
            with database.begin() as work:
                stays = one.handle(work, [SlotBatch(HAZARD_FACTS, left[0].slot, tuple(left), 1)])
        except Unavailable:
            failed += 1
            assert failed < 100, "it fails again and again"
            continue
        committed += 1
        after()
        until = stays.get((HAZARD_FACTS, left[0].slot), FAR)
        left = [record for record in left if record.offset >= until]
    return committed, failed


def equal_to_core(database: Database, engine: Engine, log: Log) -> bool:
    return announced(database) == reference(engine, log.records)[0]


def test_a_storm_is_worked_off_in_time(impatient: Database, engine: Engine, metrics: Metrics) -> None:
    """All deadlines in one transaction are more than the database waits for: it takes a few at a time."""
    log = storm()
    slow = SlowEngine(law_of("wenling-2023"))

    committed, _ = work_off(impatient, handler(slow, metrics, SystemClock(), PATIENCE / 4), log.records)

    assert committed > 5
    assert equal_to_core(impatient, engine, log)
    assert rows(impatient, "SELECT count(*) FROM deadline WHERE fire_at <= %s", LATER) == [(0,)]


def test_what_was_too_much_comes_again_smaller(impatient: Database, engine: Engine, metrics: Metrics) -> None:
    """Where the clock says nothing (it stands still), the database's refusal does: half as much, until it is committed."""
    log = storm()
    slow = SlowEngine(law_of("wenling-2023"))
    one = handler(slow, metrics, ManualClock(KNOWN), PATIENCE / 4)

    _, failed = work_off(impatient, one, log.records)

    assert failed >= 1
    assert equal_to_core(impatient, engine, log)


def test_facts_are_bounded_as_deadlines_are(database: Database, engine: Engine, metrics: Metrics) -> None:
    """A backlog of reports: each transaction ends when its time is over, at any record, and the next goes on there."""
    log = storm()
    stored: list[int] = []

    def look() -> None:
        stored.append(rows(database, "SELECT count(*) FROM case_file WHERE kind = 'hazard'")[0][0])

    work_off(database, handler(engine, metrics, TickingClock(KNOWN), 8.0), log.records, look)

    assert stored[0] < HAZARDS
    assert all(later - earlier < HAZARDS for earlier, later in pairwise(stored))
    assert equal_to_core(database, engine, log)


def test_no_slot_waits_for_the_backlog_of_another(database: Database, engine: Engine, metrics: Metrics) -> None:
    """Whose turn did not come is first in the next transaction."""
    small, large = Log("330300"), storm()
    small.hear(report("05-08 09:00", "H-1", tenant="330302", committee="330300"), KNOWN)
    law = law_of("wenling-2023", "wenzhou-2020")
    one = handler(Engine(law), metrics, TickingClock(KNOWN), 3.0)
    batches = [SlotBatch(HAZARD_FACTS, log.slot, tuple(log.records), 1) for log in (large, small)]

    with database.begin() as work:
        first = one.handle(work, batches)
    with database.begin() as work:
        second = one.handle(work, [batches[0], batches[1]])

    assert first[HAZARD_FACTS, small.slot] == 0, "its turn did not come"
    assert (HAZARD_FACTS, small.slot) not in second, "then it came first"


def test_a_transaction_takes_on_no_more_records_than_it_can_do(
    database: Database, engine: Engine, metrics: Metrics
) -> None:
    """A thousand records wait: the first transaction reads half of them, and nothing is lost."""
    log = Log()
    for number in range(1000):
        site = {"id": f"S-{number}", "name": "示范机械厂", "address": "示范路1号", "kind": "unit", "sector": "工贸"}
        log.hear(report("05-08 09:00", f"H-{number}", site=site), KNOWN)
    one = handler(engine, metrics, ManualClock(KNOWN), 2.0)

    transactions = read(database, one, log.records)

    assert transactions == 2
    assert rows(database, "SELECT count(*) FROM case_file WHERE kind = 'hazard'") == [(1000,)]
