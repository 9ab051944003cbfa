"""Say what is known of accidents, tip-offs and important matters."""

from typing import Annotated, Any, Final

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.fields import Amount, Count, Data, Decides, Familiar, Id, MaybeId, Text, Word
from contracts.vocabulary import AccidentCategory, Liability

INFORMER_FIELDS: Final = frozenset(
    {
        "contact",
        "email",
        "id_card",
        "informant",
        "informer",
        "name",
        "openid",
        "person",
        "phone",
        "reporter",
        "tel",
        "whistleblower",
    },
)


class AccidentReported(Data):
    """事故: what is known of one accident; a later event with the same id replaces this one whole."""

    accident_id: Id = Field(description="事故编号: the accident's id at its source")
    category: Annotated[Word, Familiar(AccidentCategory, families=True)] = Field(
        description="事故类别: a family, or a kind below it after a dot",
    )
    sector: Word = Field(description="行业领域: its sector, in the words of the policy")
    liability: Annotated[Liability, Decides(Liability)] = Field(
        description="责任认定: liable 责任事故, not_liable 非责任事故, pending 待定",
    )
    deaths: Count | None = Field(None, description="死亡人数: absent means unknown, never 0")
    serious_injuries: Count | None = Field(None, description="重伤人数: absent means unknown, never 0")
    loss_yuan: Amount | None = Field(None, description="直接经济损失: yuan; absent means unknown, never 0")
    influential: bool | None = Field(None, description="有影响: it drew wide attention")
    site_id: MaybeId = Field(None, description="场所编号: the site")


class _OfTipOff(Data):
    tip_off_id: Id = Field(description="举报编号: the tip-off's id at its source")

    @model_validator(mode="before")
    @classmethod
    def _keeps_the_informer_out(cls, data: Any) -> Any:
        if isinstance(data, dict) and not INFORMER_FIELDS.isdisjoint(data):
            raise PydanticCustomError("informer_named", "an event never tells who gave a tip-off")
        return data


class TipOffReceived(_OfTipOff):
    """举报受理: somebody told of a hazard; who did is never in an event."""

    category: Word = Field(description="举报类别: what it is about")
    description: Text = Field(description="内容: what was told, without anything that shows who told it")
    hazard_id: MaybeId = Field(None, description="隐患编号: the hazard it became")


class TipOffVerified(_OfTipOff):
    """举报核查: whether the tip-off is true."""

    true: bool = Field(description="是否属实: true or not")
    reward_yuan: Amount | None = Field(None, description="奖励金额: yuan")


class MatterReported(Data):
    """重要情况: an important matter that is no hazard and goes up at once."""

    description: Text = Field(description="内容: what is the matter")
    urgency: Word = Field(description="紧急程度: how urgent")
