"""Read a deadline as the law does: a date runs to 24:00 in Asia/Shanghai, an instant ends where it says."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from contracts.moments import parse_day_or_instant

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_ONE_DAY = timedelta(days=1)
_JUST_BEFORE = timedelta(microseconds=1)


def local_day(moment: datetime) -> date:
    """The date in Asia/Shanghai at which `moment` lies."""
    return moment.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """00:00 in Asia/Shanghai at which `day` begins."""
    return datetime.combine(day, time(), SHANGHAI)


class Deadline(msgspec.Struct, frozen=True, order=True):
    """When a hazard has to be put right. That there is none is `None`, never a zero.

    `due_at` is the instant from which it is overdue: for a date the next day 00:00 in Asia/Shanghai. `whole_day` says
    that a date was given, so that a page shows the date and not the midnight after it.
    """

    due_at: datetime
    whole_day: bool

    @property
    def last_day(self) -> date:
        """The last day on which it can be met, in Asia/Shanghai."""
        return local_day(self.due_at - _JUST_BEFORE)

    def is_over(self, moment: datetime) -> bool:
        """Whether the deadline has passed at `moment`; what happens at the very instant still meets it."""
        return moment >= self.due_at

    def met_by(self, moment: datetime) -> bool:
        """Whether what happened at `moment` was in time."""
        return moment <= self.due_at

    def days_left(self, moment: datetime) -> int:
        """Days from `moment` to the last day: 0 on that day, negative after it (days late)."""
        return (self.last_day - local_day(moment)).days

    def moved(self, since: datetime, until: datetime) -> "Deadline":
        """The deadline after its clock stood still from `since` to `until`: later by the whole days between them."""
        return Deadline(self.due_at + (local_day(until) - local_day(since)), whole_day=self.whole_day)


def of_day(day: date) -> Deadline:
    """The deadline that a bare date means."""
    return Deadline(midnight(day + _ONE_DAY), whole_day=True)


def read_deadline(text: str) -> Deadline:
    """The deadline in a fact: a date, or an instant with its offset. Raises `ValueError` for anything else."""
    moment = parse_day_or_instant(text)
    if isinstance(moment, datetime):
        return Deadline(moment, whole_day=False)
    return of_day(moment)


def read_due(text: str) -> Deadline:
    """The deadline that ends at an instant of our own writing; one at midnight in Asia/Shanghai was a date."""
    instant = datetime.fromisoformat(text)
    return Deadline(instant, whole_day=instant.astimezone(SHANGHAI).time() == time())
