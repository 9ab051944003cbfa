"""Fold a case again from its facts, where its stored state has another shape than this code knows."""

from collections.abc import Iterable
from datetime import datetime

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.case import Case, CaseKey, Entry, MemoryCases
from services.escalation.core.engine import Engine


def refold(
    engine: Engine,
    key: CaseKey,
    facts: Iterable[Fact],
    frontier: datetime,
    ledger: Iterable[tuple[Decision, datetime]],
) -> Case | None:
    """The case that `facts` tell, its own and those of the cases that give to it, in the order of the log.

    What was decided stays decided: `ledger` are the case's decisions as they stand, each with the instant at which it
    was found to fall due. None where the facts tell nothing of the case.
    """
    cases = MemoryCases()
    for fact in facts:
        engine.apply_fact(fact, cases, frontier)
    case = cases.get(key)
    if case is not None:
        case.ledger = {record.decision_id: Entry(record, found_at) for record, found_at in ledger}
    return case
