"""Only ticks show that time has passed: a stamp on one fact proves nothing about what still waits at a door."""

from datetime import datetime

import msgspec

from contracts.decisions import Decision
from services.escalation.core.case import MemoryCases
from services.escalation.core.engine import Engine
from tests.unit.services.escalation.stories import fact, law_of, moment, pass_deadlines, report, said

LAST_TICK = moment("05-20 23:59")
PLAN = fact("hazard.plan_filed", "05-20 20:00", hazard_id="H-1", target_date="2023-06-20")
RECTIFIED = fact("hazard.rectified", "05-20 23:58", hazard_id="H-1", by="示范机械厂")


def _tell(frontier: datetime | None) -> list[Decision]:
    """A fact of the case is stamped just after midnight, and only then the rectification that waited at another door."""
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    engine.apply_fact(report("05-08"), cases, moment("05-08"))
    pass_deadlines(engine, cases, LAST_TICK)
    records: list[Decision] = []
    for place, one in enumerate((PLAN, RECTIFIED)):
        stamped = msgspec.structs.replace(one, acceptedtime=moment(f"05-21 00:0{place + 1}"))
        records += engine.apply_fact(stamped, cases, frontier)
    pass_deadlines(engine, cases, moment("05-21 00:05"))
    return records


def test_a_fact_that_was_in_a_topic_in_time_is_applied_before_the_deadline_it_met() -> None:
    """With the frontier at the last tick nobody is escalated against what the log already said."""
    assert said(_tell(LAST_TICK), "overdue") == []


def test_a_stamp_that_moved_the_frontier_would_escalate_against_the_log() -> None:
    """With the frontier at each stamp the hazard is called overdue, and the call has to be taken back."""
    assert said(_tell(None), "overdue") == ["overdue first raised 05-21 00:00", "overdue first retracted 05-21 00:02"]


def test_what_falls_due_by_an_event_does_not_wait_for_a_tick() -> None:
    """A major hazard is proposed for listing as soon as it is known."""
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    major = msgspec.structs.replace(report("05-21 00:01", level="major"), acceptedtime=moment("05-21 00:02"))

    assert "major_hazard proposed 05-21 00:01" in said(engine.apply_fact(major, cases, LAST_TICK))
