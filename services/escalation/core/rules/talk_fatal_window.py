"""Propose a talk where several fatal accidents of industry, mining and trade follow each other (S3-22).

Within three calendar months (not ninety days, trap T5) two accidents of the grade 一般 with deaths for which somebody
answers. While responsibility is pending the proposal is provisional.
"""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from services.escalation.core.cases.accident import Grade
from services.escalation.core.cases.area import Area, Row, rows
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, RuleParameters, Span
from services.escalation.core.wording import accident_context, day_words

RULE = "talk_fatal_window"


class Parameters(RuleParameters):
    """How many accidents of which families within which span, and who talks."""

    count: int = Field(ge=2, description="How many accidents.")
    within: Span = Field(description="The span, from the day of the earlier accident.")
    categories: tuple[str, ...] = Field(("industrial",), description="Families; industrial is 工矿商贸.")
    acts: Acts = Field("committee", description="The level that talks.")


def find(area: Area, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one proposal for each accident that completes the number; the committee does not talk to itself."""
    if area.id == where.committee:
        return
    fatal = [
        accident
        for accident in area.accidents
        if accident.is_fatal and accident.grade == Grade.ORDINARY and accident.belongs_to(parameters.categories)
    ]
    for row in rows(fatal, parameters.count, parameters.within, where.calendar):
        yield Finding(
            measure="admonition_talk",
            subject_kind="area",
            subject_id=area.id,
            occurrence=row.last.key,
            at=row.last.time,
            instant=True,
            firm=row.firm,
            tenant=area.id,
            level=where.acting(area.id, parameters.acts),
            reason=partial(_reason, row, parameters, where),
            rests_on=tuple(accident.told for accident in (row.last, *row.earlier)),
            context=partial(accident_context, row.last, where, addressee="area"),
        )


def _reason(row: Row, parameters: Parameters, where: Jurisdiction) -> str:
    area = where.name_of(row.last.area)
    listed = "、".join(f"{day_words(accident.day)}（{accident.accident_id}）" for accident in row.all)
    pending = "" if row.firm else "其中有事故责任尚待认定，"
    return (
        f"{area}在{parameters.within.words}内连续发生{len(row.all)}起一般工矿商贸亡人生产安全责任事故：{listed}，"
        f"{pending}建议由{where.government}约谈{area}主要负责同志。"
    )
