"""See a hazard that has been open for long, 久拖不决 (S4-18, S3-27, R: age), kept apart from overdue.

Age counts from the finding, whatever the deadline says: an extension or a suspended clock makes nobody younger. A
hazard found again after its close-out is a new one; a failed re-inspection goes on with the old one.
"""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from pydantic import Field, model_validator

from services.escalation.core.calendar import end_of, local_day
from services.escalation.core.cases.hazard import CLOSURES, DONE, LEVELS, WORK, Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.heard import each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.rounds import found_again_at, gradings
from services.escalation.core.terms import Acts, Addressee, Measure, PackModel, RuleParameters, Span
from services.escalation.core.wording import day_words, hazard_context, hazard_words

RULE = "long_standing"
READS = frozenset({WORK, DONE, LEVELS, CLOSURES})


class Age(PackModel):
    """One age with what follows from it; the notices give no number."""

    step: str = Field(description="The rung's name, such as 90d.")
    after: Span = Field(description="How long after the day of finding; over at 24:00 of the last day.")
    levels: tuple[Literal["general", "major"], ...] = Field(
        ("general", "major"), min_length=1, description="Levels of hazards that it binds, as last graded."
    )
    measure: Measure = Field("alert", description="What follows; accountability is a referral that a person confirms.")
    acts: Acts = Field("own", description="The level that acts.")
    to: Addressee = Field("supervising_unit", description="Whom it addresses.")


class Parameters(RuleParameters):
    """The ages, youngest first."""

    ages: tuple[Age, ...] = Field(min_length=1, description="The ages, youngest first.")

    @model_validator(mode="after")
    def _steps_differ(self) -> "Parameters":
        if len({age.step for age in self.ages}) < len(self.ages):
            raise ValueError("two ages have one step")
        return self


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield each age that the hazard reaches while it waits for rectification."""
    for number, work in enumerate(hazard.work):
        found = found_again_at(hazard, work)
        day = local_day(found)
        for age in parameters.ages:
            old = end_of(where.calendar.add(day, age.after.count, age.after.unit))
            for place, grading in enumerate(gradings(hazard, work, age.levels)):
                at = max(old, grading.since)
                if grading.until is not None and at >= grading.until:
                    continue
                yield Finding(
                    measure=age.measure,
                    step=age.step,
                    subject_kind="hazard",
                    subject_id=hazard.hazard_id,
                    occurrence=f"{number}.{place}",
                    at=at,
                    instant=False,
                    until=grading.until,
                    tenant=hazard.tenant,
                    level=where.acting(hazard.tenant, age.acts),
                    reason=partial(_reason, hazard, day_words(day), age),
                    rests_on=each_once(hazard.first, work.begun_by, grading.fact),
                    ladder=f"{RULE}/{number}",
                    since=found,
                    context=partial(hazard_context, hazard, where, addressee=age.to),
                )


def _reason(hazard: Hazard, found: str, age: Age) -> str:
    return f"{hazard_words(hazard)}{found}发现，已超过{age.after.words}仍未整改，属长期存在。"
