"""Cases that stay in memory from one transaction to the next: nobody can tell from what is decided or stored."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.topics import HAZARD_FACTS
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.streams import SlotBatch
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from tests.integration.escalation_decisions.conftest import MakeHandler, emptied
from tests.integration.escalation_decisions.log import CutOff, Log, announced, read, reference
from tests.integration.escalation_decisions.test_equal_to_core import SLOW, START, Told, cases_of, log_of, told
from tests.unit.services.escalation.stories import fact, moment, report

RECTIFIED = fact("hazard.rectified", "05-19", hazard_id="H-1", by="u1")


def opened(metrics: Metrics, came_from: str) -> float:
    return metrics.value("escalation_cases_opened_total", came_from=came_from)


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(facts=told(), size=st.integers(1, 6), cut=st.sets(st.integers(0, 30), max_size=8), turns=st.lists(st.booleans()))
def test_rollbacks_and_other_owners_change_nothing(
    database_url: str,
    database: Database,
    engine: Engine,
    make_handler: MakeHandler,
    facts: list[Told],
    size: int,
    cut: set[int],
    turns: list[bool],
) -> None:
    """Two workers own the slot in turn, each under the next epoch, and transactions are rolled back at their end."""
    emptied(database_url)
    log = log_of(facts, until=START + timedelta(days=40))
    workers = make_handler(3), make_handler(3)
    share = len(log.records) // (len(turns) + 1) + 1

    for turn, second in enumerate([*turns, False]):
        read(database, workers[second], log.records[turn * share : (turn + 1) * share], size, epoch=turn + 1, cut=cut)

    decisions, cases = reference(engine, log.records)
    assert announced(database) == decisions
    assert cases_of(database) == {str(key): case for key, case in cases.cases.items()}


def test_what_is_kept_is_not_read_again(database: Database, handler: EscalationHandler, metrics: Metrics) -> None:
    """The next news of a hazard finds it in memory, and its site too."""
    read(database, handler, Log().hear(report("05-08"), moment("05-08")).records)
    before = opened(metrics, "database")

    read(database, handler, Log().hear(RECTIFIED, moment("05-19")).records)

    assert opened(metrics, "memory") == 2
    assert opened(metrics, "database") == before


@pytest.mark.parametrize("epoch", [1, 2])
def test_what_was_rolled_back_is_read_again(
    database: Database, handler: EscalationHandler, metrics: Metrics, epoch: int
) -> None:
    """A batch that was not committed leaves nothing in memory, and neither does another epoch."""
    read(database, handler, Log().hear(report("05-08"), moment("05-08")).records)
    second = Log().hear(RECTIFIED, moment("05-19"))
    if epoch == 1:
        with suppress(CutOff), database.begin() as work:
            handler.handle(work, [SlotBatch(HAZARD_FACTS, second.slot, tuple(second.records), 1)])
            raise CutOff
    before = opened(metrics, "memory")

    read(database, handler, second.records, epoch=epoch)

    assert opened(metrics, "memory") == before
    assert opened(metrics, "database") > 0
