"""A notice has one identity and moves only as the table says."""

import itertools

import pytest

from contracts.vocabulary import NoticeState, Status, Suppression
from services.notify.core.notice import TRANSITIONS, IllegalMove, notice_id
from tests.unit.services.notify.given import decision, planned

WHO = {"decision_id": "d-1", "status": Status.RAISED, "turn": 0, "recipient": "office@331081", "channel": "email"}


def test_the_same_five_things_give_the_same_id() -> None:
    """The id is a function of decision, status, turn, recipient and channel; it fits a webhook id."""
    first, second = notice_id(**WHO), notice_id(**WHO)

    assert first == second
    assert len(first) == 32
    assert "." not in first


@pytest.mark.parametrize(
    "change",
    [
        {"decision_id": "d-2"},
        {"status": Status.RETRACTED},
        {"turn": 1},
        {"recipient": "office@331081/2"},
        {"channel": "webhook"},
        {"decision_id": "d-1\x1fraised", "status": Status.RAISED},
    ],
    ids=str,
)
def test_another_member_gives_another_id(change: dict[str, object]) -> None:
    """None of the five can be left out."""
    assert notice_id(**WHO) != notice_id(**(WHO | change))  # type: ignore[arg-type]


def test_every_state_has_its_moves() -> None:
    """The table names every state of the vocabulary; a delivered notice stays so unless a receipt says otherwise."""
    assert set(NoticeState) == set(TRANSITIONS)
    assert frozenset({NoticeState.FAILED}) == TRANSITIONS[NoticeState.DELIVERED]


@pytest.mark.parametrize(("state", "to"), list(itertools.product(NoticeState, NoticeState)))
def test_only_the_moves_of_the_table_exist(state: NoticeState, to: NoticeState) -> None:
    """A move outside the table is refused with both states in the message."""
    (notice,) = planned(decision())
    object.__setattr__(notice, "state", state)

    if to in TRANSITIONS[state]:
        moved = notice.moved(to)

        assert (to, notice.revision + 1) == (moved.state, moved.revision)
    else:
        with pytest.raises(IllegalMove, match=f"{state.value} to {to.value}"):
            notice.moved(to)


def test_what_is_set_aside_says_why() -> None:
    """A suppressed notice carries its reason."""
    (notice,) = planned(decision())

    aside = notice.suppressed(Suppression.SHADOW, error="331081 影子运行")

    assert (
        aside.state,
        aside.suppression,
        aside.error,
    ) == (NoticeState.SUPPRESSED, Suppression.SHADOW, "331081 影子运行")
