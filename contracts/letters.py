"""Say what an official letter is, from its signature on: one record per change, enough to have it again byte for byte."""

from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from contracts.facts import Instant
from contracts.vocabulary import LetterKind, LetterState, Status

LETTER_TYPE: Final = "letter.recorded.v1"


class Letter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One state of one letter that was signed. A later `revision` of the same letter replaces what it says."""

    letter_id: Annotated[str, Meta(description="公文编号: the letter's id")]
    revision: Annotated[int, Meta(ge=1, description="版次: rises with each change")]
    at: Annotated[Instant, Meta(description="时间: when it came to stand so")]
    tenant: Annotated[str, Meta(description="属地: division code of the decision's unit in charge")]
    committee: Annotated[str, Meta(description="安委会: root tenant of the governing policy")]
    kind: Annotated[LetterKind, Meta(description="文种: what sort of letter")]
    organ: Annotated[str, Meta(description="发文机关: division code of the organ that wrote it")]
    decision_id: Annotated[str, Meta(description="决定编号: what it rests on")]
    status: Annotated[Status, Meta(description="决定状态: the state of the decision that drafted it")]
    turn: Annotated[int, Meta(ge=0, description="轮次: which time round the decision was")]
    thread: Annotated[str, Meta(description="事项: what all letters about one matter share")]
    content: Annotated[dict[str, Any], Meta(description="正文: the whole text in its parts")]
    state: Annotated[LetterState, Meta(description="状态: where it stands")]
    basis: Annotated[str, Meta(description="依据: whether what it rests on still holds")]
    drafted_at: Annotated[Instant, Meta(description="起草时间: when it was drafted")]
    signed_at: Annotated[Instant, Meta(description="签发时间: when it was signed")]
    signed_by: Annotated[str, Meta(description="签发人: who signed it")]
    issued_on: Annotated[date, Meta(description="成文日期: the day it bears")]
    year: Annotated[int, Meta(description="年份: the year of its number")]
    number: Annotated[int | None, Meta(description="序号: within organ and year; none for papers without a number")] = (
        None
    )
    template_version: Annotated[str, Meta(description="模板版本: what it was laid out with")] = ""
    template_sha256: Annotated[str, Meta(description="模板校验: hash of the template")] = ""
    document_sha256: Annotated[str, Meta(description="文件校验: hash of the signed file")] = ""
    document: Annotated[
        str,
        Meta(description="文件: the signed file in base64, in the record of its signature, unless it is very large"),
    ] = ""
    sent_at: Annotated[Instant | None, Meta(description="发出时间: when it reached somebody first")] = None
    received_at: Annotated[Instant | None, Meta(description="签收时间: its first receipt")] = None
    received_by: Annotated[str, Meta(description="签收人: who signed for it")] = ""
    replied_at: Annotated[Instant | None, Meta(description="回复时间: its first answer")] = None
    reply: Annotated[str, Meta(description="回复内容: the answer's text")] = ""
    reply_due: Annotated[Instant | None, Meta(description="回复期限: from then on an answer is late")] = None
    missed_at: Annotated[Instant | None, Meta(description="逾期未复: when it was announced that nobody answered")] = (
        None
    )
    withdraws: Annotated[str | None, Meta(description="撤销的公文: the letter that this one takes back")] = None
    withdrawn_by: Annotated[str | None, Meta(description="被撤销于: the letter that took this one back")] = None
