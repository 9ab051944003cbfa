"""Whatever the order and however often records are heard, the same people are told the same things once."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.decisions import Decision
from contracts.vocabulary import Measure, NoticeState, Status
from services.notify.core.ledger import Ledger, digest_of
from services.notify.core.telling import Standing
from tests.unit.services.notify.given import DUE, decision, situation

if TYPE_CHECKING:
    from services.notify.core.notice import Notice

LIVES = (
    (Status.RAISED,),
    (Status.RAISED, Status.RAISED, Status.CLEARED),
    (Status.RAISED, Status.RETRACTED),
    (Status.RAISED, Status.RETRACTED, Status.RAISED),
    (Status.PROVISIONAL, Status.RAISED, Status.CLEARED),
    (Status.PROPOSED, Status.CONFIRMED, Status.QUESTIONED),
    (Status.PROPOSED, Status.REJECTED),
    (Status.COALESCED,),
)


def life(rung: int, statuses: tuple[Status, ...], measure: Measure = Measure.REMIND) -> list[Decision]:
    """The records of one rung of one ladder, in order."""
    return [
        decision(
            decision_id=f"rung-{rung}",
            step=f"T+{rung}",
            at=DUE + timedelta(days=rung),
            known_at=DUE + timedelta(days=rung, minutes=n),
            status=status,
            measure=measure,
        )
        for n, status in enumerate(statuses)
    ]


def heard(*records: Decision) -> Ledger:
    ledger = Ledger()
    for record in records:
        ledger.hear(record, situation())
    return ledger


def told(ledger: Ledger) -> set[str]:
    return {notice.id for notice in ledger.notices if notice.state is NoticeState.CREATED}


def identities(ledger: Ledger) -> set[tuple[str, Status, int, str, str]]:
    return {(n.decision_id, n.status, n.turn, n.recipient, n.channel) for n in ledger.notices}


@st.composite
def interleaved(draw: st.DrawFn) -> tuple[list[Decision], list[Decision]]:
    """Two orders of the same records; each decision's own records keep their order, as the log keeps it."""
    lives = draw(st.lists(st.sampled_from(LIVES), min_size=1, max_size=4))
    measure = draw(st.sampled_from([Measure.REMIND, Measure.INSTANT_REPORT]))
    records = [life(rung, statuses, measure) for rung, statuses in enumerate(lives)]

    def one_order() -> list[Decision]:
        waiting, order = [list(mine) for mine in records], []
        while any(waiting):
            order.append(draw(st.sampled_from([mine for mine in waiting if mine])).pop(0))
        return order

    return one_order(), one_order()


@given(orders=interleaved())
def test_the_order_between_decisions_does_not_matter(orders: tuple[list[Decision], list[Decision]]) -> None:
    """Two interleavings give the same notices, and the same ones of them are told."""
    first, second = (heard(*order) for order in orders)

    assert identities(first) == identities(second)
    assert told(first) == told(second)


@given(orders=interleaved(), data=st.data())
def test_a_replay_adds_nothing(orders: tuple[list[Decision], list[Decision]], data: st.DataObject) -> None:
    """Any part of the log heard again, at any later time, changes no notice."""
    records, _ = orders
    ledger = heard(*records)
    before = ledger.notices
    start = data.draw(st.integers(0, len(records)))

    turns = [ledger.hear(record, situation()) for record in records[start:]]

    assert {None} >= set(turns)
    assert before == ledger.notices


@given(orders=interleaved())
def test_nobody_is_told_the_same_twice(orders: tuple[list[Decision], list[Decision]]) -> None:
    """Decision, status, turn, recipient and channel together are unique."""
    ledger = heard(*orders[0])

    assert len(identities(ledger)) == len(ledger.notices)


def test_the_highest_of_many_rungs_is_told() -> None:
    """However the rungs come in, the recipient hears of the highest only."""
    rungs = [life(n, (Status.RAISED,))[0] for n in (1, 3, 7)]

    hear_of = {
        frozenset(n.decision_id for n in heard(*order).notices if n.state is NoticeState.CREATED)
        for order in permutations(rungs)
    }

    assert {frozenset({"rung-7"})} == hear_of


def test_who_heard_a_retraction_hears_when_it_is_raised_again() -> None:
    """A new turn is a notice of its own; without it the recipient would go on believing the retraction."""
    ledger = Ledger()
    raised, retracted, again = life(1, (Status.RAISED, Status.RETRACTED, Status.RAISED))
    ledger.hear(raised, situation())
    delivered = Ledger(
        standings={"rung-1": Standing(Status.RAISED, 0)},
        notices=[replace(n, state=NoticeState.DELIVERED) for n in ledger.notices],
    )

    turns = [delivered.hear(record, situation()) for record in (retracted, again)]

    assert turns == [0, 1]
    assert [(n.status, n.turn) for n in delivered.notices] == [("raised", 0), ("retracted", 0), ("raised", 1)]


def test_a_decision_that_moves_is_not_told_again() -> None:
    """Late facts move the instant and the reason of a decision; the letter is out."""
    ledger = heard(*life(1, (Status.RAISED, Status.RAISED, Status.RAISED)))

    assert len(ledger.notices) == 1


def test_only_what_changed_is_written() -> None:
    """Notices that were loaded and left alone are not among the changes."""
    (old,) = heard(*life(1, (Status.RAISED,))).notices
    untouched: Notice = replace(old, state=NoticeState.DELIVERED)
    ledger = Ledger(standings={"rung-1": Standing(Status.RAISED, 0)}, notices=[untouched])

    ledger.hear(life(3, (Status.RAISED,))[0], situation())

    assert [notice.decision_id for notice in ledger.changed.values()] == ["rung-3"]


@pytest.mark.parametrize("change", [{"reason": "另一个理由"}, {"status": Status.CLEARED}, {"context": {}}], ids=str)
def test_a_record_is_its_content(change: dict[str, object]) -> None:
    """Any difference makes another record, none makes the same."""
    assert digest_of(decision()) == digest_of(decision())
    assert digest_of(decision()) != digest_of(decision(**change))
