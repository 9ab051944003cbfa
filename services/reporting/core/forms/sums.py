"""Count hazards in groups, each figure with the hazards that it counts; a total is the sum of its groups."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from services.reporting.core.forms.form import Figure, Value, count, share
from services.reporting.core.forms.words import is_done
from services.reporting.core.rows import HazardRow

Test = Callable[[HazardRow], bool]

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
    return count(str(row.key) for row in rows if TESTS[test](row))


def rate(rows: Iterable[HazardRow], part: str, whole: str) -> Figure:
    """What part of those that pass one test pass another; the hazards it opens onto are those that do not."""
    counted = [row for row in rows if TESTS[whole](row)]
    passing = [row for row in counted if TESTS[part](row)]
    return share(len(passing), len(counted), (str(row.key) for row in counted if not TESTS[part](row)))


def line(rows: Iterable[HazardRow], tests: Iterable[str]) -> tuple[Value, ...]:
    """One figure for each test, `part/whole` being a rate."""
    held = list(rows)
    return tuple(rate(held, *test.split("/")) if "/" in test else figure(held, test) for test in tests)
