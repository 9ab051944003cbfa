"""What a person may do about a notice."""

from dataclasses import replace

import pytest

from contracts.vocabulary import NoticeState, Suppression
from services.notify.core.notice import IllegalMove, Notice
from services.notify.core.people import RULED, ruled, settled_by_person, taken_up_again, waits_for
from services.notify.core.stages.digest import NOT_BEGUN
from tests.unit.services.notify.given import NOW, decision, later, planned


def one(**changes: object) -> Notice:
    (notice,) = planned(decision())
    return replace(notice, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stands", "state"),
    [
        pytest.param({"state": NoticeState.FAILED, "attempt": 3, "error": "550"}, NoticeState.RETRYING, id="failed"),
        pytest.param(
            {"state": NoticeState.AMBIGUOUS, "attempt": 1, "doubtful": True}, NoticeState.RETRYING, id="ambiguous"
        ),
        pytest.param(
            {"state": NoticeState.RETRYING, "attempt": 2, "not_before": later(days=1)},
            NoticeState.RETRYING,
            id="waiting",
        ),
        pytest.param(
            {"state": NoticeState.SUPPRESSED, "suppression": Suppression.SILENCED},
            NoticeState.CREATED,
            id="set aside unsent",
        ),
        pytest.param(
            {"state": NoticeState.SUPPRESSED, "suppression": Suppression.MASTER_SWITCH, "attempt": 1},
            NoticeState.RETRYING,
            id="set aside between two attempts",
        ),
    ],
)
def test_a_person_takes_a_notice_up_again(stands: dict[str, object], state: NoticeState) -> None:
    """It leaves at once, without the reasons for silence being asked again; a doubt about earlier attempts stays."""
    before = one(**stands)

    again = taken_up_again(before, NOW)

    assert (again.state, again.not_before, again.suppression, again.released) == (state, NOW, None, True)
    assert again.doubtful == before.doubtful


@pytest.mark.parametrize("state", [NoticeState.CREATED, NoticeState.SENDING, NoticeState.DELIVERED])
def test_what_is_under_way_or_delivered_is_left_alone(state: NoticeState) -> None:
    """A person cannot make it arrive twice."""
    with pytest.raises(IllegalMove):
        taken_up_again(one(state=state), NOW)


def test_letting_all_go_on_insists_on_none() -> None:
    """After a stop the reasons for silence are asked again."""
    held = one(state=NoticeState.SUPPRESSED, suppression=Suppression.MASTER_SWITCH)

    assert not taken_up_again(held, NOW, by_person=False).released


@pytest.mark.parametrize("state", [NoticeState.DELIVERED, NoticeState.FAILED])
def test_a_person_settles_what_nobody_knows(state: NoticeState) -> None:
    """Somebody asked the recipient."""
    assert settled_by_person(one(state=NoticeState.AMBIGUOUS, attempt=1), state).state is state


@pytest.mark.parametrize(
    ("stands", "to"),
    [(NoticeState.FAILED, NoticeState.DELIVERED), (NoticeState.AMBIGUOUS, NoticeState.SUPPRESSED)],
)
def test_nothing_else_is_settled_by_hand(stands: NoticeState, to: NoticeState) -> None:
    """A known outcome stands, and a notice is not hidden."""
    with pytest.raises(IllegalMove, match="only an ambiguous one"):
        settled_by_person(one(state=stands), to)


@pytest.mark.parametrize("to", RULED, ids=str)
def test_a_rule_settles_what_nobody_knows_and_nothing_else(to: NoticeState) -> None:
    """Arrived, did not, or once more: whatever was settled meanwhile is refused."""
    ambiguous = one(state=NoticeState.AMBIGUOUS, attempt=1, doubtful=True)

    assert ruled(ambiguous, to, NOW).state is to
    with pytest.raises(IllegalMove):
        ruled(one(state=NoticeState.DELIVERED, attempt=1), to, NOW)


def test_an_end_comes_back_with_its_beginning() -> None:
    """Where it was set aside only because the beginning was."""
    told = one()
    end = one(id="end", follows=told.id, state=NoticeState.SUPPRESSED, suppression=Suppression.MASTER_SWITCH)

    assert waits_for(replace(end, error=NOT_BEGUN), told)
    assert not waits_for(end, told)
