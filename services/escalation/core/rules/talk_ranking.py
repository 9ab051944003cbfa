"""Propose a talk with those who stand at the bottom of the published league table, 排名靠后 (S2-17, S2-18).

The notice gives no number. Units that share the last counted place are all proposed: nobody is picked by chance. The
talk is held by the special office whose field it is; which one is for the person who confirms.
"""

from collections.abc import Iterator

from pydantic import Field

from services.escalation.core.cases.league import League, Place
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
    for place in _last(league, parameters.bottom.value):
        yield Finding(
            measure="admonition_talk",
            subject_kind="area",
            subject_id=place.unit,
            occurrence=league.period,
            at=league.told.time,
            instant=True,
            tenant=place.unit,
            level=where.acting(place.unit, parameters.acts),
            reason=f"{where.name_of(place.unit)}在{period_words(league.period)}月晾晒中排名第{place.rank}"
            f"（共{len(league.places)}个单位），排名靠后，建议约谈。",
            rests_on=(league.told,),
            context={"period": league.period, "rank": str(place.rank), "addressee": parameters.to},
        )


def _last(league: League, bottom: int) -> list[Place]:
    if bottom >= len(league.places):
        return []
    limit = league.places[-bottom].rank
    last = [place for place in league.places if place.rank >= limit]
    return last if len(last) < len(league.places) else []
