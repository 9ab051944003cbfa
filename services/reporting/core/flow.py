"""Count what came and went on each day, so that a trend is a sum of few rows and always agrees with the hazards."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from services.reporting.core.days import local_day
from services.reporting.core.standing import ENDED

AGES: Final = (7, 15, 30, 90)
"""Open hazards are told apart by their age in days: up to each of these, and older."""

WINDOW: Final = 30
"""The days that a page calls lately."""

CAUSE_MONTHS: Final = 3
"""The months, the present one included, over which causes are ranked."""


class Place(NamedTuple):
    """Where something is counted: the tenant columns that every row has."""

    committee: str
    province: str
    city: str
    county: str
    tenant: str


class Moves(NamedTuple):
    """What a hazard's row adds to the days: when it was reported, put right and closed, and how it stands."""

    place: Place
    state: str
    overdue: bool
    category: str
    reported_at: datetime
    closed_at: datetime | None
    done_at: datetime | None
    in_time: bool | None


class Flow(msgspec.Struct, frozen=True):
    """What one day counts. `open` and `overdue` are those reported that day that still are so.

    `in_time` and `late` are the outcomes of what was put right that day, where a deadline ran.
    """

    reported: int = 0
    open: int = 0
    overdue: int = 0
    closed: int = 0
    in_time: int = 0
    late: int = 0

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(*(getattr(self, name) + getattr(other, name) for name in Flow.__struct_fields__))

    def __neg__(self) -> "Flow":
        return Flow(*(-getattr(self, name) for name in Flow.__struct_fields__))

    @property
    def judged(self) -> int:
        """How many had a deadline to meet."""
        return self.in_time + self.late


NOTHING: Final = Flow()


class Cause(msgspec.Struct, frozen=True):
    """How many hazards of one category were reported in a month, and how many of them are open or overdue now."""

    reported: int = 0
    open: int = 0
    overdue: int = 0

    def __add__(self, other: "Cause") -> "Cause":
        return Cause(*(getattr(self, name) + getattr(other, name) for name in Cause.__struct_fields__))

    def __neg__(self) -> "Cause":
        return Cause(*(-getattr(self, name) for name in Cause.__struct_fields__))


class Age(NamedTuple):
    """Open hazards of one age: from `since` days to `until` (None: older still)."""

    since: int
    until: int | None
    open: int
    overdue: int

    @property
    def label(self) -> str:
        """`8—15 天`."""
        if self.until is None:
            return f"{self.since - 1} 天以上"
        return f"{self.until} 天内" if not self.since else f"{self.since}—{self.until} 天"


class Repeats(NamedTuple):
    """Decisions that something came back, in the last window and in the one before."""

    lately: int
    before: int


class Day(NamedTuple):
    """One day of a trend."""

    day: date
    reported: int
    closed: int


class Lately(msgspec.Struct, frozen=True):
    """What came and went lately in a scope.

    `window` sums the days of the trend, `before` as many days before them; `areas` are the window by area.
    """

    trend: tuple[Day, ...]
    window: Flow
    before: Flow
    ages: tuple[Age, ...]
    causes: tuple[tuple[str, Cause], ...]
    repeats: Repeats
    areas: Mapping[str, Flow]


def flows(moves: Moves) -> dict[date, Flow]:
    """What a row adds to each day."""
    is_open = moves.state not in ENDED
    added = {local_day(moves.reported_at): Flow(reported=1, open=int(is_open), overdue=int(moves.overdue))}
    if moves.closed_at is not None:
        _add(added, local_day(moves.closed_at), Flow(closed=1))
    if moves.done_at is not None and moves.in_time is not None:
        _add(added, local_day(moves.done_at), Flow(in_time=int(moves.in_time), late=int(not moves.in_time)))
    return added


def cause(moves: Moves) -> tuple[date, str, Cause]:
    """What a row adds to the category of its month."""
    is_open = moves.state not in ENDED
    month = local_day(moves.reported_at).replace(day=1)
    return month, moves.category, Cause(reported=1, open=int(is_open), overdue=int(moves.overdue))


def trend(days: Mapping[date, Flow], *, until: date, length: int) -> tuple[Day, ...]:
    """`length` days up to and with `until`; a day on which nothing happened is a day with zeros."""
    wanted = (until - timedelta(days=back) for back in reversed(range(length)))
    return tuple(Day(day, days.get(day, NOTHING).reported, days.get(day, NOTHING).closed) for day in wanted)


def total(days: Mapping[date, Flow], *, since: date, until: date) -> Flow:
    """What the days of [since, until] count together."""
    return sum((flow for day, flow in days.items() if since <= day <= until), NOTHING)


def ages(days: Iterable[tuple[date, Flow]], *, today: date) -> tuple[Age, ...]:
    """The open hazards by the days since their report."""
    bounds = [0, *(age + 1 for age in AGES)]
    counted = [NOTHING for _ in bounds]
    for day, flow in days:
        old = max((today - day).days, 0)
        place = sum(old > age for age in AGES)
        counted[place] += flow
    return tuple(
        Age(since, until, flow.open, flow.overdue)
        for since, until, flow in zip(bounds, [*AGES, None], counted, strict=True)
    )


def first_month(today: date) -> date:
    """The first day of the first month over which causes are ranked."""
    month = today.year * 12 + today.month - CAUSE_MONTHS
    return date(month // 12, month % 12 + 1, 1)


def _add(days: dict[date, Flow], day: date, flow: Flow) -> None:
    days[day] = days.get(day, NOTHING) + flow
