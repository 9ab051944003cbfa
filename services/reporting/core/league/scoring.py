"""Score the units of one month by a formula: every point opens onto the hazards that it was won or lost by.

A share without a sample counts for nothing and its weight goes to the others, so that nobody is punished for having had
nothing to look at. Equal scores share a place; a unit with too small a sample has a score and no place.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from services.reporting.core.league.formula import WHOLE, Formula, Indicator, Month
from services.reporting.core.league.measures import MEASURES
from services.reporting.core.rows import HazardRow

_LOW: Final = "low"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator of one unit: `points` of `weight`, `part` of `whole` hazards; without a sample neither counts."""

    indicator: Indicator
    whole: tuple[str, ...]
    part: tuple[str, ...]
    weight: float
    points: float

    @property
    def share(self) -> float | None:
        """The measured share, None of nothing."""
        return len(self.part) / len(self.whole) if self.whole else None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One unit: its score and place, what they rest on, what stands still, and how the place has changed.

    `rank` is None where the sample is too small, `score` where there is nothing at all. `before` is the place of the
    month before, None where there was none.
    """

    unit: str
    name: str
    score: float | None
    rank: int | None
    sample: tuple[str, ...]
    suspended: tuple[str, ...]
    parts: tuple[Part, ...]
    before: int | None = None

    @property
    def change(self) -> int | None:
        """Places won (positive) or lost since the month before."""
        return self.before - self.rank if self.rank is not None and self.before is not None else None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The league table of one month, best first, those without a place last. `as_of` is the moment it is folded as of."""

    formula: Formula
    month: Month
    as_of: datetime
    cut_off: datetime
    places: tuple[Place, ...]

    @property
    def bottom(self) -> tuple[Place, ...]:
        """The last places that the pack's rule proposes to talk to; a table without a clear last has none."""
        ranked = [place for place in self.places if place.rank is not None]
        if self.formula.bottom >= len(ranked):
            return ()
        limit = ranked[-self.formula.bottom].rank or 0
        last = [place for place in ranked if (place.rank or 0) >= limit]
        return tuple(last) if len(last) < len(ranked) else ()

    def place_of(self, unit: str) -> Place | None:
        """The place of a unit, by code or name."""
        return next((place for place in self.places if unit in {place.unit, place.name}), None)


def score(
    formula: Formula,
    month: Month,
    units: Sequence[tuple[str, str]],
    rows: Mapping[str, Sequence[HazardRow]],
    *,
    as_of: datetime,
    cut_off: datetime,
    before: Mapping[str, int],
) -> Table:
    """The table of (code, name) units from each one's hazards; `before` are the places of the month before."""
    unranked = [_unit(formula, month, code, name, rows.get(code, ())) for code, name in units]
    ranks = _ranks([place for place in unranked if _is_ranked(formula, place)])
    placed = [
        msgspec.structs.replace(place, rank=ranks.get(place.unit), before=before.get(place.unit)) for place in unranked
    ]
    ordered = sorted(placed, key=lambda place: (place.rank is None, place.rank or 0, -(place.score or 0), place.unit))
    return Table(formula=formula, month=month, as_of=as_of, cut_off=cut_off, places=tuple(ordered))


def _unit(formula: Formula, month: Month, code: str, name: str, rows: Sequence[HazardRow]) -> Place:
    measured = [(indicator, *_measured(indicator, month, rows)) for indicator in formula.indicators]
    counted = sum(indicator.weight for indicator, whole, _ in measured if whole)
    parts = tuple(_part(indicator, whole, part, counted) for indicator, whole, part in measured)
    total = round(sum(part.points for part in parts), formula.decimals) if counted else None
    sample = sorted({reference for part in parts for reference in part.whole})
    suspended = sorted(str(row.key) for row in rows if row.suspended_at is not None and row.is_open)
    return Place(
        unit=code,
        name=name,
        score=total,
        rank=None,
        sample=tuple(sample),
        suspended=tuple(suspended),
        parts=parts,
    )


def _measured(indicator: Indicator, month: Month, rows: Sequence[HazardRow]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    measure = MEASURES[indicator.id]
    whole = [row for row in rows if measure.whole(row, month.begins, month.ends)]
    part = [row for row in whole if measure.part(row, month.begins, month.ends)]
    return tuple(sorted(str(row.key) for row in whole)), tuple(sorted(str(row.key) for row in part))


def _part(indicator: Indicator, whole: tuple[str, ...], part: tuple[str, ...], counted: float) -> Part:
    if not whole:
        return Part(indicator=indicator, whole=whole, part=part, weight=0.0, points=0.0)
    weight = indicator.weight / counted * WHOLE
    share = len(part) / len(whole)
    won = 1 - share if indicator.better == _LOW else share
    return Part(indicator=indicator, whole=whole, part=part, weight=weight, points=weight * won)


def _is_ranked(formula: Formula, place: Place) -> bool:
    return place.score is not None and len(place.sample) >= formula.min_sample


def _ranks(places: Sequence[Place]) -> dict[str, int]:
    """1, 2, 2, 4: as many stand before a unit as have a better score."""
    return {place.unit: 1 + sum((other.score or 0) > (place.score or 0) for other in places) for place in places}
