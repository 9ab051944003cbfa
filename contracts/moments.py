"""Read days and instants as the outside writes them: real dates, and RFC 3339 with an offset, by pattern and calendar."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK: Final = r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
_NAIVE: Final = _DAY + r"[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"

DAY_PATTERN: Final = f"^{_DAY}$"
INSTANT_PATTERN: Final = f"^{_DAY}{_CLOCK}$"
DAY_OR_INSTANT_PATTERN: Final = f"^{_DAY}({_CLOCK})?$"

YEARS: Final = range(1900, 2201)
"""Years outside are slips of the hand or stand for "never" (9999-12-31); inside, every zone's arithmetic is safe."""

CLOCKS_MAY_DIFFER: Final = timedelta(minutes=5)
"""How far the clocks of two machines may stand apart; network time keeps them within milliseconds."""

_MICROSECOND_DIGITS: Final = 6
_IS_DAY: Final = re.compile(_DAY, re.ASCII).fullmatch
_IS_INSTANT: Final = re.compile(_DAY + _CLOCK, re.ASCII).fullmatch
_IS_NAIVE: Final = re.compile(_NAIVE, re.ASCII).fullmatch


class BadMomentError(ValueError):
    """A day or instant that cannot be read; the code says why, in one of `BAD_MOMENTS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


BAD_MOMENTS: Final = ("not_a_day", "not_an_instant", "no_offset", "no_such_moment", "year_out_of_range")


_SAID_AGAIN: Final = 10_000
"""Moments remembered: an event says one instant twice, and a batch few days."""


@lru_cache(maxsize=_SAID_AGAIN)
def parse_day(text: str) -> date:
    """Return the date of `YYYY-MM-DD`; raise BadMomentError for another form, a day that does not exist or a far year."""
    if _IS_DAY(text) is None:
        raise BadMomentError("not_a_day")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadMomentError("no_such_moment") from None
    if day.year not in YEARS:
        raise BadMomentError("year_out_of_range")
    return day


@lru_cache(maxsize=_SAID_AGAIN)
def parse_instant(text: str) -> datetime:
    """Return the aware datetime of an RFC 3339 instant with offset, to the microsecond; else raise BadMomentError."""
    match = _IS_INSTANT(text)
    if match is None:
        raise BadMomentError("no_offset" if _IS_NAIVE(text) else "not_an_instant")
    fraction = match.group(1) or ""
    plain = text.replace(fraction, fraction[: _MICROSECOND_DIGITS + 1], 1).upper()
    try:
        instant = datetime.fromisoformat(plain)
    except ValueError:
        raise BadMomentError("no_such_moment") from None
    if instant.year not in YEARS:
        raise BadMomentError("year_out_of_range")
    return instant


def parse_day_or_instant(text: str) -> date | datetime:
    """Return a date for `YYYY-MM-DD`, else an aware datetime; raise BadMomentError for anything else."""
    return parse_day(text) if len(text) <= len("YYYY-MM-DD") else parse_instant(text)
