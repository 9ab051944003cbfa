"""Say whom a notice was for, over which channel, and what became of it: one record per attempt or change of state."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from contracts.facts import Instant
from contracts.vocabulary import LetterKind, NoticeState, Suppression

NOTICE_TYPE: Final = "notice.recorded.v1"


class LetterMark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The official letter that a notice carries: a number that is known from here is never given twice."""

    letter_id: Annotated[str, Meta(description="公文编号: the letter's id")]
    kind: Annotated[LetterKind, Meta(description="文种: what sort of letter")]
    organ: Annotated[str, Meta(description="发文机关: division code of the organ that wrote it")]
    year: Annotated[int | None, Meta(description="年份: the year of its number")] = None
    number: Annotated[int | None, Meta(description="序号: its number within organ and year")] = None


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One state of one notice: a row per (decision or digest, recipient, channel)."""

    notice_id: Annotated[str, Meta(description="通知编号: one decision or digest, recipient and channel")]
    at: Annotated[Instant, Meta(description="时间: when it came to stand so")]
    tenant: Annotated[str, Meta(description="属地: division code of the decision's unit in charge")]
    committee: Annotated[str, Meta(description="安委会: root tenant of the governing policy")]
    decision_id: Annotated[str, Meta(description="决定编号: what it tells; empty for a digest")]
    channel: Annotated[str, Meta(description="渠道: the channel's id")]
    recipient: Annotated[str, Meta(description="接收人: a handle, never a name, number or address")]
    state: Annotated[NoticeState, Meta(description="状态: where it stands")]
    attempt: Annotated[int, Meta(description="次数: 0 before it was handed to the channel, then 1, 2, ...")]
    suppression: Annotated[Suppression | None, Meta(description="抑制原因: why nobody was told")] = None
    decisions: Annotated[tuple[str, ...], Meta(description="摘要内容: the decisions a digest tells")] = ()
    letter: Annotated[LetterMark | None, Meta(description="公文: the letter it carries")] = None
    error: Annotated[str, Meta(description="失败原因: the channel's word, without personal data")] = ""
