"""Propose a talk with the leader of an area where a larger accident happened (S3-21): 较大 or above, whoever answers."""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from services.escalation.core.cases.accident import Accident, Grade, GradeWord
from services.escalation.core.cases.area import Area
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, RuleParameters
from services.escalation.core.wording import GRADE_WORDS, accident_context, accident_words, toll_words

RULE = "talk_serious_accident"


class Parameters(RuleParameters):
    """From which grade on, of which families, and who talks."""

    grade: GradeWord = Field("larger", description="The lowest grade that calls for a talk: larger is 较大.")
    categories: tuple[str, ...] = Field((), description="Families of accidents; empty: any.")
    acts: Acts = Field("committee", description="The level that talks.")


def find(area: Area, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one proposal for each such accident; the committee does not talk to itself."""
    if area.id == where.committee:
        return
    for accident in area.accidents:
        if accident.grade < Grade.of(parameters.grade) or not accident.belongs_to(parameters.categories):
            continue
        yield Finding(
            measure="admonition_talk",
            subject_kind="area",
            subject_id=area.id,
            occurrence=accident.key,
            at=accident.time,
            instant=True,
            tenant=area.id,
            level=where.acting(area.id, parameters.acts),
            reason=partial(_reason, accident, where),
            rests_on=(accident.told,),
            context=partial(accident_context, accident, where, addressee="area"),
        )


def _reason(accident: Accident, where: Jurisdiction) -> str:
    return (
        f"{accident_words(accident, where)}{toll_words(accident)}，属{GRADE_WORDS[accident.grade]}事故，"
        f"建议由{where.government}约谈{where.name_of(accident.area)}主要负责同志。"
    )
