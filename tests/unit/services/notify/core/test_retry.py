"""What follows an attempt depends on the policy, the attempt, the outcome and the moment, and on nothing else."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import NoticeState
from services.notify.core.retry import EMAIL, WEBHOOK, Outcome, Result, RetryPolicy, RetryRules, after, policies_of
from tests.unit.services.notify.given import NOW

MINUTES = RetryPolicy(delays=(timedelta(minutes=1), timedelta(minutes=5)))


@pytest.mark.parametrize(
    ("policy", "attempt", "result", "state", "wait"),
    [
        pytest.param(EMAIL, 1, Result.DELIVERED, NoticeState.DELIVERED, None, id="250 is delivered"),
        pytest.param(EMAIL, 1, Result.PERMANENT, NoticeState.FAILED, None, id="550 is never tried again"),
        pytest.param(WEBHOOK, 1, Result.GONE, NoticeState.FAILED, None, id="410 is never tried again"),
        pytest.param(EMAIL, 1, Result.TEMPORARY, NoticeState.RETRYING, 60, id="452 is tried again"),
        pytest.param(WEBHOOK, 2, Result.LIMITED, NoticeState.RETRYING, 300, id="429 is tried again"),
        pytest.param(
            EMAIL, 1, Result.AMBIGUOUS, NoticeState.AMBIGUOUS, None, id="an unknown e-mail waits for a person"
        ),
        pytest.param(MINUTES, 3, Result.TEMPORARY, NoticeState.FAILED, None, id="at the end of the schedule it fails"),
    ],
)
def test_the_next_step(
    policy: RetryPolicy, attempt: int, result: Result, state: NoticeState, wait: float | None
) -> None:
    """Each outcome leads to one state and one instant."""
    step = after(policy, attempt, Outcome(result=result), NOW)

    assert (state, None if wait is None else NOW + timedelta(seconds=wait)) == (step.state, step.at)


@pytest.mark.parametrize(
    ("policy", "repeatable", "attempt", "state"),
    [
        pytest.param(WEBHOOK, False, 1, NoticeState.AMBIGUOUS, id="without a way to recognise it a person settles it"),
        pytest.param(WEBHOOK, True, 1, NoticeState.RETRYING, id="a receiver that knows repetitions is asked again"),
        pytest.param(
            replace(EMAIL, resend_ambiguous=True), False, 1, NoticeState.RETRYING, id="or the operator says so"
        ),
        pytest.param(WEBHOOK, True, 10, NoticeState.AMBIGUOUS, id="at the end of the schedule it stays unknown"),
    ],
)
def test_an_unknown_outcome(policy: RetryPolicy, repeatable: bool, attempt: int, state: NoticeState) -> None:
    """What may have arrived is sent again only where a second one does no harm, or somebody accepts it."""
    step = after(policy, attempt, Outcome(result=Result.AMBIGUOUS, repeatable=repeatable), NOW)

    assert state is step.state


@given(
    attempt=st.integers(1, 20),
    result=st.sampled_from(Result),
    asked=st.none() | st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_no_notice_is_tried_for_ever(attempt: int, result: Result, asked: timedelta | None) -> None:
    """Whatever the provider says, an attempt is followed by an end or by one within the policy's longest wait."""
    step = after(WEBHOOK, attempt, Outcome(result=result, retry_after=asked), NOW)

    assert (step.at is not None) == (step.state is NoticeState.RETRYING)
    if step.at is not None:
        assert attempt <= len(WEBHOOK.delays)
        assert WEBHOOK.delays[attempt - 1] <= step.at - NOW <= max(WEBHOOK.longest, WEBHOOK.delays[attempt - 1])


def test_a_provider_is_waited_for_as_long_as_it_asks() -> None:
    """Retry-After prolongs the wait and never shortens it."""
    asks = [Outcome(result=Result.LIMITED, retry_after=timedelta(seconds=s)) for s in (1, 120)]

    assert [timedelta(seconds=60), timedelta(seconds=120)] == [
        (after(MINUTES, 1, outcome, NOW).at or NOW) - NOW for outcome in asks
    ]


def test_the_file_changes_what_it_names() -> None:
    """Rules of the file replace single members of a shipped policy; an unknown channel starts as careful as e-mail."""
    rules = msgspec.convert(
        {"email": {"resend_ambiguous": True}, "robot": {"delays_seconds": [3]}}, dict[str, RetryRules]
    )

    policies = policies_of(rules)

    assert (EMAIL.delays, True) == (policies["email"].delays, policies["email"].resend_ambiguous)
    assert ((timedelta(seconds=3),), False) == (policies["robot"].delays, policies["robot"].resend_ambiguous)
    assert policies["webhook"] == WEBHOOK
