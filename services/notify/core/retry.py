"""Decide what comes after an attempt: a function of the policy, the attempt, its outcome and now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from contracts.vocabulary import NoticeState


class Result(StrEnum):
    """What a channel's answer means; the adapter of the channel decides it."""

    #: The provider's own word for success.
    DELIVERED = "delivered"
    #: Known not to have arrived; the same may work later.
    TEMPORARY = "temporary"
    #: The provider asks us to slow down.
    LIMITED = "limited"
    #: Known not to have arrived; the same will never work.
    PERMANENT = "permanent"
    #: The address itself is gone: nothing is sent there again.
    GONE = "gone"
    #: It may or may not have arrived.
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One attempt's result, the provider's answer in short (no personal data), and how long it asks us to wait.

    `repeatable`: the receiver recognises a repetition, so that an unknown outcome may simply be tried again. `down`: it
    was the provider that failed, not this message, so the next one would fare no better. `reference`: the provider's own
    number of a message that it took, by which it says later whether that arrived.
    """

    result: Result
    answer: str = ""
    retry_after: timedelta | None = None
    repeatable: bool = False
    down: bool = False
    reference: str = ""


class RetryRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One channel's retry rules as written in the file of routes."""

    delays_seconds: tuple[float, ...] | None = None
    resend_ambiguous: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When to try again: `delays[n - 1]` after attempt n; no delay left means giving up.

    `resend_ambiguous`: the operator accepts repetitions, so an attempt of unknown outcome is made again even where the
    receiver does not recognise one; otherwise it waits for a person.
    """

    delays: tuple[timedelta, ...]
    resend_ambiguous: bool = False
    longest: timedelta = timedelta(hours=24)


# Standard Webhooks: 10 attempts within about 75 hours. The receiver knows a repetition by its webhook-id.
WEBHOOK: Final = RetryPolicy(
    delays=tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)),
)
# Greylisting wants a second try after some minutes; a mail server that is away for a weekend loses nothing.
EMAIL: Final = RetryPolicy(
    delays=tuple(timedelta(seconds=s) for s in (60, 300, 900, 3600, 7200, 14400, 28800, 43200, 86400, 86400)),
)
# Robots answer within seconds or are away for an hour; a group reads what is a day old no more.
ROBOT: Final = RetryPolicy(
    delays=tuple(timedelta(seconds=s) for s in (30, 60, 300, 900, 1800, 3600, 7200, 14400, 28800, 43200)),
)
# Each try may cost money, and one number takes few a day.
SMS: Final = RetryPolicy(delays=tuple(timedelta(seconds=s) for s in (60, 300, 900, 3600, 14400, 43200)))
SHIPPED: Final[Mapping[str, RetryPolicy]] = {
    "email": EMAIL,
    "webhook": WEBHOOK,
    "dingtalk": ROBOT,
    "wecom": ROBOT,
    "feishu": ROBOT,
    "sms": SMS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Where a notice goes after an attempt; `at` is the next attempt's earliest instant where it waits for one."""

    state: NoticeState
    at: datetime | None = None
    given_up: bool = False


def after(policy: RetryPolicy, attempt: int, outcome: Outcome, now: datetime) -> Next:
    """What follows attempt number `attempt` (from 1) with this outcome."""
    match outcome.result:
        case Result.DELIVERED:
            return Next(state=NoticeState.DELIVERED)
        case Result.PERMANENT | Result.GONE:
            return Next(state=NoticeState.FAILED)
        case Result.AMBIGUOUS if not (outcome.repeatable or policy.resend_ambiguous):
            return Next(state=NoticeState.AMBIGUOUS)
        case _:
            return _again(policy, attempt, outcome, now)


def policies_of(rules: Mapping[str, RetryRules]) -> Mapping[str, RetryPolicy]:
    """The shipped policies as the file changes them; a channel nobody knows yet starts from the e-mail's."""
    policies = dict(SHIPPED)
    for channel, rule in rules.items():
        base = policies.get(channel, EMAIL)
        policies[channel] = RetryPolicy(
            delays=base.delays
            if rule.delays_seconds is None
            else tuple(timedelta(seconds=seconds) for seconds in rule.delays_seconds),
            resend_ambiguous=base.resend_ambiguous if rule.resend_ambiguous is None else rule.resend_ambiguous,
        )
    return policies


def _again(policy: RetryPolicy, attempt: int, outcome: Outcome, now: datetime) -> Next:
    if attempt > len(policy.delays):
        unknown = outcome.result is Result.AMBIGUOUS
        return Next(state=NoticeState.AMBIGUOUS if unknown else NoticeState.FAILED, given_up=True)
    wait = policy.delays[attempt - 1]
    if outcome.retry_after is not None:
        wait = max(wait, min(outcome.retry_after, policy.longest))
    return Next(state=NoticeState.RETRYING, at=now + wait)
