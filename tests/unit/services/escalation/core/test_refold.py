"""A case folded again from its facts is the case that it was, and what was decided stays decided."""

import pytest

from contracts.facts import Fact
from services.escalation.core.case import CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.refold import refold
from tests.unit.services.escalation.stories import fact, law_of, moment, pass_deadlines, report

FACTS = [
    fact("policy.activated", "05-01", tenant="331081"),
    report("05-08", inspection_id="I-1"),
    report("05-10", "H-2", inspection_id="I-2"),
    fact("hazard.rectified", "05-24", hazard_id="H-1", by="u1"),
]
OBLIGATION = "half_year_report/331081003/2023-H1"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        pytest.param(CaseKey("331081", "hazard", "", "H-1"), [FACTS[1], FACTS[3]], id="a hazard from its own facts"),
        pytest.param(CaseKey("331081", "site", "", "S-1"), FACTS[1:], id="a site from its hazards' facts"),
        pytest.param(
            CaseKey("331081", "obligation", "", OBLIGATION), FACTS[:1], id="an obligation from the committee's"
        ),
    ],
)
def test_a_case_is_what_it_was(key: CaseKey, told: list[Fact]) -> None:
    """Facts, inputs, decisions and the armed clock."""
    engine, cases = Engine(law_of("wenling-2023")), MemoryCases()
    for one in FACTS:
        pass_deadlines(engine, cases, one.time)
        engine.apply_fact(one, cases)
    pass_deadlines(engine, cases, moment("06-20"))
    before = cases.cases[key]

    again = refold(engine, key, told, moment("06-20"), [(e.record, e.found_at) for e in before.ledger.values()])

    assert again is not None
    assert (again.facts, again.inputs, again.ledger) == (before.facts, before.inputs, before.ledger)
    assert (again.next_at, again.gave_to) == (before.next_at, before.gave_to)


def test_facts_that_tell_nothing_make_no_case() -> None:
    """There is nothing to fold."""
    engine = Engine(law_of("wenling-2023"))

    assert refold(engine, CaseKey("331081", "site", "", "S-9"), [], moment("05-08"), []) is None
