"""A formula is data with a version, checked when it is read."""

from typing import Any

import pytest

from policies import files
from services.reporting.core.league.formula import (
    BadFormulaError,
    Month,
    cut_off,
    formula_for,
    objections_until,
    read_formula,
)
from services.reporting.packs import formulas
from tests.unit.services.reporting.facts import at

RAW = files.read(files.folder() / "leagues" / "wenling-2023.yaml")


def with_(**changes: Any) -> dict[str, Any]:
    return {**RAW, **changes}


def test_what_ships_says_that_it_is_proposed() -> None:
    """The notice gives no formula."""
    formula = formulas(None)[0]

    assert ("331081", "proposed", 100) == (formula.root, formula.source, sum(i.weight for i in formula.indicators))
    assert {"proposed"} == {indicator.source for indicator in formula.indicators}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"indicators": RAW["indicators"][:2]}, "weights of the indicators make 60"),
        ({"indicators": [{"id": "x", "title": "x", "weight": 100, "better": "high"}]}, "unknown indicators x"),
        ({"indicators": [{"id": "on_time", "title": "x", "weight": 100, "better": "often"}]}, "often"),
        ({"min_sample": 0}, "min_sample"),
        ({"cut_off": {"day": 30, "time": "09:00"}}, "cut_off.day"),
        ({"from": "May"}, "from has to be a month"),
        ({"weight": 3}, "weight"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, Any], words: str) -> None:
    """Before anybody is ranked by it."""
    with pytest.raises(BadFormulaError, match=words):
        read_formula(with_(**changes))


def test_a_new_version_counts_from_its_month() -> None:
    """A month keeps the version that was in force."""
    old, new = read_formula(RAW), read_formula(with_(version="2", **{"from": "2023-08"}))

    assert ["1", "2"] == [formula_for("331081", Month(2023, m), [new, old]).version for m in (7, 8)]  # type: ignore[union-attr]
    assert formula_for("331081", Month(2023, 4), [new, old]) is None
    assert formula_for("330400", Month(2023, 7), [new, old]) is None


def test_dates_of_a_month() -> None:
    """Cut off on the 3rd at nine; objections to 24:00 of the third day after it."""
    formula = read_formula(RAW)

    assert at("2024-01-03 09:00") == cut_off(formula, Month(2023, 12))
    assert at("2024-01-07 00:00") == objections_until(formula, Month(2023, 12))
    assert ("2022-12", "2024-01") == (str(Month(2023, 1).previous), str(Month(2023, 12).following))


@pytest.mark.parametrize("text", ["2023", "2023-13", "2023-5", "五月"])
def test_a_month_is_written_one_way(text: str) -> None:
    """2023-05."""
    with pytest.raises(ValueError, match="2023-05"):
        Month.parse(text)
