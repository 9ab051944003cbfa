"""Propose a talk with the department that leads the sector of a larger accident (S3-23).

Who leads a sector stands in the pack's dictionary; several may lead one. Where nobody is named, the committee's office
is alerted to name one: a talk is never proposed with nobody, and the accident is never passed over in silence.
"""

from collections.abc import Iterator

from pydantic import Field

from services.escalation.core.cases.accident import Accident, Grade, GradeWord
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, RuleParameters
from services.escalation.core.wording import GRADE_WORDS, accident_context, accident_words, toll_words

RULE = "talk_sector"


class Parameters(RuleParameters):
    """From which grade on, and who talks."""

    grade: GradeWord = Field("larger", description="The lowest grade that calls for a talk: larger is 较大.")
    acts: Acts = Field("committee", description="The level that talks.")


def find(accident: Accident, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one proposal for each department that leads the sector."""
    if accident.grade < Grade.of(parameters.grade):
        return
    leads = where.leads.get(accident.sector, ())
    for lead in leads:
        yield _finding(accident, parameters, where, lead)
    if not leads:
        yield _finding(accident, parameters, where, "")


def _finding(accident: Accident, parameters: Parameters, where: Jurisdiction, lead: str) -> Finding:
    return Finding(
        measure="admonition_talk" if lead else "alert",
        subject_kind="department" if lead else "accident",
        subject_id=lead or accident.accident_id,
        occurrence=accident.key,
        at=accident.time,
        instant=True,
        tenant=where.committee,
        level=where.acting(where.committee, parameters.acts),
        reason=lambda: _reason(accident, where, lead),
        rests_on=(accident.told,),
        context=lambda: accident_context(accident, where, addressee="department" if lead else "committee_office"),
    )


def _reason(accident: Accident, where: Jurisdiction, lead: str) -> str:
    what = f"{accident_words(accident, where)}{toll_words(accident)}，属{GRADE_WORDS[accident.grade]}事故，"
    if not lead:
        return f"{what}“{accident.sector}”领域未明确市直主管部门，请{where.fallback_lead or '安委办'}明确后约谈。"
    return f"{what}建议由{where.government}约谈{lead}主要负责同志。"
