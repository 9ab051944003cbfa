"""S2-17, 1.7.4: every point of a score can be counted by hand, and nobody is ranked by chance."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.divisions import load
from contracts.facts import Fact
from services.reporting.core.forms.league_words import explain
from services.reporting.core.league.formula import Formula, Month, cut_off
from services.reporting.core.league.scoring import Place, Table, score
from services.reporting.core.rows import HazardRow, row_of
from services.reporting.core.standing import fold
from services.reporting.packs import formulas
from tests.unit.services.reporting.facts import at, follow, reported

DIVISIONS = load()
FORMULA = formulas(None)[0]
MAY = Month(2023, 5)
UNITS = [("331081001", "太平街道"), ("331081002", "城东街道"), ("331081003", "城西街道"), ("331081004", "城北街道")]


def row(
    hazard_id: str, *more: Fact, due: str = "2023-05-20", found_by: str = "inspection", **of: datetime
) -> HazardRow:
    facts = [reported(hazard_id=hazard_id, rectify_by=due, found_by=found_by), *more]
    standing = fold(facts, hazard_id, DIVISIONS.is_within)
    assert standing
    return row_of(
        standing, area=DIVISIONS.columns_of(standing.tenant), site=None, overdue_since=of.get("overdue_since")
    )


def done(hazard_id: str, day: str = "2023-05-18") -> HazardRow:
    return row(hazard_id, follow("rectified", at(f"{day} 10:00"), hazard_id=hazard_id, by="甲"))


def late(hazard_id: str) -> HazardRow:
    return row(hazard_id, overdue_since=at("2023-05-21 00:00"))


def table(formula: Formula = FORMULA, before: dict[str, int] | None = None, **rows: list[HazardRow]) -> Table:
    by_unit = {f"33108100{name[1:]}": of for name, of in rows.items()}
    moment = cut_off(formula, MAY)
    return score(formula, MAY, UNITS, by_unit, as_of=moment, cut_off=moment, before=before or {})


def place(of: Table, unit: str) -> Place:
    found = of.place_of(unit)
    assert found
    return found


def test_a_score_counted_by_hand() -> None:
    """Five due, four in time: 40 x 0.8; one of five open ones overdue... and no re-inspection, whose 15 go to the others."""
    rows = [done("A"), done("B"), done("C"), done("D"), late("E")]

    found = place(table(u1=rows), "太平街道")

    # 85 of 100 count: 40/85, 20/85, 25/85. Open: all five (not closed), overdue one.
    by_hand = 40 / 85 * 100 * 4 / 5 + 20 / 85 * 100 * (1 - 1 / 5) + 25 / 85 * 100 * 1
    assert round(by_hand, 2) == found.score
    assert [4, 1, 5, 0] == [len(part.part) for part in found.parts]
    assert [5, 5, 5, 0] == [len(part.whole) for part in found.parts]


def test_the_explanation_is_the_sum() -> None:
    """Its last number is the score, and every hazard of the sample is named."""
    made = table(u1=[done("A"), done("B"), done("C"), done("D"), late("E")])
    found = place(made, "331081001")

    lines = list(explain(made, found))

    assert f"＝{found.score:.2f}" in lines[-2]
    assert {"A", "B", "C", "D", "E"} <= set("".join(lines))
    terms = lines[-2].removeprefix("得分：").partition("＝")[0].split("＋")
    assert found.score == pytest.approx(sum(map(float, terms)), abs=0.02)


def test_equal_scores_share_a_place_and_the_next_one_is_left_out() -> None:
    """1, 1, 3."""
    made = table(
        u1=[done(f"A{n}") for n in range(5)], u2=[done(f"B{n}") for n in range(5)], u3=[late(f"C{n}") for n in range(5)]
    )

    assert [1, 1, 3] == [each.rank for each in made.places if each.rank is not None]
    assert ["331081001", "331081002", "331081003", "331081004"] == [each.unit for each in made.places]


def test_a_small_sample_has_a_score_and_no_place() -> None:
    """And nothing at all has neither."""
    made = table(u1=[done("A")], u2=[done(f"B{n}") for n in range(5)])

    assert (None, 1) == (place(made, "太平街道").rank, place(made, "城东街道").rank)
    assert place(made, "太平街道").score is not None
    assert (None, None) == (place(made, "城西街道").score, place(made, "城西街道").rank)


def test_what_stands_still_by_approval_is_shown_and_does_not_count() -> None:
    """挂账: neither due nor overdue."""
    hung = row("H", follow("clock_suspended", at("2023-05-10 09:00"), hazard_id="H", approver="甲", reason="缺件"))

    found = place(table(u1=[*(done(f"A{n}") for n in range(5)), hung]), "太平街道")

    assert ("331081:test:H",) == found.suspended
    assert 5 == len(found.parts[0].whole)


def test_the_bottom_is_nobody_where_there_is_no_clear_last() -> None:
    """All equal: no one is picked by chance."""
    equal = table(**{f"u{n}": [done(f"{n}-{m}") for m in range(5)] for n in range(1, 5)})

    assert () == equal.bottom


def test_the_change_is_to_the_month_before() -> None:
    """From third to first is two places won; without a place before there is none."""
    made = table(before={"331081001": 3}, u1=[done(f"A{n}") for n in range(5)], u2=[late(f"B{n}") for n in range(5)])

    assert (2, None) == (place(made, "太平街道").change, place(made, "城东街道").change)


@given(st.lists(st.sampled_from(["done", "late", "tip_off"]), max_size=12))
def test_a_score_lies_between_nothing_and_everything(kinds: list[str]) -> None:
    """Whatever the month was like; weights that count make a hundred."""
    makers = {"done": done, "late": late, "tip_off": lambda name: row(name, found_by="tip_off")}
    found = place(table(u1=[makers[kind](f"A{n}") for n, kind in enumerate(kinds)]), "太平街道")

    assert (found.score is None) == (not kinds)
    assert found.score is None or 0 <= found.score <= 100
    assert not kinds or sum(part.weight for part in found.parts) == pytest.approx(100)


def test_a_better_month_is_never_a_worse_score() -> None:
    """One more done in time."""
    worse = place(table(u1=[done("A"), done("B"), late("C"), late("D"), late("E")]), "太平街道")
    better = place(table(u1=[done("A"), done("B"), done("C"), late("D"), late("E")]), "太平街道")

    assert (worse.score or 0) < (better.score or 0)
