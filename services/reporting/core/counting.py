"""Show how the days of a deadline are counted: the first is not, each after it is, and the last runs to its end."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from services.reporting.core.days import SHANGHAI, Deadline

MOST_DAYS: Final = 70
"""Longer terms are told in words alone: ten rows of a calendar are enough."""

_SATURDAY: Final = 5
_ONE_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What sort of day it is; all of them count, for these are calendar days."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MADE_UP = "made_up"

    @property
    def chinese(self) -> str:
        """The word for a reader."""
        return _WORDS[self]


_WORDS: Final[Mapping[str, str]] = {
    "working": "工作日",
    "weekend": "周末",
    "holiday": "节假日",
    "made_up": "调休上班",
}


class CountedDay(NamedTuple):
    """One day of a term; `number` is 0 for the first, which is not counted."""

    day: date
    number: int
    kind: Kind


class Term(NamedTuple):
    """The days from the day on which a clock began to the last day of its deadline.

    `days` are all of them, or none where they are more than one wants to see; `free` is how many of the counted ones are
    weekends or holidays; `until` is the time of the last day at which it ends, such as 24:00.
    """

    first: date
    last: date
    days: tuple[CountedDay, ...]
    free: int
    until: str

    @property
    def length(self) -> int:
        """How many days count."""
        return (self.last - self.first).days

    @property
    def crosses_a_year(self) -> bool:
        """Whether its days have to be told with their years."""
        return self.first.year != self.last.year


def term(began: date, deadline: Deadline | None, workdays: Mapping[date, bool]) -> Term | None:
    """The term from `began` to the deadline; None without a deadline, or with one that ends before it begins.

    `workdays` are the days that are set apart: True is worked though it is a weekend, False is free.
    """
    if deadline is None or deadline.last_day < began:
        return None
    last = deadline.last_day
    length = (last - began).days
    days = tuple(
        CountedDay(day, number, _kind(day, workdays))
        for number in range(length + 1)
        for day in (began + number * _ONE_DAY,)
    )
    free = sum(day.number > 0 and day.kind in {Kind.WEEKEND, Kind.HOLIDAY} for day in days)
    ends = deadline.due_at.astimezone(SHANGHAI)
    return Term(
        began,
        last,
        days if length <= MOST_DAYS else (),
        free,
        until=f"{ends:%H:%M}" if ends.date() == last else "24:00",
    )


def _kind(day: date, workdays: Mapping[date, bool]) -> Kind:
    weekend = day.weekday() >= _SATURDAY
    worked = workdays.get(day)
    if worked is None:
        return Kind.WEEKEND if weekend else Kind.WORKING
    if worked:
        return Kind.MADE_UP if weekend else Kind.WORKING
    return Kind.WEEKEND if weekend else Kind.HOLIDAY
