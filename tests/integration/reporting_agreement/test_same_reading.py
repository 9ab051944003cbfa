"""Reporting and escalation read the same facts the same way: what is shown never contradicts what is decided."""

from collections.abc import Sequence

from hypothesis import given, settings

from contracts.divisions import Division, Divisions
from contracts.facts import Fact
from contracts.vocabulary import Level
from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.cases import deadlines
from services.escalation.core.cases import hazard as escalation
from services.escalation.core.heard import hear
from services.reporting.core.standing import State, fold
from tests.unit.services.reporting.core.test_standing import histories

TABLE = Divisions(
    Division(code=code, name=name, parent=parent, level=level)
    for code, name, parent, level in (
        ("331081", "温岭市", "", Level.COUNTY),
        ("331081003", "城西街道", "331081", Level.TOWN),
        ("331081004", "城北街道", "331081", Level.TOWN),
    )
)


@settings(max_examples=400, deadline=None)
@given(histories())
def test_both_see_the_same_hazard(facts: Sequence[Fact]) -> None:
    """Whether there is one, whose it is, how grave, whether it waits for work, and its deadline while the clock runs."""
    shown = fold(facts, "H-1", TABLE.is_within)
    decided = escalation.fold("H-1", "test", [hear(fact) for fact in facts], TABLE)

    assert (shown is None) == (decided is None)
    if shown is None or decided is None or shown.withdrawn_at is not None:
        return
    assert (decided.tenant, decided.levels[-1][1]) == (shown.tenant, shown.level)
    assert (decided.done_at is None) == shown.awaits_work
    assert (State.CLOSED == shown.state) <= bool(decided.closures)
    terms = deadlines.terms(decided, None, WorkCalendar())
    if shown.suspended_at is None:
        assert terms[-1].due == (shown.deadline.due_at if shown.deadline else None)
