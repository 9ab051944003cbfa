"""Fold one published league table: which unit stands where in which month (S2-17)."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from services.escalation.core.heard import Heard, in_order


class _Place(msgspec.Struct, frozen=True):
    """One unit's place; 1 is the best, and there is none where the sample was too small to be compared."""

    unit: str
    rank: int | None = None


class _Said(msgspec.Struct, frozen=True):
    """What the rules read of `league.published`."""

    period: str = ""
    rows: tuple[_Place, ...] = ()


@dataclass(frozen=True, slots=True)
class League:
    """The league table of one period as last published: (rank, unit), the best place first; who has none is left out."""

    period: str
    told: Heard
    places: tuple[tuple[int, str], ...]


_said_of = msgspec.json.Decoder(_Said).decode


def fold(period: str, facts: Sequence[Heard]) -> League | None:
    """The table as last published, None while there is none."""
    told: tuple[Heard, _Said] | None = None
    for fact in in_order(facts):
        said = _said_of(fact.data)
        if fact.subject == "league.published" and said.period == period:
            told = fact, said
    if told is None:
        return None
    fact, said = told
    places = sorted((place.rank, place.unit) for place in said.rows if place.rank is not None)
    return League(period, msgspec.structs.replace(fact, data=b""), tuple(places))
