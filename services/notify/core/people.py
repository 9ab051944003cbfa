"""What a person may do about a notice that the machine has given up, set aside, or does not know about."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from contracts.vocabulary import NoticeState
from services.notify.core.notice import IllegalMove, Notice
from services.notify.core.stages.digest import NOT_BEGUN

SETTLED_BY_A_PERSON: Final = frozenset({NoticeState.DELIVERED, NoticeState.FAILED})
RULED: Final = (NoticeState.DELIVERED, NoticeState.FAILED, NoticeState.RETRYING)
"""What a rule may make of many ambiguous notices: they arrived, they did not and rest, they are sent once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Which ambiguous notices are meant, by what they have in common.

    `answer`: what is written down as the channel's answer, in full; None: whatever it was. `tenant` with all below it.
    `since` and `until`: when their last attempt began, both included.
    """

    channel: str
    answer: str | None = None
    tenant: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def taken_up_again(notice: Notice, now: datetime, *, by_person: bool = True) -> Notice:
    """The notice on its way again, at once; raises `IllegalMove` where it is under way, about to be, or delivered.

    `by_person`: somebody insists on this one notice, so reasons for silence are not asked again (but the master switch).
    """
    if notice.state in {NoticeState.CREATED, NoticeState.SENDING}:
        raise IllegalMove(f"notice {notice.id} is {notice.state.value}: it is on its way already")
    released = notice.released or by_person
    if notice.state is NoticeState.RETRYING:
        return replace(notice, not_before=now, released=released, revision=notice.revision + 1)
    fresh = notice.state is NoticeState.SUPPRESSED and not notice.attempt
    return notice.moved(
        NoticeState.CREATED if fresh else NoticeState.RETRYING,
        not_before=now,
        suppression=None,
        folded_into=None,
        error="",
        released=released,
    )


def settled_by_person(notice: Notice, state: NoticeState) -> Notice:
    """An ambiguous notice as a person found out: it did arrive, or it did not; raises `IllegalMove`."""
    if state not in SETTLED_BY_A_PERSON or notice.state is not NoticeState.AMBIGUOUS:
        raise IllegalMove(
            f"notice {notice.id} is {notice.state.value}: only an ambiguous one is settled, as delivered or failed"
        )
    return notice.moved(state, error="" if state is NoticeState.DELIVERED else notice.error)


def ruled(notice: Notice, state: NoticeState, now: datetime) -> Notice:
    """An ambiguous notice as a rule for many of its like says, one of `RULED`; raises `IllegalMove`."""
    if state is NoticeState.RETRYING and notice.state is NoticeState.AMBIGUOUS:
        return taken_up_again(notice, now)
    return settled_by_person(notice, state)


def waits_for(notice: Notice, told: Notice) -> bool:
    """Whether this end was set aside only because its beginning was, so that it comes back with it."""
    return notice.follows == told.id and notice.state is NoticeState.SUPPRESSED and notice.error == NOT_BEGUN
