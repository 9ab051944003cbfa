"""What the log says is believed, as far as a notice can still become it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import NoticeState
from services.notify.core.memory import NOT_KNOWN, Remembered, recalled
from services.notify.core.notice import WAITING, Notice
from tests.unit.services.notify.given import decision, planned


def notice(state: NoticeState = NoticeState.CREATED) -> Notice:
    (made,) = planned(decision())
    return replace(made, state=state)


def said(state: NoticeState, **changes: object) -> Remembered:
    told: dict[str, object] = {"notice_id": "n", "state": state, "attempt": 3, "revision": 7}
    return Remembered(**(told | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("memory", "state", "error"),
    [
        (said(NoticeState.DELIVERED), NoticeState.DELIVERED, ""),
        (said(NoticeState.SENDING), NoticeState.AMBIGUOUS, NOT_KNOWN),
        (said(NoticeState.AMBIGUOUS, error="TimeoutError"), NoticeState.AMBIGUOUS, "TimeoutError"),
        (said(NoticeState.FAILED, error="550 no such user"), NoticeState.FAILED, "550 no such user"),
        (said(NoticeState.RETRYING), NoticeState.CREATED, ""),
    ],
)
def test_a_notice_that_waits_again_becomes_what_it_was(memory: Remembered, state: NoticeState, error: str) -> None:
    """What was sent is not sent again; what may have been sent waits for a person; what surely was not goes on."""
    after = recalled(notice(), memory)

    assert after is not None
    assert (after.state, after.error, after.attempt, after.revision) == (state, error, 3, 8)


@pytest.mark.parametrize("state", [NoticeState.CREATED, NoticeState.SUPPRESSED])
def test_what_was_never_sent_teaches_nothing(state: NoticeState) -> None:
    """It is planned anew like any other."""
    assert recalled(notice(), said(state)) is None


@given(st.sampled_from(list(NoticeState)), st.sampled_from(list(NoticeState)))
def test_nothing_that_was_handed_over_may_leave_by_itself(stands: NoticeState, log: NoticeState) -> None:
    """Whatever the copy says, once the log knows of an attempt without a refusal the notice does not wait any more."""
    after = recalled(notice(stands), said(log))

    if stands in WAITING and log in {
        NoticeState.DELIVERED,
        NoticeState.SENDING,
        NoticeState.AMBIGUOUS,
        NoticeState.FAILED,
    }:
        assert after is not None
        assert after.state not in WAITING
