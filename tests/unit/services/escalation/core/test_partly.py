"""A rule looks at nothing that its READS do not name, whatever the history and the pack."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.escalation.core.case import MemoryCases
from services.escalation.core.cases.hazard import LEVELS, TERMS, WORK, Hazard
from services.escalation.core.engine import Engine
from services.escalation.core.findings import Finding
from services.escalation.core.kinds import KINDS
from services.escalation.core.rules.registry import RULES
from tests.unit.services.escalation.histories import TENANTS, histories
from tests.unit.services.escalation.looking import LookedAt
from tests.unit.services.escalation.stories import fact, law_of, report

SPARED = tuple(kind for kind, what in KINDS.items() if what.partly is not None)


def undeclared(find: Any, reads: frozenset[str], state: Any, *rest: Any) -> set[str]:
    """What the rule looked at without having said so."""
    seen: set[str] = set()
    for _ in find(LookedAt(state, seen), *rest):
        pass
    return seen - reads


def test_every_rule_about_a_case_that_is_spared_work_says_what_it_reads() -> None:
    """A new rule without READS is asked always; that it was not forgotten is seen here."""
    assert not [rule.id for rule in RULES.values() if rule.reads is None and not rule.finds.keys().isdisjoint(SPARED)]


@pytest.mark.parametrize("pack", sorted(TENANTS))
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_rule_looks_at_what_it_declares_alone(pack: str, data: st.DataObject) -> None:
    """Every rule of every pack, over the cases of random histories."""
    law, cases = law_of(pack), MemoryCases()
    engine = Engine(law)
    for one in data.draw(histories(pack))[1]:
        engine.apply_fact(one, cases)

    for case in (case for key, case in cases.cases.items() if key.kind in SPARED):
        kind = KINDS[case.key.kind]
        state = kind.fold(law, case)
        for docket in kind.partly.dockets(law, case, state) if kind.partly and state is not None else ():
            for one in docket.finders:
                looked = undeclared(one.find, one.reads or frozenset(), state, one.parameters, docket.where)
                assert not looked, (one.rule, looked)


def _peeks(hazard: Hazard, *_: Any) -> Iterator[Finding]:
    if hazard.levels[-1][1] == "major" and hazard.work[-1].end is None and hazard.told("hazard.returned"):
        yield from ()


def test_a_rule_that_looks_at_more_is_found() -> None:
    """Levels, the end of work and a subject that were not declared are named; what was declared is not."""
    law, cases = law_of("wenling-2023"), MemoryCases()
    engine = Engine(law)
    engine.apply_fact(report("05-08", level="major"), cases)
    engine.apply_fact(fact("hazard.returned", "05-09", hazard_id="H-1", reason="不属本单位"), cases)
    (case,) = (case for key, case in cases.cases.items() if key.kind == "hazard")
    state = KINDS["hazard"].fold(law, case)

    assert undeclared(_peeks, frozenset({TERMS, WORK}), state) == {LEVELS, "done", "hazard.returned"}
    assert undeclared(_peeks, frozenset({LEVELS, WORK, "done", "hazard.returned"}), state) == set()
