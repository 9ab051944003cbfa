"""A letter moves as its table says, and its identity is what drafted it."""

from itertools import product

import pytest

from contracts.vocabulary import LetterKind, LetterState
from services.notify.core.letters.letter import DRAFTS, ISSUED, TRANSITIONS, IllegalMove, letter_id
from tests.unit.services.notify.core.letters.writing import drafted


def test_an_issued_letter_is_ended_by_another_letter_alone() -> None:
    """No state with a number leads back to a draft or to the bin."""
    for state in ISSUED:
        assert not TRANSITIONS[state] & {*DRAFTS, LetterState.DISCARDED}


@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in product(LetterState, LetterState) if pair[1] not in TRANSITIONS[pair[0]]]
)
def test_a_move_that_is_not_in_the_table_is_refused(before: LetterState, after: LetterState) -> None:
    """In words that an official understands."""
    (letter,) = drafted()
    letter = letter.changed(state=before)

    with pytest.raises(IllegalMove, match=f"{before.chinese}，不能改为{after.chinese}"):
        letter.moved(after)


def test_decision_turn_and_kind_tell_letters_apart() -> None:
    """And nothing else does: a late fact moves the decision, not its letter."""
    ids = {
        letter_id(decision_id=decision, turn=turn, kind=kind)
        for decision, turn, kind in product("ab", (0, 1), LetterKind)
    }

    assert len(ids) == 2 * 2 * len(LetterKind)
