"""Every open case has a clock or a name for what it waits for."""

from collections.abc import Sequence

import pytest

from contracts.facts import Fact
from services.escalation.core.case import CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.kinds import KINDS
from services.escalation.core.waiting import WAITS, waits_for
from tests.unit.services.escalation.stories import fact, law_of, moment, pass_deadlines, report


def waiting(facts: Sequence[Fact], until: str, key: CaseKey) -> str:
    engine, cases = Engine(law_of("wenling-2023")), MemoryCases()
    for one in facts:
        engine.apply_fact(one, cases)
    pass_deadlines(engine, cases, moment(until))
    return cases.cases[key].waits


HAZARD = CaseKey("331081", "hazard", "", "H-1")


@pytest.mark.parametrize(
    ("facts", "until", "expected"),
    [
        pytest.param([report("05-08")], "05-08", "clock", id="before the deadline"),
        pytest.param([report("05-08")], "05-30", "clock", id="on the ladder"),
        pytest.param([report("05-08")], "07-01", "people", id="at its end"),
        pytest.param([report("05-08", rectify_by=None)], "07-01", "no_deadline", id="no term"),
        pytest.param([report("04-01", rectify_by="2023-04-10")], "07-01", "before_policy", id="before the pack binds"),
        pytest.param(
            [report("05-08"), fact("hazard.rectified", "05-10", hazard_id="H-1", by="u")], "07-01", "closed", id="done"
        ),
        pytest.param(
            [report("05-08"), fact("hazard.clock_suspended", "05-10", hazard_id="H-1", approver="u", reason="停产")],
            "07-01",
            "suspended",
            id="suspended",
        ),
        pytest.param([fact("hazard.rectified", "05-10", hazard_id="H-1", by="u")], "07-01", "report", id="no report"),
    ],
)
def test_a_hazard_waits_for_something(facts: list[Fact], until: str, expected: str) -> None:
    """The state is named, and it is one of the list."""
    found = waiting(facts, until, HAZARD)

    assert found == expected
    assert found in WAITS


def test_a_clock_that_was_lost_is_noticed() -> None:
    """An open hazard before its deadline with nothing armed waits for nothing that has a name."""
    engine, cases = Engine(law_of("wenling-2023")), MemoryCases()
    engine.apply_fact(report("05-08"), cases)
    case = cases.cases[HAZARD]
    case.next_at = None

    assert waits_for(engine.law, case, KINDS["hazard"].fold(engine.law, case)) == ""


@pytest.mark.parametrize(
    ("handed_in", "until", "expected"),
    [
        pytest.param(False, "06-01", "clock", id="before its term ends"),
        pytest.param(False, "07-01", "people", id="missed"),
        pytest.param(True, "06-01", "closed", id="handed in"),
    ],
)
def test_an_obligation_waits_for_something(handed_in: bool, until: str, expected: str) -> None:
    """Until its term ends for the clock, afterwards for people."""
    facts = [fact("policy.activated", "05-01", tenant="331081")]
    if handed_in:
        owed = {"obligation": "half_year_report", "unit": "331081003", "period": "2023-H1"}
        facts.append(fact("obligation.fulfilled", "05-20", **owed))

    found = waiting(facts, until, CaseKey("331081", "obligation", "", "half_year_report/331081003/2023-H1"))

    assert found == expected


def test_a_site_waits_for_news() -> None:
    """It has no clock of its own."""
    found = waiting([report("05-08")], "05-08", CaseKey("331081", "site", "", "S-1"))

    assert found == "news"
