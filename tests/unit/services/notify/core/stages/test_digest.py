"""The highest rung is told and takes the lower ones along; what nobody has heard is withdrawn in silence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.vocabulary import NoticeState, Status, Suppression
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage
from services.notify.core.pipeline import PLANNING, through
from tests.unit.services.notify.given import DUE, decision, planned, situation


def rung(n: int, **changes: object) -> dict[str, object]:
    return {"decision_id": f"rung-{n}", "step": f"T+{n}", "at": DUE + timedelta(days=n)} | changes


def plan(earlier: tuple[Notice, ...], **changes: object) -> Passage:
    return through(PLANNING, Passage(decision=decision(**changes), earlier=earlier), situation())


def states(*notices: Notice) -> list[tuple[str, str, str | None]]:
    return [(n.decision_id, n.suppression or n.state, n.folded_into) for n in notices]


def test_a_higher_rung_takes_the_waiting_lower_one_along() -> None:
    """After an outage of ours T+1 and T+3 fall due together: T+3 is told."""
    low = planned(decision(**rung(1)))

    passage = plan(low, **rung(3))

    (high,) = passage.notices
    assert [("rung-3", "created", None), ("rung-1", "folded", high.id)] == states(high, *passage.earlier)


def test_a_lower_rung_that_comes_second_folds_into_the_higher() -> None:
    """The order of arrival does not matter."""
    high = planned(decision(**rung(3)))

    passage = plan(high, **rung(1))

    assert [("rung-1", "folded", high[0].id), ("rung-3", "created", None)] == states(*passage.notices, *passage.earlier)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            {"subject": decision().subject.__class__(kind=decision().subject.kind, id="H-2")}, id="other subject"
        ),
        pytest.param({"rule": "due_soon"}, id="other rule"),
        pytest.param({"occurrence": "1"}, id="other occurrence"),
        pytest.param({"tenant": "331081"}, id="other recipient"),
    ],
)
def test_only_rungs_of_one_ladder_to_one_recipient_fold(change: dict[str, object]) -> None:
    """Another case, rule, occurrence or recipient keeps its own notice."""
    low = planned(decision(**rung(1)))

    passage = plan(low, **(rung(3) | change))

    assert [n.state for n in (*passage.notices, *passage.earlier)] == [NoticeState.CREATED] * 2


@pytest.mark.parametrize("state", [NoticeState.SENDING, NoticeState.DELIVERED, NoticeState.RETRYING])
def test_what_has_left_is_not_folded(state: NoticeState) -> None:
    """A rung that is under way is told, and the next one as well."""
    low = tuple(replace(n, state=state, attempt=1) for n in planned(decision(**rung(1))))

    passage = plan(low, **rung(3))

    assert [state, NoticeState.CREATED] == [n.state for n in (*passage.earlier, *passage.notices)]


def test_a_retraction_withdraws_what_nobody_has_heard() -> None:
    """The beginning was not sent yet: neither it nor its end is."""
    opened = planned(decision())

    passage = plan(opened, status=Status.RETRACTED)

    assert states(*passage.earlier, *passage.notices) == [("d-1", "moot", None)] * 2


def test_a_retraction_waits_for_what_is_under_way() -> None:
    """Its recipient may be hearing the beginning just now."""
    opened = tuple(replace(n, state=NoticeState.SENDING, attempt=1) for n in planned(decision()))

    (end,) = plan(opened, status=Status.RETRACTED).notices

    assert (NoticeState.CREATED, opened[0].id) == (end.state, end.follows)


def test_what_may_have_been_heard_is_not_withdrawn() -> None:
    """After an attempt of unknown outcome the end is told too."""
    opened = tuple(replace(n, state=NoticeState.RETRYING, attempt=1, doubtful=True) for n in planned(decision()))

    passage = plan(opened, status=Status.RETRACTED)

    assert [n.state for n in (*passage.earlier, *passage.notices)] == [NoticeState.RETRYING, NoticeState.CREATED]


def test_what_is_mended_is_still_told() -> None:
    """`cleared` withdraws nothing: it was late, even if it is mended before the notice left."""
    opened = planned(decision())

    passage = plan(opened, status=Status.CLEARED)

    assert [n.state for n in (*passage.earlier, *passage.notices)] == [NoticeState.CREATED] * 2


def test_who_was_not_told_the_beginning_is_not_told_the_end() -> None:
    """The end is set aside for the same reason as its beginning."""
    opened = planned(decision(historic=True))

    (end,) = plan(opened, status=Status.CLEARED).notices

    assert (end.state, end.suppression) == (NoticeState.SUPPRESSED, Suppression.HISTORIC)


def test_a_withdrawn_rung_gives_back_what_it_took_along() -> None:
    """T+3 is retracted before it left, T+1 still stands: T+1 is told after all."""
    low = planned(decision(**rung(1)))
    high = plan(low, **rung(3))

    passage = plan(high.earlier + high.notices, **rung(3, status=Status.RETRACTED))

    assert states(*passage.earlier) == [("rung-1", "created", None), ("rung-3", "moot", None)]


def test_a_rung_that_ended_itself_is_not_given_back() -> None:
    """T+1 was retracted first: nothing of it is left to tell."""
    low = planned(decision(**rung(1)))
    high = plan(low, **rung(3))
    ended = plan(high.earlier + high.notices, **rung(1, status=Status.RETRACTED))

    passage = plan(ended.earlier + ended.notices, **rung(3, status=Status.RETRACTED))

    assert {Suppression.MOOT} == {n.suppression for n in (*passage.earlier, *passage.notices)}


def test_a_confirmation_takes_the_unsent_proposal_along() -> None:
    """Who has not heard of the proposal hears of the confirmed measure only."""
    proposed = planned(decision(status=Status.PROPOSED))

    passage = plan(proposed, status=Status.CONFIRMED)

    (confirmed,) = passage.notices
    assert [("d-1", "created", None), ("d-1", "folded", confirmed.id)] == states(confirmed, *passage.earlier)


def test_an_end_that_waited_is_set_aside_with_its_beginning() -> None:
    """T+1 was raised and cleared; before either left, T+3 took it along."""
    raised = plan(planned(decision(**rung(1))), **rung(1, status=Status.CLEARED))

    passage = plan(raised.earlier + raised.notices, **rung(3))

    assert [n.suppression for n in passage.earlier] == ["folded", "folded"]


def test_both_come_back_when_the_higher_rung_is_withdrawn() -> None:
    """T+3 should never have been raised: T+1 is told, and that it is mended."""
    raised = plan(planned(decision(**rung(1))), **rung(1, status=Status.CLEARED))
    high = plan(raised.earlier + raised.notices, **rung(3))

    passage = plan(high.earlier + high.notices, **rung(3, status=Status.RETRACTED))

    assert [n.suppression or n.state for n in passage.earlier] == ["created", "created", "moot"]


@pytest.mark.parametrize("change", [{"released": True}, {"state": NoticeState.SENDING, "attempt": 1}], ids=str)
def test_what_left_keeps_what_it_took_along(change: dict[str, object]) -> None:
    """T+3 is on its way: T+1 is told by it, whatever comes later."""
    high = plan(planned(decision(**rung(1))), **rung(3))
    left = tuple(replace(n, **change) for n in high.notices)  # type: ignore[arg-type]

    passage = plan(high.earlier + left, **rung(7))

    assert passage.earlier[0].suppression == "folded"
    assert left[0].id == passage.earlier[0].folded_into


def test_what_the_switch_held_back_is_withdrawn_too() -> None:
    """When sending goes on, nobody is told of what has been retracted meanwhile."""
    held = through(PLANNING, Passage(decision=decision()), situation(stopped=True)).notices

    passage = plan(held, status=Status.RETRACTED)

    assert ["moot", "moot"] == [n.suppression for n in (*passage.earlier, *passage.notices)]


def test_an_end_that_is_silent_by_itself_names_its_beginning() -> None:
    """Stopped after the retraction withdrew the beginning: it would not come back when sending goes on."""
    opened = planned(decision())

    passage = through(
        PLANNING, Passage(decision=decision(status=Status.RETRACTED), earlier=opened), situation(stopped=True)
    )

    (end,) = passage.notices
    assert (end.suppression, end.error) == (Suppression.MOOT, "起始通知未发出")
