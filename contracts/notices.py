"""Say whom a notice was for, over which channel, and what became of it: one record per attempt or change of state."""

from typing import Final

import msgspec

from contracts.facts import Instant
from contracts.vocabulary import NoticeState, Suppression

NOTICE_TYPE: Final = "notice.recorded.v1"


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One state of one notice: a row per (decision or digest, recipient, channel).

    `recipient` is a handle, never a name, number or address. `attempt` counts from 1 once it was handed to the channel.
    `decision_id` is empty for a digest, which names what it tells in `decisions`. `suppression` says why nobody was
    told, `error` is the channel's word for a failure, without personal data.
    """

    notice_id: str
    at: Instant
    tenant: str
    committee: str
    decision_id: str
    channel: str
    recipient: str
    state: NoticeState
    attempt: int
    suppression: Suppression | None = None
    decisions: tuple[str, ...] = ()
    error: str = ""
