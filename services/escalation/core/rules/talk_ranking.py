"""Propose a talk with those who stand at the bottom of the published league table, 排名靠后 (S2-17, S2-18).

The notice gives no number. Units that share the last counted place are all proposed: nobody is picked by chance. The
talk is held by the special office whose field it is; which one is for the person who confirms.
"""

from collections.abc import Iterator

from pydantic import Field

from services.escalation.core.cases.league import League
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Addressee, GivenInt, RuleParameters
from services.escalation.core.wording import period_words

RULE = "talk_ranking"


class Parameters(RuleParameters):
    """How many from the bottom."""

    bottom: GivenInt = Field(description="How many places from the bottom.")
    acts: Acts = Field("committee", description="The level that talks.")
    to: Addressee = Field("area", description="Whom it addresses.")


def find(league: League, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield one proposal for each unit among the last places; a table without a clear last has none."""
    for rank, unit in _last(league, parameters.bottom.value):
        yield Finding(
            measure="admonition_talk",
            subject_kind="area",
            subject_id=unit,
            occurrence=league.period,
            at=league.told.time,
            instant=True,
            tenant=unit,
            level=where.acting(unit, parameters.acts),
            reason=f"{where.name_of(unit)}在{period_words(league.period)}的月晾晒中排名第{rank}"
            f"（共{len(league.places)}个单位），排名靠后，建议约谈。",
            rests_on=(league.told,),
            context={
                "period": league.period,
                "rank": str(rank),
                "area_name": where.name_of(unit),
                "addressee": parameters.to,
            },
        )


def _last(league: League, bottom: int) -> list[tuple[int, str]]:
    if bottom >= len(league.places):
        return []
    limit, _ = league.places[-bottom]
    last = [(rank, unit) for rank, unit in league.places if rank >= limit]
    return last if len(last) < len(league.places) else []
