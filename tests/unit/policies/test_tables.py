"""The tables beside the packs."""

from collections import Counter
from datetime import date

import pytest

from policies import tables

COUNTS = {"S0": 25, "S1": 24, "S2": 39, "S3": 31, "S4": 22}


def test_every_clause_of_the_five_notices_is_there() -> None:
    """141 clauses, without a gap, each with its words and what it becomes."""
    found = tables.clauses()

    assert Counter(clause[:2] for clause in found) == COUNTS
    assert list(found) == [f"{tag}-{n:02d}" for tag, count in COUNTS.items() for n in range(1, count + 1)]
    assert all(row.quotation and row.notice and row.becomes for row in found.values())


def test_a_clause_is_quoted() -> None:
    """In the words of its notice."""
    row = tables.clauses()["S2-23"]

    assert (row.notice, row.quotation) == ("2023年温岭市安全生产工作要点", "对拒不配合整改企业，依法给予责令停产停业")


def test_the_working_days_of_seventeen_years_are_there() -> None:
    """2010 to 2026; another year waits for its notice."""
    assert sorted({day.year for day in tables.workdays()}) == list(range(2010, 2027))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        pytest.param("2020-04-26", True, id="a Sunday before Labour Day is made up"),
        pytest.param("2020-05-04", False, id="Labour Day was five days long"),
        pytest.param("2023-10-07", True, id="a Saturday after National Day is made up"),
        pytest.param("2023-10-06", False, id="the last day of National Day"),
        pytest.param("2016-06-12", True, id="a Sunday after the Dragon Boat Festival is made up"),
        pytest.param("2021-05-08", True, id="a Saturday after Labour Day is made up"),
    ],
)
def test_a_day_that_was_set_apart(day: str, worked: bool) -> None:
    """As the State Council announced it."""
    assert tables.workdays()[date.fromisoformat(day)] is worked
