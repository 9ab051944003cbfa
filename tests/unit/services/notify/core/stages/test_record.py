"""What an answer makes of a notice."""

from dataclasses import replace

import pytest

from contracts.vocabulary import NoticeState
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage
from services.notify.core.retry import EMAIL, Outcome, Result
from services.notify.core.stages.record import record
from tests.unit.services.notify.given import decision, later, planned, situation


def recorded(result: Result, *, repeatable: bool = False, **changes: object) -> Notice:
    (notice,) = planned(decision())
    sent = replace(notice, state=NoticeState.SENDING, attempt=1)
    passage = Passage(
        decision=decision(),
        notices=(replace(sent, **changes),),  # type: ignore[arg-type]
        outcome=Outcome(result=result, answer="451 try later", repeatable=repeatable),
    )
    return record(passage, situation()).notices[0]


@pytest.mark.parametrize(
    ("result", "state", "error"),
    [
        (Result.DELIVERED, NoticeState.DELIVERED, ""),
        (Result.TEMPORARY, NoticeState.RETRYING, "451 try later"),
        (Result.PERMANENT, NoticeState.FAILED, "451 try later"),
        (Result.AMBIGUOUS, NoticeState.AMBIGUOUS, "451 try later"),
    ],
)
def test_an_answer_moves_the_notice(result: Result, state: NoticeState, error: str) -> None:
    """The provider's answer is kept where it did not say yes."""
    notice = recorded(result)

    assert (state, error) == (notice.state, notice.error)


def test_a_refusal_waits_for_its_turn() -> None:
    """The next attempt is due when the schedule says."""
    assert later(seconds=60) == recorded(Result.TEMPORARY).not_before


def test_an_unknown_outcome_leaves_its_mark() -> None:
    """A webhook is sent again, and every later message of the notice knows that it may be a repetition."""
    notice = recorded(Result.AMBIGUOUS, channel="webhook", repeatable=True)

    assert (notice.state, notice.doubtful) == (NoticeState.RETRYING, True)


def test_giving_up_is_said() -> None:
    """After the last attempt the error names how many there were."""
    notice = recorded(Result.TEMPORARY, attempt=len(EMAIL.delays) + 1)

    assert (notice.state, notice.error) == (NoticeState.FAILED, "第 11 次尝试后放弃：451 try later")


@pytest.mark.parametrize(
    ("stands", "result", "state"),
    [
        pytest.param(NoticeState.AMBIGUOUS, Result.DELIVERED, NoticeState.DELIVERED, id="a late yes settles it"),
        pytest.param(NoticeState.AMBIGUOUS, Result.PERMANENT, NoticeState.FAILED, id="so does a late no"),
        pytest.param(NoticeState.AMBIGUOUS, Result.TEMPORARY, NoticeState.RETRYING, id="known not to have arrived"),
        pytest.param(NoticeState.RETRYING, Result.DELIVERED, NoticeState.DELIVERED, id="no need to try again"),
        pytest.param(NoticeState.RETRYING, Result.TEMPORARY, NoticeState.RETRYING, id="it waits already"),
        pytest.param(NoticeState.AMBIGUOUS, Result.AMBIGUOUS, NoticeState.AMBIGUOUS, id="as unknown as before"),
        pytest.param(NoticeState.DELIVERED, Result.AMBIGUOUS, NoticeState.DELIVERED, id="a yes stands"),
        pytest.param(
            NoticeState.FAILED, Result.DELIVERED, NoticeState.FAILED, id="what was given up waits for a person"
        ),
    ],
)
def test_a_late_answer_counts_where_nobody_tried_again(stands: NoticeState, result: Result, state: NoticeState) -> None:
    """The worker that was believed dead answers after all."""
    assert state is recorded(result, state=stands).state


def test_without_an_outcome_nothing_moves() -> None:
    """Planning passes through the stage untouched."""
    passage = Passage(decision=decision(), notices=planned(decision()))

    assert passage is record(passage, situation())
