"""How far a target has come: running totals by unit, by the day that a word is about (S2-28..34)."""

from typing import Any

import pytest

from contracts.facts import Fact
from services.escalation.core.cases.target import TargetProgress, progresses
from services.escalation.core.heard import Heard, hear
from tests.unit.services.escalation.stories import fact


def progress(value: float, as_of: str, unit: str = "甲", **data: Any) -> Fact:
    words = {"target": "t", "unit": unit, "value": value, "as_of": as_of} | data
    return fact("target.progressed", "06-01", id_=f"{unit}/{as_of}/{value}", **words)


def values(*facts: Fact, unit_of_count: str = "家") -> list[tuple[str, float]]:
    def as_said(_fact: Heard, unit: str) -> str:
        return unit

    target = TargetProgress(
        id="t",
        title="目标",
        tenant="331081",
        goal=100,
        unit_of_count=unit_of_count,
        due=None,
        approximate=False,
        clauses=(),
        said=tuple(progresses("t", [hear(one) for one in facts], as_said)),
    )
    return [(f"{stand.as_of:%m-%d}", stand.value) for stand in target.stands()]


@pytest.mark.parametrize(
    ("facts", "unit_of_count", "expected"),
    [
        pytest.param([], "家", [], id="nothing was said"),
        pytest.param(
            [progress(5, "2023-05-01"), progress(8, "2023-05-20")], "家", [("05-01", 5), ("05-20", 8)], id="one unit"
        ),
        pytest.param(
            [progress(5, "2023-05-01"), progress(8, "2023-05-20", "乙")],
            "家",
            [("05-01", 5), ("05-20", 13)],
            id="two units",
        ),
        pytest.param(
            [progress(8, "2023-05-20"), progress(5, "2023-05-01")], "家", [("05-01", 5), ("05-20", 8)], id="by the day"
        ),
        pytest.param(
            [progress(80, "2023-05-01"), progress(60, "2023-05-20", "乙")],
            "%",
            [("05-01", 80), ("05-20", 60)],
            id="shares",
        ),
        pytest.param([progress(5.4, "2023-05-01")], "公里", [("05-01", 5.4)], id="kilometres"),
        pytest.param(
            [progress(5, "2023-05-31T16:30:00Z")], "家", [("06-01", 5)], id="an instant counts by its day in Shanghai"
        ),
        pytest.param([progress(5, "2023-05-01", target="other")], "家", [], id="another target"),
        pytest.param([progress(5, "")], "家", [("06-01", 5)], id="without a day: when it was told"),
    ],
)
def test_totals(facts: list[Fact], unit_of_count: str, expected: list[tuple[str, float]]) -> None:
    """Totals of units are added, of shares the lowest counts."""
    assert values(*facts, unit_of_count=unit_of_count) == expected
