"""Propose a talk where accidents are many (S2-18, first ground).

The notice gives no number: N accidents within M months, both ours, leaning on the talk rules of L5.
"""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from services.escalation.core.cases.area import Area, Row, rows
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, GivenInt, RuleParameters, Span
from services.escalation.core.wording import accident_context, day_words

RULE = "talk_accident_prone"


class Parameters(RuleParameters):
    """How many accidents within which span, of which families, and who talks."""

    count: GivenInt = Field(description="How many accidents.")
    within: Span = Field(description="The span, from the day of the earliest accident.")
    categories: tuple[str, ...] = Field((), description="Families; empty: any.")
    fatal: bool = Field(False, description="Count accidents with deaths alone.")
    acts: Acts = Field("committee", description="The level that talks.")


def find(area: Area, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one proposal for each accident that completes the number; the sector's leading office talks."""
    if area.id == where.committee:
        return
    known = [
        accident
        for accident in area.accidents
        if accident.belongs_to(parameters.categories) and (accident.is_fatal or not parameters.fatal)
    ]
    for row in rows(known, parameters.count.value, parameters.within, where.calendar):
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
            acts_for=next(iter(where.leads_of(row.last.sector)), None),
            reason=partial(_reason, row, parameters, where),
            rests_on=tuple(accident.told for accident in (row.last, *row.earlier)),
            context=partial(accident_context, row.last, where, addressee="area"),
        )


def _reason(row: Row, parameters: Parameters, where: Jurisdiction) -> str:
    area = where.name_of(row.last.area)
    listed = "、".join(f"{day_words(accident.day)}（{accident.accident_id}）" for accident in row.all)
    pending = "" if row.firm else "其中有事故责任尚待认定，"
    return (
        f"{area}在{parameters.within.words}内发生{len(row.all)}起事故：{listed}，属事故多发，"
        f"{pending}建议约谈{area}主要负责同志，督促限期整改突出问题。"
    )
