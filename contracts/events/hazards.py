"""Say what happened to a hazard, from its report to its close-out."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.events.sites import Site
from contracts.fields import (
    CLOSED,
    Amount,
    Data,
    Day,
    DayOrInstant,
    Decides,
    Familiar,
    Id,
    MaybeId,
    MaybeName,
    MaybeText,
    Name,
    References,
    Text,
    Word,
    Words,
    needs,
)
from contracts.vocabulary import FoundBy, HazardLevel


class _OfHazard(Data):
    hazard_id: Id = Field(description="隐患编号: the hazard's id at its source")


class HazardReported(_OfHazard):
    """隐患上报: a hazard was found; a second report of a known hazard merges, and never moves a deadline later."""

    model_config = ConfigDict(json_schema_extra=CLOSED | {"anyOf": [needs("site"), needs("site_id")]})

    level: Annotated[HazardLevel, Decides(HazardLevel)] = Field(description="隐患等级: general 一般, major 重大")
    category: Word = Field(description="隐患类别: what sort of hazard")
    description: Text = Field(description="隐患内容: what is wrong")
    sector: Word = Field(description="行业领域: its sector, in the words of the policy")
    found_by: Annotated[Word, Familiar(FoundBy)] = Field(description="发现方式: who found it")
    site: Site | None = Field(None, description="场所: the site in full; needed unless site_id is given")
    site_id: MaybeId = Field(None, description="场所编号: a site registered before; needed unless site is given")
    inspection_id: MaybeId = Field(None, description="检查编号: the inspection that found it")
    campaign: MaybeId = Field(None, description="专项行动: the campaign it belongs to")
    criterion: MaybeId = Field(None, description="判定依据: the criterion it breaks")
    rectify_by: DayOrInstant | None = Field(None, description="整改期限: a day (to its end) or an instant")
    responsible_unit: MaybeName = Field(None, description="责任单位: who has to put it right")
    responsible_person: MaybeName = Field(None, description="责任人: a handle, not a name")
    supervising_unit: MaybeName = Field(None, description="督办单位: who supervises that")
    measures: MaybeText = Field(None, description="整改措施: what is to be done")
    task: MaybeName = Field(None, description="任务: the task it belongs to")
    fixed_on_the_spot: bool | None = Field(None, description="立行立改: put right during the visit")
    self_check_failed: bool | None = Field(None, description="自查不到位: the unit should have found it itself")
    expert_involved: bool | None = Field(None, description="专家参与: an expert took part")
    sources: Words | None = Field(None, description="来源: the rounds or campaigns that brought it")
    media: References | None = Field(None, description="影像: references to photographs and documents")
    evidence_kept: bool | None = Field(None, description="证据留存: evidence was secured")

    @model_validator(mode="after")
    def _names_a_site(self) -> Self:
        if self.site is None and not self.site_id:
            raise PydanticCustomError("site_missing", "neither site nor site_id")
        if self.site is not None and self.site_id and self.site.id != self.site_id:
            raise PydanticCustomError("sites_differ", "site and site_id name different sites")
        return self


class HazardHandedOver(_OfHazard):
    """隐患交办: the hazard was handed over to the unit that has to deal with it."""

    to_unit: Name = Field(description="接收单位: to whom")


class HazardEscalatedUp(_OfHazard):
    """隐患上报安委办: the hazard was reported up to the committee office."""

    to_unit: Name = Field(description="上报至: to whom")


class HazardPlanFiled(_OfHazard):
    """整改方案: what cannot be put right at once has a plan, with measures that keep it safe meanwhile."""

    target_date: Day = Field(description="目标日期: by when the plan ends")
    interim_measures: Text = Field(description="临时措施: what keeps it safe meanwhile")
    responsible: Name = Field(description="责任落实: who answers for the plan")
    measures: Text = Field(description="治理措施: what is to be done")
    funds: Amount | None = Field(None, description="资金: yuan")
    contingency: MaybeText = Field(None, description="应急预案: what if it goes wrong")
    approver: MaybeName = Field(None, description="批准人: a handle or unit")
    document_no: MaybeName = Field(None, description="文号: the plan's document")


class HazardExtensionDecided(_OfHazard):
    """延期审批: an extension was granted or refused; only this moves an ordered deadline later."""

    model_config = ConfigDict(
        json_schema_extra=CLOSED | {"if": {"properties": {"granted": {"const": True}}}, "then": needs("until")},
    )

    granted: bool = Field(description="是否同意: granted or refused")
    approver: Name = Field(description="批准人: a handle or unit")
    reason: Text = Field(description="理由: why")
    until: DayOrInstant | None = Field(None, description="延至: the new deadline; needed when granted")
    document_no: MaybeName = Field(None, description="文号: the decision's document")

    @model_validator(mode="after")
    def _says_until_when(self) -> Self:
        if self.granted and self.until is None:
            raise PydanticCustomError("until_missing", "granted without until")
        return self


class HazardClockSuspended(_OfHazard):
    """挂账: the clock stands still, for a reason that somebody approved."""

    approver: Name = Field(description="批准人: a handle or unit")
    reason: Text = Field(description="理由: why")


class HazardClockResumed(_OfHazard):
    """恢复计时: the clock runs again."""

    approver: Name = Field(description="批准人: a handle or unit")
    reason: Text = Field(description="理由: why")


class HazardRectified(_OfHazard):
    """整改完成: the unit says that it has put the hazard right."""

    by: Name = Field(description="整改人: a handle or unit")
    media: References | None = Field(None, description="影像: references to photographs and documents")
    funds: Amount | None = Field(None, description="资金: yuan spent")


class HazardReinspected(_OfHazard):
    """复查: somebody looked again; a failed re-inspection makes the hazard open and late at once."""

    passed: bool = Field(description="是否合格: passed or failed")
    inspection_id: MaybeId = Field(None, description="检查编号: the inspection that looked")
    by: MaybeName = Field(None, description="复查人: a handle or unit")


class HazardClosed(_OfHazard):
    """销号: the hazard is verified as put right and taken off the list."""

    document_no: MaybeName = Field(None, description="文号: the close-out's document")


class HazardRegraded(_OfHazard):
    """等级调整: the hazard's level was set anew."""

    level: Annotated[HazardLevel, Decides(HazardLevel)] = Field(description="隐患等级: general 一般, major 重大")
    reason: Text = Field(description="理由: why")


class HazardReturned(_OfHazard):
    """退回: the unit that got the hazard says it is not its own."""

    reason: Text = Field(description="理由: why")
    suggested_unit: MaybeName = Field(None, description="建议单位: whose it is instead")


class HazardReassigned(_OfHazard):
    """改派: the hazard goes to another unit."""

    reason: Text = Field(description="理由: why")
    to_unit: Name = Field(description="接收单位: to whom")


class HazardWithdrawn(_OfHazard):
    """撤销: the report was a mistake and counts for nothing."""

    reason: Text = Field(description="理由: why")


class HazardRectificationRefused(_OfHazard):
    """拒不整改: the unit refuses to put the hazard right."""

    reason: MaybeText = Field(None, description="理由: what it says")
