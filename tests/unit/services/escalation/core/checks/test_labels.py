"""Labels that disagree with their dates: the dates rule (trap T2)."""

from pathlib import Path

import pytest

from tests.unit.services.escalation.broken_packs import CITY, fault, told

FAULTS = [
    pytest.param(
        CITY, "last: 2024-02-17", "last: 2024-02-07", "last: 2024-02-07",
        "spring_festival ends on 2024-02-07, before it begins on 2024-02-10. Mend: turn the two days round.",
        id="a key period the wrong way round",
    ),
    pytest.param(
        CITY, "ends: 2024-04-10", "ends: 2023-04-10", "ends: 2023-04-10",
        "the campaign ends on 2023-04-10, before it begins on 2024-01-02. Mend: turn the two days round.",
        id="a campaign the wrong way round",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "said"), FAULTS)
def test_days_the_wrong_way_round_are_refused(
    tmp_path: Path, file: str, old: str, new: str, at: str, said: str
) -> None:
    """With file, line, the fault and how to mend it."""
    assert fault(file, old, new, at, said) in told(tmp_path, file, old, new)


WARNINGS = [
    pytest.param(
        CITY, "label_days: 100", "label_days: 20", "label_days: 20",
        "the label says 20天, 2024-01-02 to 2024-04-10 are 99 days (100 with the first one).",
        id="a campaign whose label says another number (trap T2)",
    ),
    pytest.param(
        CITY, "step: T+7, day: 7", "step: T+7, day: 8", "day: 8",
        "the rung T+7 of overdue stands on day 8.",
        id="a rung whose name says another day",
    ),
    pytest.param(
        CITY, "{step: 90d, after: {count: 90,", "{step: 90d, after: {count: 80,", "step: 90d",
        "90d comes after 80.",
        id="an age whose name says another number",
    ),
    pytest.param(
        CITY, "due: 2024-01-20", "due: 2024-01-19", "due: 2024-01-19",
        "plan: the period 2024-01-20 is due on 2024-01-19.",
        id="a period whose label is another day",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "said"), WARNINGS)
def test_a_label_that_disagrees_is_warned_of(tmp_path: Path, file: str, old: str, new: str, at: str, said: str) -> None:
    """The dates rule, so it is no fault; somebody should know."""
    mend = "Mend: the dates rule; change the label, or the dates if they are wrong."

    expected = fault(file, old, new, at, f"{said} {mend}").replace(": fault:", ": warning:")
    assert expected in told(tmp_path, file, old, new)
