"""See a team that spends too few days in the field (S1-12): 现场暗访检查时间不少于8天.

A day counts by at least one unannounced visit of a site; a zero report from a desk is no visit. The warning comes when
fewer days are left than are missing, the miss at the end of the campaign.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial

from pydantic import Field

from services.escalation.core.calendar import ONE_DAY, end_of
from services.escalation.core.cases.team import Team
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Addressee, RuleParameters
from services.escalation.core.wording import day_words

RULE = "field_days"


class Parameters(RuleParameters):
    """How many days, and which teams owe them."""

    teams: str = Field(description="The unit list of the teams.")
    days: int = Field(ge=1, description="Distinct days with an unannounced visit of a site, within the campaign.")
    acts: Acts = Field("committee", description="The level that is told.")
    to: Addressee = Field("committee_office", description="Whom it addresses.")

    @property
    def unit_lists(self) -> tuple[str, ...]:
        """The unit lists that this rule names."""
        return (self.teams,)


def find(team: Team, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield the warning on the day from which the number cannot be reached, and the miss at the end of the campaign."""
    campaign = where.campaign
    if campaign is None:
        return
    days = team.field_days(campaign.begins, campaign.ends)
    hopeless = _hopeless_after(days, parameters.days, campaign.begins, campaign.ends)
    last = campaign.ends
    found = [(day, "forecast", "remind") for day in (hopeless,) if day is not None and day < last]
    found += [(last, "missed", "alert") for count in (len(days),) if count < parameters.days]
    for day, step, measure in found:
        yield Finding(
            measure=measure,
            step=step,
            subject_kind="team",
            subject_id=team.id,
            at=end_of(day),
            instant=False,
            tenant=team.tenant,
            level=where.acting(team.tenant, parameters.acts),
            reason=partial(_reason, team, sum(visited <= day for visited in days), day, last, parameters),
            rests_on=tuple(visit.told for visit in team.visits if visit.unannounced and visit.day <= day),
            ladder=RULE,
            context={"team": team.id, "team_name": team.name, "addressee": parameters.to},
        )


def _hopeless_after(days: list[date], needed: int, first: date, last: date) -> date | None:
    """The first day at whose end fewer days are left than are missing, None where that never happens."""
    day = first
    while day <= last:
        if needed - sum(visited <= day for visited in days) > (last - day).days:
            return day
        day += ONE_DAY
    return None


def _reason(team: Team, done: int, day: date, last: date, parameters: Parameters) -> str:
    missing = parameters.days - done
    stands = f"{team.name}截至{day_words(day)}现场暗访{done}天，少于规定的{parameters.days}天"
    return f"{stands}，还差{missing}天，行动只剩{(last - day).days}天。" if day < last else f"{stands}，差{missing}天。"
