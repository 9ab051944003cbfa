"""Say which duties were done, which milestones have a date and how far targets have come."""

from typing import Annotated

from pydantic import Field

from contracts.fields import Data, Day, DayOrInstant, Id, MaybeName, MaybeSha256, Name, Word

Total = Annotated[float, Field(ge=0, le=1e15)]


class ObligationFulfilled(Data):
    """履职完成: a unit did what it owed for a period."""

    obligation: Id = Field(description="履职事项: the obligation's id in the policy")
    unit: Name = Field(description="单位: who did it")
    period: Word = Field(description="周期: such as 2023-06, 2023-Q2, 2023-H1, stage:2a or 2020-03-26")
    document_no: MaybeName = Field(None, description="文号: the report's document")
    file_sha256: MaybeSha256 = Field(None, description="书面件校验: SHA-256, in hex, of the signed and sealed file")


class MilestoneDated(Data):
    """节点日期: a milestone that a policy names got its date."""

    milestone: Word = Field(description="节点: such as summit_start, summit_end or standing_meeting")
    date: Day = Field(description="日期: the day")


class TargetProgressed(Data):
    """目标进度: how far a unit has come with a target."""

    target: Id = Field(description="目标: the target's id in the policy")
    unit: Name = Field(description="单位: whose progress")
    value: Total = Field(description="累计值: the running total, in the target's own unit")
    as_of: DayOrInstant = Field(description="截至: when it stood so")
