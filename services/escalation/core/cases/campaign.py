"""Fold one campaign: which areas its teams reached, and in which sectors something was listed (S0-16, S1-23)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.escalation.core.contributions import SectorListed, Visited
from services.escalation.core.heard import Heard


@dataclass(frozen=True, slots=True)
class Reach:
    """What a campaign reached: the first visit of a team in each area, the first listing in each sector."""

    tenant: str
    visited: Mapping[str, Heard] = field(default_factory=dict)
    listed: Mapping[str, Heard] = field(default_factory=dict)


def fold(tenant: str, inputs: Iterable[object], sectors: Mapping[str, str]) -> Reach:
    """The campaign as teams and listings tell it; `sectors` gives the pack's name of a sector for every spelling."""
    visited: dict[str, Heard] = {}
    listed: dict[str, Heard] = {}
    for given in inputs:
        if isinstance(given, Visited):
            for area, fact in given.areas:
                visited[area] = _earlier(visited.get(area), fact)
        elif isinstance(given, SectorListed):
            sector = sectors.get(given.sector, given.sector)
            listed[sector] = _earlier(listed.get(sector), given.opened)
    return Reach(tenant, visited, listed)


def _earlier(one: Heard | None, other: Heard) -> Heard:
    return other if one is None else min(one, other, key=lambda fact: (fact.time, fact.source, fact.id))
