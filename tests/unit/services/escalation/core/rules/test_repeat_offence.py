"""屡查不改: open in more than one inspection; never mixed up with recurrence (S3-12)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.stories import fact, report, run, said


def failed(when: str, inspection_id: str = "") -> Fact:
    return fact("hazard.reinspected", when, hazard_id="H-1", passed=False, inspection_id=inspection_id)


def found(when: str, hazard_id: str, inspection_id: str) -> Fact:
    return report(when, hazard_id, inspection_id=inspection_id, rectify_by=None)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([found("05-08", "H-1", "I-1")], [], id="one inspection"),
        pytest.param(
            [found("05-08", "H-1", "I-1"), failed("05-15")],
            ["repeat_offence raised 05-15 00:00"],
            id="a failed re-inspection",
        ),
        pytest.param(
            [found("05-08", "H-1", "I-1"), found("05-15", "H-2", "I-2")],
            ["repeat_offence raised 05-15 00:00"],
            id="another inspection finds the same while one is open",
        ),
        pytest.param(
            [found("05-08", "H-1", "I-1"), found("05-15", "H-2", "I-1")], [], id="the same inspection says it twice"
        ),
        pytest.param(
            [report("05-08"), report("05-15", "H-2")],
            [],
            id="reports without an inspection say nothing about inspections",
        ),
        pytest.param(
            [
                found("05-08", "H-1", "I-1"),
                fact("hazard.closed", "05-10", hazard_id="H-1"),
                found("05-15", "H-2", "I-2"),
            ],
            [],
            id="what was closed out is a recurrence",
        ),
        pytest.param(
            [found("05-08", "H-1", "I-1"), failed("05-15"), failed("05-20")],
            ["repeat_offence raised 05-15 00:00", "repeat_offence raised 05-20 00:00"],
            id="each further inspection says so again",
        ),
    ],
)
def test_a_repeat_offence_is_open_in_a_second_inspection(facts: list[Fact], expected: list[str]) -> None:
    """A failed re-inspection counts, and a report by another inspection while one alike is open."""
    assert said(run(*facts, until="06-01"), "repeat_offence") == expected
