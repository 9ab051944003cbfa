"""A hazard through the handler: reported, overdue rung by rung, rectified late, told in the tables and the outbox."""

from runtime.database import Database
from runtime.metrics import Metrics
from services.escalation.handlers import EscalationHandler
from tests.integration.escalation_decisions.log import Log, announced, announcements, read, rows
from tests.unit.services.escalation.stories import fact, moment, report, said


def hazard_log() -> Log:
    """Reported on the 8th, due on the 20th, known to be rectified on the 19th only on the 28th."""
    log = Log()
    log.hear(report("05-08 09:00"), moment("05-08 09:05"))
    for day in range(9, 28):
        log.tick(moment(f"05-{day:02} 12:00"))
    rectified = fact("hazard.rectified", "05-19 10:00", known="05-28 09:00", hazard_id="H-1", by="u1")
    return log.hear(rectified, moment("05-28 09:01")).tick(moment("05-29"))


def test_the_ladder_is_climbed_and_late_news_takes_it_back(database: Database, handler: EscalationHandler) -> None:
    """Every rung is announced at its instant, and retracted when it turns out that the hazard was rectified in time."""
    read(database, handler, hazard_log().records, size=3)

    assert said(announced(database), "due_soon", "overdue", "late_evidence") == [
        "due_soon T-3 raised 05-17 00:00",
        "due_soon T-1 raised 05-19 00:00",
        "overdue first raised 05-21 00:00",
        "overdue T+3 raised 05-23 00:00",
        "overdue T+7 raised 05-27 00:00",
        "overdue first retracted 05-28 09:01",
        "overdue T+3 retracted 05-28 09:01",
        "overdue T+7 retracted 05-28 09:01",
        "late_evidence raised 05-28 09:01",
    ]


def test_tables_say_where_each_decision_stands(database: Database, handler: EscalationHandler) -> None:
    """One row per decision with its last status, one row per record with what was announced."""
    read(database, handler, hazard_log().records)

    standing = rows(
        database, "SELECT rule, step, status FROM decision WHERE rule <> 'instant_report' ORDER BY rule, step"
    )
    history = rows(database, "SELECT event_id FROM decision_record ORDER BY place")

    assert standing == [
        ("due_soon", "T-1", "raised"),
        ("due_soon", "T-3", "raised"),
        ("late_evidence", "", "raised"),
        ("overdue", "T+3", "retracted"),
        ("overdue", "T+7", "retracted"),
        ("overdue", "first", "retracted"),
    ]
    assert [event_id for (event_id,) in history] == [fact.id for fact in announcements(database)]


def test_a_record_is_announced_as_a_fact(database: Database, handler: EscalationHandler) -> None:
    """One fact per record, at the time it became known, keyed by committee, in the committee's slot."""
    log = hazard_log()
    read(database, handler, log.records)

    first = announcements(database)[0]

    assert (first.source, first.type, first.time) == (
        "/bihuan/escalation",
        "decision.recorded.v1",
        moment("05-17"),
    )
    assert (first.tenant, first.committee, first.historic) == ("331081003", "331081", False)
    assert rows(database, "SELECT DISTINCT topic, slot, key FROM outbox") == [("escalation.facts", log.slot, b"331081")]


def test_the_clock_of_a_closed_hazard_is_gone(database: Database, handler: EscalationHandler) -> None:
    """Nothing is armed for it, and its case says that it has ended."""
    read(database, handler, hazard_log().records)

    assert rows(database, "SELECT key FROM deadline WHERE key LIKE 'hazard%'") == []
    assert rows(database, "SELECT waits, next_at, tenant, county FROM case_file WHERE kind = 'hazard'") == [
        ("closed", None, "331081003", "331081")
    ]


def test_the_frontier_is_the_last_tick(database: Database, handler: EscalationHandler) -> None:
    """Facts do not move it."""
    log = hazard_log()
    read(database, handler, log.records)

    assert rows(database, "SELECT slot, ticked_at FROM frontier") == [(log.slot, moment("05-29"))]


def test_nothing_is_read_one_by_one(database: Database, handler: EscalationHandler, metrics: Metrics) -> None:
    """A batch foresees the hazards, their sites and the deadlines that it needs."""
    read(database, handler, hazard_log().records, size=2)

    assert metrics.value("escalation_lazy_loads_total") == 0


def test_a_known_fact_changes_nothing(database: Database, handler: EscalationHandler) -> None:
    """The same facts announced again under other numbers bring no record, no case and no second fact."""
    log = hazard_log()
    read(database, handler, log.records)
    before = _everything(database)
    again = Log()
    again.hear(report("05-08 09:00"), moment("05-29 09:05"))
    again.hear(fact("hazard.rectified", "05-19 10:00", known="05-28 09:00", hazard_id="H-1", by="u1"), moment("05-29"))

    read(database, handler, again.records)

    assert _everything(database) == before


def _everything(database: Database) -> list[list[tuple[object, ...]]]:
    tables = ("case_file", "deadline", "frontier", "fact", "contribution", "decision", "decision_record", "outbox")
    return [rows(database, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]
