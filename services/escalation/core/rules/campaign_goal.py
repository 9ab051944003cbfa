"""See an accident break the goal of a campaign, of a key period or of the year (S0-02, S0-03, S0-04, S2-03, S2-04).

A soft goal alerts the committee, a hard one is a red alert. Nobody has to answer for an accident to break a goal. An
unknown figure breaks none. A campaign's first and last day belong to it; a key period dated by milestones begins when
the first is dated, and while its end is not, what happens in it is provisional.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from services.escalation.core.cases.accident import Accident, Accidents, Grade, GradeWord
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Clause, PackModel, RuleParameters
from services.escalation.core.windows import Inside
from services.escalation.core.wording import accident_context, accident_words, toll_words

RULE = "campaign_goal"


class Goal(PackModel):
    """One goal: any of the given criteria breaks it, and without one any accident of its families does."""

    id: str = Field(description="The goal's id; it is the step of the record.")
    title: str = Field(description="The goal in the words of the notice.")
    binding: Literal["soft", "hard"] = Field(description="soft: 力争, an alert; hard: 确保, a red alert.")
    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")
    during: Literal["campaign", "key_periods", "always"] = Field("campaign", description="When it holds.")
    categories: tuple[str, ...] = Field((), description="Families of accidents; empty: any.")
    deaths: int | None = Field(None, ge=1, description="Broken by so many deaths or more.")
    grade: GradeWord | None = Field(None, description="Broken by this grade or above.")
    influential: bool = Field(False, description="Broken by an accident with influence.")

    def is_broken_by(self, accident: Accident) -> bool:
        """Whether the accident, wherever it falls in time, is one that the goal excludes."""
        if not accident.belongs_to(self.categories):
            return False
        criteria = [
            self.deaths is not None and accident.deaths is not None and accident.deaths >= self.deaths,
            self.grade is not None and accident.grade >= Grade.of(self.grade),
            self.influential and accident.influential,
        ]
        return any(criteria) or (self.deaths is None and self.grade is None and not self.influential)


class Parameters(RuleParameters):
    """The goals, and who is alerted."""

    goals: tuple[Goal, ...] = Field(min_length=1, description="The goals.")
    acts: Acts = Field("committee", description="The level that is alerted.")

    @model_validator(mode="after")
    def _ids_differ(self) -> "Parameters":
        if len({goal.id for goal in self.goals}) < len(self.goals):
            raise ValueError("two goals have one id")
        return self


def find(accidents: Accidents, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one alert for each goal that an accident breaks; its subject is the accident."""
    for accident in accidents.all:
        for goal in parameters.goals:
            if not goal.is_broken_by(accident):
                continue
            inside, window = _window(goal, accident, accidents, where)
            if inside == "outside":
                continue
            severity = {"severity": "red" if goal.binding == "hard" else "alert", "goal": goal.title}
            yield Finding(
                measure="alert",
                step=goal.id,
                subject_kind="accident",
                subject_id=accident.accident_id,
                occurrence=accident.namespace or "0",
                at=accident.time,
                instant=True,
                firm=inside == "inside",
                tenant=accident.tenant,
                level=where.acting(accident.tenant, parameters.acts),
                clauses=goal.clauses,
                reason=f"{accident_words(accident, where)}{toll_words(accident)}，突破{window}“{goal.title}”的目标。",
                rests_on=(accident.told,),
                context=accident_context(accident, where, addressee="committee_office") | severity,
            )


def _window(goal: Goal, accident: Accident, accidents: Accidents, where: Jurisdiction) -> tuple[Inside, str]:
    """Whether the accident lies where the goal holds, and the name of that time."""
    if goal.during == "always":
        return "inside", ""
    if goal.during == "campaign":
        campaign = where.campaign
        return (campaign.holds(accident.day), campaign.name) if campaign else ("outside", "")
    held = [
        (period.holds(accident.day, accidents.milestones, where.calendar), period.name) for period in where.key_periods
    ]
    for wanted in ("inside", "perhaps"):
        for inside, name in held:
            if inside == wanted:
                return inside, name
    return "outside", ""
