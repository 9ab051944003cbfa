"""Cases whose stored shape this code does not know are folded again from their facts, and corrections find theirs."""

import msgspec
import pytest

from runtime.database import Database
from runtime.metrics import Metrics
from services.escalation.core.case import decode_case
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from tests.integration.escalation_decisions.conftest import MakeHandler
from tests.integration.escalation_decisions.log import Log, activated, announced, read, reference, rows
from tests.unit.services.escalation.stories import fact, moment, report, said


def long_log() -> Log:
    """Two hazards of one site with decisions of their own, of the site and of the committee's obligations."""
    log = Log()
    log.hear(activated(log.committee, moment("04-28")), moment("04-28"))
    log.hear(report("05-08 09:00", inspection_id="I-1"), moment("05-08 09:05")).tick(moment("05-08 09:01"))
    log.hear(report("05-10 09:00", "H-2", level="major", inspection_id="I-2"), moment("05-10 09:05"))
    log.tick(moment("05-22"))
    log.hear(fact("hazard.rectified", "05-22 09:00", hazard_id="H-1", by="u1"), moment("05-22 09:05"))
    log.hear(fact("hazard.closed", "05-22 10:00", hazard_id="H-1"), moment("05-22 10:05"))
    log.tick(moment("06-20"))
    log.hear(report("06-21 09:00", "H-3", inspection_id="I-3"), moment("06-21 09:05"))
    owed = fact(
        "obligation.fulfilled", "06-21 10:00", obligation="half_year_report", unit="331081003", period="2023-H1"
    )
    return log.hear(owed, moment("06-21 10:05")).tick(moment("07-20"))


@pytest.mark.parametrize("cut", range(2, 11))
def test_a_case_of_another_shape_is_folded_again(
    database: Database, engine: Engine, make_handler: MakeHandler, metrics: Metrics, cut: int
) -> None:
    """Whenever the shape changes, the records that follow are the same, and what was decided stays decided."""
    log = long_log()
    read(database, make_handler(), log.records[:cut])
    with database.begin() as work:
        work.connection.execute("UPDATE case_file SET state_version = 0, state = 'another shape'")

    read(database, make_handler(), log.records[cut:])

    expected, cases = reference(engine, log.records)
    assert announced(database) == expected
    stored = rows(database, "SELECT state FROM case_file WHERE state_version > 0 AND kind IN ('hazard', 'obligation')")
    for case in map(decode_case, (state for (state,) in stored)):
        kept = cases.cases[case.key]
        assert (case.facts, case.inputs, case.ledger, case.next_at) == (
            kept.facts, kept.inputs, kept.ledger, kept.next_at,
        )  # fmt: skip
    assert metrics.value("escalation_refolds_total") > 0


@pytest.mark.parametrize("size", [1, 100])
def test_a_correction_that_voids_finds_its_case(
    database: Database, engine: Engine, handler: EscalationHandler, size: int
) -> None:
    """It names the event alone, in the same batch or long afterwards."""
    log = Log().hear(report("05-08 09:00", level="major", id_="R-1"), moment("05-08 09:05"))
    voided = msgspec.structs.replace(fact("hazard.reported", "05-08 11:00", id_="C-1"), correction="R-1")
    log.hear(voided, moment("05-08 11:05"))

    read(database, handler, log.records, size)

    told = said(announced(database), "major_hazard")
    assert told == ["major_hazard proposed 05-08 09:00", "major_hazard retracted 05-08 11:05"]
    assert announced(database) == reference(engine, log.records)[0]
    assert rows(database, "SELECT event_id FROM fact WHERE key = 'hazard||H-1' ORDER BY number") == [("R-1",), ("C-1",)]


def test_a_stranger_corrects_nothing(database: Database, handler: EscalationHandler) -> None:
    """A correction by a tenant that has no say in the hazard is parked."""
    log = Log().hear(report("05-08 09:00", level="major", id_="R-1"), moment("05-08 09:05"))
    voided = fact("hazard.reported", "05-08 11:00", id_="C-1", tenant="331081006")
    log.hear(msgspec.structs.replace(voided, correction="R-1"), moment("05-08 11:05"))

    read(database, handler, log.records)

    assert rows(database, "SELECT reason FROM dead_letter") == [("no_such_hazard",)]
    assert rows(database, "SELECT status FROM decision WHERE rule = 'major_hazard'") == [("proposed",)]
