"""Read a formula of the league table from its file: which indicators, what weight, when cut off, who takes part."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal

import msgspec

from services.reporting.core.days import SHANGHAI, midnight
from services.reporting.core.league.measures import MEASURES

WHOLE: Final = 100
_PERIOD: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_DECEMBER: Final = 12
_EVERY_MONTH: Final = 28  # the last day that every month has


class BadFormulaError(ValueError):
    """A formula that cannot be used; the message says what is wrong with it."""


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One indicator: which share it measures, how much it weighs, and whether much of it is good."""

    id: str
    title: str
    weight: float
    better: Literal["high", "low"]
    source: str = ""


class CutOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day and time of the month after."""

    day: int
    time: str


class Formula(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"first": "from"}):
    """A version of the rules by which units are compared."""

    id: str
    version: str
    title: str
    root: str
    pack: str
    units: tuple[str, ...]
    clauses: tuple[str, ...]
    first: str
    cut_off: CutOff
    objection_days: int
    min_sample: int
    decimals: int
    bottom: int
    indicators: tuple[Indicator, ...]
    source: str = ""


class Month(msgspec.Struct, frozen=True):
    """One month of the league."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `2023-05`; raises ValueError."""
        found = _PERIOD.fullmatch(text)
        if found is None:
            raise ValueError(f"{text} 不是月份，请写成 2023-05")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def begins(self) -> datetime:
        """Its first moment in Asia/Shanghai."""
        return midnight(date(self.year, self.month, 1))

    @property
    def following(self) -> "Month":
        """The month after."""
        return Month(self.year + self.month // _DECEMBER, self.month % _DECEMBER + 1)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month(self.year - (self.month == 1), (self.month - 2) % _DECEMBER + 1)

    @property
    def ends(self) -> datetime:
        """The first moment that is no longer in it."""
        return self.following.begins


def read_formula(raw: Mapping[str, Any]) -> Formula:
    """Read what YAML gave; raises BadFormulaError."""
    try:
        formula = msgspec.convert(raw, Formula)
    except msgspec.ValidationError as error:
        raise BadFormulaError(str(error)) from error
    weights = sum(indicator.weight for indicator in formula.indicators)
    names = [indicator.id for indicator in formula.indicators]
    unknown = [name for name in names if name not in MEASURES]
    checks = (
        (round(weights, 6) != WHOLE, f"the weights of the indicators make {weights:g}, not {WHOLE}"),
        (bool(unknown), f"unknown indicators {', '.join(unknown)}; known: {', '.join(MEASURES)}"),
        (len(set(names)) != len(names), "an indicator stands twice"),
        (any(indicator.weight <= 0 for indicator in formula.indicators), "a weight has to be above 0"),
        (formula.min_sample < 1, "min_sample has to be at least 1"),
        (not 1 <= formula.cut_off.day <= _EVERY_MONTH, "cut_off.day has to be 1 to 28"),
        (_PERIOD.fullmatch(formula.first) is None, "from has to be a month such as 2023-05"),
    )
    for wrong, sentence in checks:
        if wrong:
            raise BadFormulaError(sentence)
    return formula


def formula_for(root: str, month: Month, formulas: Sequence[Formula]) -> Formula | None:
    """The version in force in a month: the latest of the committee that begins by then."""
    known = [each for each in formulas if each.root == root and each.first <= str(month)]
    return max(known, key=lambda each: (each.first, each.version), default=None)


def cut_off(formula: Formula, month: Month) -> datetime:
    """The moment after which what becomes known is not counted."""
    hour = time.fromisoformat(formula.cut_off.time)
    following = month.following
    return datetime.combine(date(following.year, following.month, formula.cut_off.day), hour, SHANGHAI)


def objections_until(formula: Formula, month: Month) -> datetime:
    """The end of the last day on which a unit may object."""
    day = cut_off(formula, month).date() + timedelta(days=formula.objection_days + 1)
    return midnight(day)
