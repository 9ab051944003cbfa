"""What is kept from one fact to the next, and rules that are not asked: nobody can tell from the records."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.decisions import Decision
from contracts.facts import Fact
from policies import files
from services.escalation.core.case import Case, CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from tests.unit.services.escalation.histories import DAY, TENANTS, histories
from tests.unit.services.escalation.stories import fact, law_of, moment, pass_deadlines, report


def test_every_shipped_pack_is_tried() -> None:
    """A pack that is added is added here too."""
    assert set(TENANTS) == {path.stem for path in files.pack_files() if not files.read(path).get("child_of")}


def run(
    law: Law, facts: list[Fact], until: datetime, *, from_scratch: bool, lag: timedelta
) -> tuple[list[Decision], dict[CaseKey, Case]]:
    engine, cases = Engine(law, from_scratch=from_scratch), MemoryCases()
    decisions: list[Decision] = []
    for one in facts:
        frontier = one.known_at - lag
        pass_deadlines(engine, cases, frontier)
        decisions += engine.apply_fact(one, cases, frontier)
    pass_deadlines(engine, cases, until)
    return decisions, cases.cases


@pytest.mark.parametrize("pack", sorted(TENANTS))
@settings(max_examples=60, deadline=None)
@given(data=st.data(), lag=st.sampled_from([timedelta(seconds=10), timedelta(days=3)]))
def test_going_on_and_beginning_from_scratch_is_one(pack: str, data: st.DataObject, lag: timedelta) -> None:
    """The same records in the same order, and the same cases to the last clock."""
    start, facts = data.draw(histories(pack))
    until = start + 400 * DAY

    going_on, from_scratch_ = (
        run(law_of(pack), facts, until, from_scratch=from_scratch, lag=lag) for from_scratch in (False, True)
    )

    assert going_on[0] == from_scratch_[0]
    assert going_on[1] == from_scratch_[1]


def test_a_rule_is_not_asked_about_what_it_does_not_read() -> None:
    """A hand-over moves no rule of the Wenling pack: what was armed stays armed, and the site hears nothing."""
    engine, cases = Engine(law_of("wenling-2023")), MemoryCases()
    engine.apply_fact(report("05-08"), cases)
    asked: list[CaseKey] = []
    read = cases.get
    cases.get = lambda key: asked.append(key) or read(key)  # type: ignore[method-assign, func-returns-value]

    engine.apply_fact(fact("hazard.handed_over", "05-08 10:00", hazard_id="H-1", to_unit="泽国镇"), cases)

    assert [key.kind for key in asked] == ["hazard"]
    assert cases.cases[CaseKey("331081", "hazard", "", "H-1")].next_at == moment("05-17")
