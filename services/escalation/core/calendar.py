"""Count days as the law counts them, in Asia/Shanghai.

Articles 201 and 202 of the Civil Code: the first day is not counted; a span of months ends on the corresponding day
or, where there is none, on the month's last day; the last day runs to 24:00. So a term that ends on 20 May is over at
00:00 of 21 May.

Instants are kept in UTC wherever they come from: comparing two of different zones takes thirty times as long.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
JUST_BEFORE = timedelta(microseconds=1)
SUNDAY_AND_SATURDAY = (5, 6)
MONTHS = 12
NEW_YEARS_NOTICE = (12, 25)  # from here on the next year's notice may move days; the earliest so far was 29 December

Unit = Literal["calendar_day", "working_day", "month", "year"]
"""Units of a span. There is no default: a notice that says 日 means calendar days, one that says 工作日 working days."""


def local_day(moment: datetime) -> date:
    """The date in Asia/Shanghai at which `moment` lies."""
    return moment.astimezone(SHANGHAI).date()


def instant(day: date, clock: time) -> datetime:
    """The instant at which clocks in Shanghai show this time on this day."""
    return datetime.combine(day, clock, SHANGHAI).astimezone(UTC)


@lru_cache(maxsize=20_000)  # the days of fifty years
def midnight(day: date) -> datetime:
    """00:00 in Asia/Shanghai at which `day` begins."""
    return instant(day, time())


def end_of(day: date) -> datetime:
    """24:00 of `day`: the instant at which a term that ends with `day` is over."""
    return midnight(day + ONE_DAY)


@lru_cache(maxsize=20_000)  # most terms end at a midnight
def last_day_before(moment: datetime) -> date:
    """The day that ends at `moment`, or that `moment` cuts: the deadline day of a term that is over at `moment`."""
    return local_day(moment - JUST_BEFORE)


@lru_cache(maxsize=20_000)
def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later (negative: earlier), or the last day of a month that has no such day."""
    years, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked (调休 included); `days` holds every exception that was announced.

    A year in `years` has been announced by the State Council; for any other year the answer rests on weekends only
    and is provisional. The last days of December are also governed by the next year's notice. `festivals` names the
    holiday to which a free day belongs: 国庆节. A calendar that was changed keeps the one `before` the change of the
    instant `changed_at`; `orders` says of each day that a change set by whose word, as one would read it out.
    """

    days: Mapping[date, bool] = field(default_factory=dict)
    years: frozenset[int] = frozenset()
    festivals: Mapping[date, str] = field(default_factory=dict)
    orders: Mapping[date, str] = field(default_factory=dict)
    changed_at: datetime | None = None
    before: "WorkCalendar | None" = None

    def as_of(self, moment: datetime) -> "WorkCalendar":
        """The calendar as it was known at `moment`."""
        found = self
        while found.before is not None and found.changed_at is not None and found.changed_at > moment:
            found = found.before
        return found

    def changed_after(self, moment: datetime) -> "list[WorkCalendar]":
        """The calendar after each change that became known later than `moment`, in order."""
        found: list[WorkCalendar] = []
        one: WorkCalendar | None = self
        while one is not None and one.changed_at is not None and one.changed_at > moment:
            found.append(one)
            one = one.before
        return found[::-1]

    def is_worked(self, day: date) -> bool:
        """Whether `day` is a working day, as far as is known."""
        return self.days.get(day, day.weekday() not in SUNDAY_AND_SATURDAY)

    def knows(self, first: date, last: date) -> bool:
        """Whether every notice that governs a day from `first` to `last` has been announced."""
        through = last.year + ((last.month, last.day) >= NEW_YEARS_NOTICE)
        return all(year in self.years for year in range(first.year, through + 1))

    def add(self, day: date, count: int, unit: Unit) -> date:
        """The last day of a span of `count` units that begins on `day`; the first day is not counted."""
        if unit == "calendar_day":
            return day + count * ONE_DAY
        if unit == "month":
            return add_months(day, count)
        if unit == "year":
            return add_months(day, count * MONTHS)
        step = ONE_DAY if count > 0 else -ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_worked(day)
        return day

    def is_sure(self, begins: date, last: date, unit: Unit) -> bool:
        """Whether no notice that is still to come can move the end of a span that was counted from `begins`."""
        return unit != "working_day" or self.knows(begins, last)

    def worked_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and with `last`."""
        return sum(self.is_worked(first + n * ONE_DAY) for n in range(1, (last - first).days + 1))
