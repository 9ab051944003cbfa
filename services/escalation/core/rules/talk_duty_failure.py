"""Propose a talk with who does its duties poorly (S2-18, S2-26, S2-39).

工作不力 needs something that can be counted: the duties whose term passed without them. What came late stays missed.
The number and the span are ours.
"""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from services.escalation.core.calendar import local_day
from services.escalation.core.case import Missed
from services.escalation.core.cases.area import Area
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, GivenInt, RuleParameters, Span
from services.escalation.core.wording import period_words

RULE = "talk_duty_failure"


class Parameters(RuleParameters):
    """How many missed duties within which span, and who talks."""

    count: GivenInt = Field(description="How many duties missed.")
    within: Span = Field(description="The span, from the day on which the earliest was missed.")
    acts: Acts = Field("committee", description="The level that talks.")
    spares: tuple[str, ...] = Field((), description="Unit lists that nobody talks to: the committee and its office.")

    @property
    def unit_lists(self) -> tuple[str, ...]:
        """The lists that are spared."""
        return self.spares


def find(area: Area, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one proposal for each missed duty that completes the number, then begin to count anew."""
    spared = {unit for name in parameters.spares for unit in where.units.get(name, ())}
    if area.id in {where.committee, where.fallback_lead} | spared:
        return  # the committee and its office do not talk to themselves
    within, counted, number = parameters.within, list[Missed](), 0
    for missed in area.missed:
        day = local_day(missed.missed_at)
        counted = [
            other
            for other in counted
            if day <= where.calendar.add(local_day(other.missed_at), within.count, within.unit)
        ]
        counted.append(missed)
        if len(counted) < parameters.count.value:
            continue
        row, counted, number = tuple(counted), [], number + 1
        yield Finding(
            measure="admonition_talk",
            subject_kind=area.kind,
            subject_id=area.id,
            occurrence=str(number),
            at=missed.missed_at,
            instant=True,
            tenant=missed.tenant,
            level=where.acting(missed.tenant, parameters.acts),
            acts_for=where.fallback_lead or None,
            reason=partial(_reason, area, row, parameters, where),
            rests_on=(),
            context={"area_name": where.name_of(area.id), "addressee": area.kind},
        )


def _reason(area: Area, row: tuple[Missed, ...], parameters: Parameters, where: Jurisdiction) -> str:
    name = where.name_of(area.id)
    listed = "、".join(f"{missed.title}（{period_words(missed.period)}）" for missed in row)
    return f"{name}在{parameters.within.words}内有{len(row)}项工作未按期完成：{listed}，属工作不力，建议约谈。"
