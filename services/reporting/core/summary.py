"""Add up the read model for one scope: open, overdue, closed, major, by area and by sector, always with the moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from contracts.vocabulary import HazardLevel
from services.reporting.core.standing import State

AreaColumn = Literal["city", "county", "tenant"]
"""Which column names the areas below a scope."""


class Tally(msgspec.Struct, frozen=True):
    """How many hazards share an area (or sector), level, state and lateness."""

    group: str
    level: str
    state: str
    overdue: bool
    hazards: int


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one group. `reported` = `open` + `closed` + `withdrawn`; `overdue` is a part of `open`."""

    reported: int = 0
    open: int = 0
    overdue: int = 0
    awaiting_reinspection: int = 0
    failed: int = 0
    closed: int = 0
    withdrawn: int = 0
    major_open: int = 0
    major_overdue: int = 0
    major_reported: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in Counts.__struct_fields__})


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One area or sector with its counts; `oldest` is the earliest instant since which one of its hazards is overdue."""

    code: str
    name: str
    counts: Counts
    oldest: datetime | None = None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a scope. `as_of` is the moment up to which everything that happened is counted (None: nothing yet)."""

    scope: str
    scope_name: str
    as_of: datetime | None
    total: Counts
    area_column: AreaColumn
    areas: tuple[Group, ...]
    sectors: tuple[Group, ...]


def count(tally: Tally) -> Counts:
    """What one row of the tally adds."""
    n, state = tally.hazards, tally.state
    major = n if tally.level == HazardLevel.MAJOR else 0
    is_open = state not in {State.CLOSED, State.WITHDRAWN}
    return Counts(
        reported=n,
        open=n if is_open else 0,
        overdue=n if tally.overdue else 0,
        awaiting_reinspection=n if state == State.RECTIFIED else 0,
        failed=n if state == State.FAILED else 0,
        closed=n if state == State.CLOSED else 0,
        withdrawn=n if state == State.WITHDRAWN else 0,
        major_open=major if is_open else 0,
        major_overdue=major if tally.overdue else 0,
        major_reported=major,
    )


def by_group(tallies: Iterable[Tally]) -> dict[str, Counts]:
    """The counts of each group."""
    groups: dict[str, Counts] = {}
    for tally in tallies:
        groups[tally.group] = groups.get(tally.group, Counts()) + count(tally)
    return groups


def ranked(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The groups with most to do first: overdue, then open, then all, then by code."""
    return tuple(
        sorted(groups, key=lambda g: (-g.counts.overdue, -g.counts.open, -g.counts.reported, g.code)),
    )


def total_of(groups: Iterable[Counts]) -> Counts:
    """The sum of the groups, which is the total by construction."""
    return sum(groups, Counts())


def area_column(cities: int, counties: int) -> AreaColumn:
    """The first level at which a scope falls into several areas: a single city is shown by its counties, and so on."""
    if cities > 1:
        return "city"
    return "county" if counties > 1 else "tenant"
