"""Count hazards in groups, each figure with the hazards that it counts; a total is the sum of its groups."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Final

from services.reporting.core.forms.form import Figure, Value, share
from services.reporting.core.forms.words import is_done
from services.reporting.core.rows import HazardRow

Test = Callable[[HazardRow], bool]
Named = tuple[str, HazardRow]

TESTS: Final[Mapping[str, Test]] = {
    "all": lambda _: True,
    "open": lambda row: row.is_open,
    "done": is_done,
    "closed": lambda row: row.state == "closed",
    "overdue": lambda row: row.overdue,
    "general": lambda row: not row.is_major,
    "general_done": lambda row: not row.is_major and is_done(row),
    "major": lambda row: row.is_major,
    "major_done": lambda row: row.is_major and is_done(row),
    "major_closed": lambda row: row.is_major and row.state == "closed",
    "major_open": lambda row: row.is_major and row.is_open,
    "planned": lambda row: row.is_open and bool(row.plan_target_date),
    "major_planned": lambda row: row.is_major and bool(row.plan_target_date),
    "suspended": lambda row: row.is_open and row.suspended_at is not None,
    "in_time": lambda row: row.in_time is True,
    "late": lambda row: row.in_time is False or row.overdue,
}
"""What a column may count."""


def groups(rows: Iterable[HazardRow], by: Callable[[HazardRow], str]) -> dict[str, list[HazardRow]]:
    """The rows of each group."""
    found: dict[str, list[HazardRow]] = {}
    for row in rows:
        found.setdefault(by(row), []).append(row)
    return found


def figure(rows: Iterable[HazardRow], test: str) -> Figure:
    """How many of the rows pass a test."""
    return _figure(_named(rows), test)


def rate(rows: Iterable[HazardRow], part: str, whole: str) -> Figure:
    """What part of those that pass one test pass another; the hazards it opens onto are those that do not."""
    return _rate(_named(rows), part, whole)


def line(rows: Iterable[HazardRow], tests: Iterable[str]) -> tuple[Value, ...]:
    """One figure for each test, `part/whole` being a rate."""
    named = _named(rows)
    return tuple(_rate(named, *test.split("/")) if "/" in test else _figure(named, test) for test in tests)


def _named(rows: Iterable[HazardRow]) -> list[Named]:
    """Each row with its full name, in the order of names: made and sorted once for all figures of a line."""
    return sorted(((str(row.key), row) for row in rows), key=itemgetter(0))


def _figure(named: Sequence[Named], test: str) -> Figure:
    passes = TESTS[test]
    of = tuple(name for name, row in named if passes(row))
    return Figure(len(of), of)


def _rate(named: Sequence[Named], part: str, whole: str) -> Figure:
    counts, passes = TESTS[whole], TESTS[part]
    counted = [(name, row) for name, row in named if counts(row)]
    failing = tuple(name for name, row in counted if not passes(row))
    return share(len(counted) - len(failing), len(counted), failing)
