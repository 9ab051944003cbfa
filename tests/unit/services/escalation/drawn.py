"""Let facts run through the core, and give the folded cases of one kind."""

from typing import Any

from contracts.facts import Fact
from services.escalation.core.case import Case, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.kinds import KINDS
from services.escalation.core.law import Law
from services.escalation.core.simulation import _ArmedCases, run
from tests.unit.services.escalation.stories import moment


def told(law: Law, *facts: Fact, until: str) -> MemoryCases:
    """The cases after everything that was known by a day."""
    cases = _ArmedCases()
    for _ in run(Engine(law), sorted(facts, key=lambda one: one.known_at), moment(until), cases):
        pass
    return cases


def states(law: Law, cases: MemoryCases, kind: str) -> list[tuple[Case, Any]]:
    """The cases of a kind with what they are folded into, by their ids."""
    found = sorted((case for case in cases.cases.values() if case.key.kind == kind), key=lambda case: case.key.id)
    folded = ((case, KINDS[kind].fold(law, case)) for case in found)
    return [(case, state) for case, state in folded if state is not None]
