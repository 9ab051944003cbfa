"""Read one cell: clean text, a moment in the ledger's own writing, a word of a table, a number."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.moments import YEARS

_BLANKS = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CUT = re.compile(r"(\.{3,}|…+)\s*$")


class BadCellError(ValueError):
    """A cell that cannot be read; the message says why, in Chinese."""


def clean(cell: str) -> str:
    """Return the text of a cell without control characters, with single blanks."""
    return _BLANKS.sub(" ", _CONTROLS.sub("", cell)).strip()


def squeeze(cell: str) -> str:
    """Return what a cell says however it is spaced and however wide its letters are: for words and keys."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", _CONTROLS.sub("", cell)))


def is_cut(text: str) -> bool:
    """Whether the older system cut the text off and wrote dots instead."""
    return _CUT.search(text) is not None


@dataclass(frozen=True, slots=True)
class Written:
    """A moment as a ledger writes it: `is_day` where it names no time of day."""

    moment: datetime
    is_day: bool

    def is_before(self, other: "Written") -> bool:
        """Whether it lies before the other, by the day where one of them names no more."""
        if self.is_day or other.is_day:
            return self.moment.date() < other.moment.date()
        return self.moment < other.moment

    @property
    def text(self) -> str:
        """The day, or the instant with its offset."""
        return self.moment.date().isoformat() if self.is_day else self.moment.isoformat()


def parse_moment(cell: str, formats: Sequence[str], zone: ZoneInfo) -> Written | None:
    """Return the moment a cell names, in the ledger's zone; None for an empty cell; raises BadCellError."""
    text = unicodedata.normalize("NFKC", clean(cell))
    if not text:
        return None
    for pattern in formats:
        try:
            moment = datetime.strptime(text, pattern)  # noqa: DTZ007 (the zone is the ledger's)
        except ValueError:
            continue
        if moment.year not in YEARS:
            raise BadCellError(f"{text} 的年份不对")
        return Written(moment.replace(tzinfo=zone), is_day="%H" not in pattern)
    raise BadCellError(f"{text} 不是能读懂的时间")


def translate(cell: str, words: Mapping[str, str]) -> str | None:
    """Return what a cell's word means by a table, None where the table does not have it."""
    return words.get(squeeze(cell))


def parse_number(cell: str, *, whole: bool) -> int | float:
    """Return the number in a cell, thousands separated or not; raises BadCellError."""
    text = squeeze(cell).replace(",", "")
    if re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        return int(text)
    if re.fullmatch(r"[+-]?[0-9]{1,15}\.[0-9]{1,6}", text):
        number = float(text)
        if not whole:
            return number
        if number.is_integer():
            return int(number)
    raise BadCellError(f"{clean(cell)} 不是{'整数' if whole else '数字'}")
