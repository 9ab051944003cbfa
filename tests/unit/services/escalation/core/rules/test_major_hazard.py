"""A major hazard is proposed for listed supervision (S2-09, S4-13)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.stories import fact, report, run, said

UP = fact("hazard.regraded", "05-10 10:00", hazard_id="H-1", level="major", reason="复核")
DOWN = fact("hazard.regraded", "05-12 10:00", hazard_id="H-1", level="general", reason="复核")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([report("05-08")], [], id="a general hazard is not"),
        pytest.param([report("05-08", level="major")], ["major_hazard proposed 05-08 00:00"], id="at once"),
        pytest.param([report("05-08"), UP], ["major_hazard proposed 05-10 10:00"], id="when it is graded up"),
        pytest.param(
            [report("05-08"), UP, DOWN],
            ["major_hazard proposed 05-10 10:00", "major_hazard cleared 05-12 10:00"],
            id="until it is graded down",
        ),
        pytest.param(
            [report("05-08", level="major"), fact("hazard.rectified", "05-09", hazard_id="H-1", by="厂")],
            ["major_hazard proposed 05-08 00:00", "major_hazard cleared 05-09 00:00"],
            id="until it is done",
        ),
    ],
)
def test_listing_is_proposed_while_the_hazard_is_major(facts: list[Fact], expected: list[str]) -> None:
    """The committee's level lists it; a person confirms."""
    assert said(run(*facts, until="05-16"), "major_hazard") == expected


def test_a_failed_reinspection_proposes_it_a_second_time() -> None:
    """What was cleared stays cleared; the next span of work is the next occurrence."""
    done = fact("hazard.rectified", "05-09", hazard_id="H-1", by="厂")
    failed = fact("hazard.reinspected", "05-11", hazard_id="H-1", passed=False)

    records = [r for r in run(report("05-08", level="major"), done, failed, until="05-12") if r.rule == "major_hazard"]

    assert [(r.occurrence, str(r.status)) for r in records] == [("0", "proposed"), ("0", "cleared"), ("1", "proposed")]
