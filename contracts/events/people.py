"""Say what people did in our own services, and what our clock said: facts of the inner log that no upstream may send."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from contracts.fields import (
    CLOSED,
    ITEMS,
    TEXT_PATTERN,
    Count,
    Data,
    Day,
    Decides,
    Division,
    Id,
    Instant,
    MaybeId,
    MaybeName,
    MaybeText,
    Name,
    Text,
    Word,
    needs,
)
from contracts.vocabulary import DayKind, RuleId, Verdict

PackText = Annotated[str, StringConstraints(max_length=200_000, pattern=TEXT_PATTERN)]
"""The largest pack that ships has 18,000 characters."""
Year = Annotated[int, Field(ge=2000, le=2200)]
Score = Annotated[float, Field(ge=-1e6, le=1e6)]


class ProposalDecided(Data):
    """审定: a named person confirmed or rejected a proposal, or upheld or lifted a questioned decision."""

    model_config = ConfigDict(
        json_schema_extra=CLOSED
        | {"if": {"properties": {"verdict": {"const": "confirmed"}}}, "then": needs("document_no")},
    )

    decision_id: Id = Field(description="决定编号: the decision it is about")
    verdict: Annotated[Verdict, Decides(Verdict)] = Field(description="结论: confirmed, rejected, upheld or lifted")
    by: Name = Field(description="审定人: a handle")
    reason: Text = Field(description="理由: why")
    document_no: MaybeName = Field(None, description="文号: the document; needed to confirm")

    @model_validator(mode="after")
    def _is_documented(self) -> Self:
        if self.verdict is Verdict.CONFIRMED and not self.document_no:
            raise PydanticCustomError("document_missing", "confirmed without document_no")
        return self


class PolicyActivated(Data):
    """启用政策: a version of a policy pack takes effect for its tenants."""

    policy: Id = Field(description="政策包: the pack's id")
    version: Word = Field(description="版本: the pack's version")
    effective_from: Day = Field(description="生效日期: what happens from this day on is bound by it")
    by: Name = Field(description="启用人: a handle")
    reason: MaybeText = Field(None, description="理由: why")
    digest: MaybeId = Field(None, description="摘要: SHA-256 of the pack's text, in hex")
    text: PackText | None = Field(None, description="文本: the pack itself, YAML; the log alone gives the law back")
    move_running: bool | None = Field(None, description="改用新版: running clocks move to this version")
    document_no: MaybeName = Field(None, description="文号: the document that decided it")


class PolicyMigrated(Data):
    """改用新版: the running clock of one case moves to another version of its pack; what was decided before stays."""

    policy: Id = Field(description="政策包: the pack's id")
    from_version: Word = Field(description="原版本: the version under which the clock runs")
    to_version: Word = Field(description="新版本: the version under which it runs on")
    kind: Word = Field(description="对象类别: hazard or listing")
    case_id: Id = Field(description="对象编号: the hazard's or the listing's id")
    namespace: MaybeId = Field(None, description="来源命名空间: tells upstream systems' ids apart")
    by: Name = Field(description="决定人: a handle")
    reason: Text = Field(description="理由: why")
    document_no: MaybeName = Field(None, description="文号: the document that decided it")


class CalendarDay(Data):
    """One day whose kind is set."""

    day: Day = Field(description="日期: the day")
    kind: Annotated[DayKind, Decides(DayKind)] = Field(description="类别: working_day or holiday")
    name: MaybeName = Field(None, description="名称: the holiday's name")


class CalendarChanged(Data):
    """日历调整: days of the calendar were set; open dates are derived anew."""

    days: Annotated[tuple[CalendarDay, ...], Field(strict=False, min_length=1, max_length=ITEMS)] = Field(
        description="日期: the days set",
    )
    by: Name = Field(description="操作人: a handle")
    reason: MaybeText = Field(None, description="理由: why")
    document_no: MaybeName = Field(None, description="文号: the notice that set them")
    year: Year | None = Field(
        None, description="年度: the year whose notice this is, all its days together; its dates become firm"
    )

    @model_validator(mode="after")
    def _names_each_day_once(self) -> Self:
        if len({one.day for one in self.days}) < len(self.days):
            raise PydanticCustomError("day_twice", "a day is set twice: say once what it is")
        return self


class TermRecounted(Data):
    """期限重算: a date of one case was counted anew, because days of its committee's calendar were set."""

    hazard_id: MaybeId = Field(None, description="隐患编号: the hazard, where it is one")
    case_kind: Word = Field(description="对象类别: what sort of case it is")
    case_id: Id = Field(description="对象编号: the case's id")
    rule: Annotated[RuleId, Decides(RuleId)] = Field(description="规则: the rule that falls due on the date")
    before: Instant | None = Field(None, description="原期限: the instant as it was; absent where there was none")
    after: Instant | None = Field(None, description="新期限: the instant as it is now; absent where there is none")
    firm: bool = Field(description="是否确定: whether no notice that is still to come can move it")
    change: Id = Field(description="日历调整: the id of the event that set the days")
    reason: MaybeText = Field(None, description="理由: why the days were set")
    document_no: MaybeName = Field(None, description="文号: the notice that set them")


class ReplyMissed(Data):
    """逾期未复: nobody acknowledged a notice in time."""

    decision_id: Id = Field(description="决定编号: the decision that was told")
    notice_id: Id = Field(description="通知编号: the notice that was not acknowledged")
    recipient: Name = Field(description="接收人: a handle")
    due_at: Instant = Field(description="应复时间: by when an answer was due")
    tenant: Division | None = Field(None, description="属地: the recipient's division")


class LeagueRow(Data):
    """One unit of a league table; without a rank its sample was too small to be compared."""

    unit: Name = Field(description="单位: who is compared; an area by its division code")
    score: Score = Field(description="得分: by the formula")
    rank: Annotated[int, Field(ge=1, le=ITEMS)] | None = Field(
        None, description="名次: 1 is the best, equal scores share one; absent where the sample is too small"
    )
    sample: Count = Field(description="样本: how many things its score rests on")


class LeaguePublished(Data):
    """公布晾晒: a named person published the league table of a period; a later one of the period replaces it whole."""

    period: Word = Field(description="周期: such as 2023-05")
    cut_off: Instant = Field(description="截止时间: what became known after it is not counted")
    formula: Word = Field(description="算法版本: the version of the formula that gave the scores")
    rows: Annotated[tuple[LeagueRow, ...], Field(strict=False, max_length=ITEMS)] = Field(
        description="名单: each unit with its score and rank",
    )
    by: Name = Field(description="公布人: a handle")
    document_no: MaybeName = Field(None, description="文号: the bulletin's document")


class ClockTicked(Data):
    """计时: everything before the tick's time has been announced; only ticks move a slot's frontier."""
