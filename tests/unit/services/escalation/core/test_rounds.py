"""A hazard's rounds, from a finding to its close-out, and the levels it had within them."""

import pytest

from contracts.facts import Fact
from services.escalation.core.cases.hazard import Hazard, fold
from services.escalation.core.heard import hear
from services.escalation.core.rounds import found_again_at, gradings
from tests.unit.services.escalation.stories import all_divisions, fact, moment, report


def hazard(*facts: Fact) -> Hazard:
    found = fold("H-1", "", [hear(one) for one in facts], all_divisions())
    assert found is not None
    return found


def later(kind: str, when: str, **words: object) -> Fact:
    return fact(f"hazard.{kind}", when, hazard_id="H-1", **words)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([], ["05-08"], id="one round"),
        pytest.param(
            [later("rectified", "05-10", by="x"), later("reinspected", "05-12", passed=False)],
            ["05-08", "05-08"],
            id="a failed re-inspection goes on with the round",
        ),
        pytest.param(
            [later("closed", "05-10"), report("05-20", id_="again")], ["05-08", "05-20"], id="found again: a new round"
        ),
        pytest.param(
            [later("closed", "05-10"), later("reinspected", "05-20", passed=False)],
            ["05-08", "05-08"],
            id="re-opened without a new report: the old round",
        ),
    ],
)
def test_when_a_round_began(facts: list[Fact], expected: list[str]) -> None:
    """Each span of work belongs to the finding that it goes back to."""
    known = hazard(report("05-08"), *facts)

    assert [found_again_at(known, work) for work in known.work] == [moment(day) for day in expected]


@pytest.mark.parametrize(
    ("facts", "levels", "expected"),
    [
        pytest.param([], ["major"], [], id="never major"),
        pytest.param([], ["general"], [("05-08", None)], id="general all along"),
        pytest.param(
            [later("regraded", "05-10", level="major", reason="x")], ["major"], [("05-10", None)], id="graded up"
        ),
        pytest.param(
            [
                later("regraded", "05-10", level="major", reason="x"),
                later("regraded", "05-12", level="general", reason="x"),
            ],
            ["major"],
            [("05-10", "05-12")],
            id="graded up and down",
        ),
        pytest.param(
            [later("regraded", "05-10", level="major", reason="x")],
            ["general", "major"],
            [("05-08", None)],
            id="moving between the wanted levels is no end",
        ),
        pytest.param(
            [later("regraded", "05-10", level="major", reason="x"), later("rectified", "05-12", by="x")],
            ["major"],
            [("05-10", "05-12")],
            id="put right",
        ),
        pytest.param(
            [later("rectified", "05-12", by="x"), later("regraded", "05-14", level="major", reason="x")],
            ["major"],
            [],
            id="graded up when it was done already",
        ),
    ],
)
def test_when_it_had_a_level(facts: list[Fact], levels: list[str], expected: list[tuple[str, str | None]]) -> None:
    """Only while it waited for rectification."""
    known = hazard(report("05-08"), *facts)

    had = [(grading.since, grading.until) for grading in gradings(known, known.work[0], levels)]

    assert had == [(moment(since), moment(until) if until else None) for since, until in expected]
