"""The bottom of the published league table is proposed for a talk (S2-17, S2-18)."""

from typing import Any

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.stories import fact
from tests.unit.services.escalation.visits import correcting, decide

RULE = "talk_ranking"
TOWNS = [f"33108100{n}" for n in range(1, 7)]


def table(when: str = "06-05 10:00", period: str = "2023-05", ranks: tuple[int, ...] = (1, 2, 3, 4, 5, 6)) -> Fact:
    rows: list[dict[str, Any]] = [{"unit": unit, "rank": rank} for unit, rank in zip(TOWNS, ranks, strict=False)]
    return fact("league.published", when, tenant="331081", id_=f"league/{period}/{when}", period=period, rows=rows)


def proposed(*facts: Fact) -> list[str]:
    records = decide(*facts, until="2023-07-01", packs=("wenling-2023",))
    return [f"{one.subject.id} {one.status}" for one in records if one.rule == RULE]


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        pytest.param((1, 2, 3, 4, 5, 6), TOWNS[3:], id="the last three"),
        pytest.param((1, 2, 3, 3, 5, 6), TOWNS[2:], id="who shares the last counted place is proposed too"),
        pytest.param((1, 1, 1, 1, 1, 1), [], id="where all are equal nobody is last"),
        pytest.param((1, 2, 3), [], id="a table as short as its bottom has none"),
    ],
)
def test_the_bottom_of_the_table(ranks: tuple[int, ...], expected: list[str]) -> None:
    """Three places, a number of ours; ties are not broken by chance."""
    assert sorted(proposed(table(ranks=ranks))) == [f"{unit} proposed" for unit in expected]


def test_each_month_is_its_own() -> None:
    """The same town at the bottom of two months is proposed twice."""
    last = [line for line in proposed(table(), table("06-25 10:00", "2023-06")) if line.startswith(TOWNS[5])]

    assert last == [f"{TOWNS[5]} proposed"] * 2


def test_a_corrected_table_takes_a_proposal_back() -> None:
    """After an objection the table is published anew."""
    wrong = table()
    right = correcting(table("06-08 10:00", ranks=(1, 2, 6, 4, 5, 3)), wrong)

    lines = proposed(wrong, right)

    assert (lines.count(f"{TOWNS[5]} retracted"), lines.count(f"{TOWNS[2]} proposed")) == (1, 1)
