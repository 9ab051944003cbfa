"""Reminders come before a deadline and are no lateness."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.stories import fact, report, run, said


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            [report("05-08")], ["due_soon T-3 raised 05-17 00:00", "due_soon T-1 raised 05-19 00:00"], id="both"
        ),
        pytest.param([report("05-18 09:00")], ["due_soon T-1 raised 05-19 00:00"], id="found between the two"),
        pytest.param(
            [report("05-08"), fact("hazard.rectified", "05-18", hazard_id="H-1", by="厂")],
            ["due_soon T-3 raised 05-17 00:00"],
            id="rectified between the two",
        ),
        pytest.param(
            [report("05-08", known="05-18 09:00")],
            ["due_soon T-3 raised 05-17 00:00", "due_soon T-1 raised 05-19 00:00"],
            id="known late, but in time for a reminder",
        ),
        pytest.param(
            [report("05-08", known="05-25 09:00")],
            ["due_soon T-3 coalesced 05-17 00:00", "due_soon T-1 coalesced 05-19 00:00"],
            id="known after the deadline: a reminder helps nobody any more",
        ),
    ],
)
def test_reminders_fall_three_days_and_one_day_before(facts: list[Fact], expected: list[str]) -> None:
    """Each reminder is raised while the hazard waits for rectification, before the deadline."""
    assert said(run(*facts, until="05-26"), "due_soon") == expected
