"""久拖不决 is age and nothing else (S4-18, S3-27): no deadline, extension or suspension changes it."""

import pytest
from pydantic import ValidationError

from contracts.facts import Fact
from services.escalation.core.law import Law
from tests.unit.services.escalation.accidents import pack, under
from tests.unit.services.escalation.stories import fact, law_with, report
from tests.unit.services.escalation.visits import told

RULE = "long_standing"
AGED = "long_standing 30d H-1 raised 06-08 00:00"


def law() -> Law:
    ages = [
        {"step": "30d", "after": {"count": 30, "unit": "calendar_day"}},
        {"step": "60d", "after": {"count": 2, "unit": "month"}, "levels": ["major"], "measure": "referral"},
    ]
    return law_with(pack(rules={RULE: {"clauses": ["S4-18"], "ages": ages}}))


def later(kind: str, when: str, **words: object) -> Fact:
    return fact(f"hazard.{kind}", when, hazard_id="H-1", **words)


DECIDED = {"approver": "市安委办", "reason": "挂账"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([], [AGED], id="open for more than thirty days"),
        pytest.param([later("rectified", "06-07 23:59", by="厂")], [], id="put right on the last day"),
        pytest.param(
            [later("rectified", "06-09 09:00", by="厂")],
            [AGED, "long_standing 30d H-1 cleared 06-09 09:00"],
            id="put right too late",
        ),
        pytest.param(
            [later("extension_decided", "05-18", granted=True, until="2023-12-01", **DECIDED)], [AGED], id="extended"
        ),
        pytest.param([later("clock_suspended", "05-18", **DECIDED)], [AGED], id="suspended"),
        pytest.param(
            [later("rectified", "05-18", by="厂"), later("reinspected", "06-10 09:00", passed=False)],
            ["long_standing 30d H-1 raised 06-10 09:00"],
            id="a failed re-inspection goes on with the old age",
        ),
        pytest.param(
            [later("closed", "05-18"), report("06-01", rectify_by=None, id_="again")],
            ["long_standing 30d H-1 raised 07-02 00:00"],
            id="found again after its close-out it is young",
        ),
        pytest.param(
            [later("regraded", "05-20", level="major", reason="x")],
            [AGED, "long_standing 60d H-1 proposed 07-09 00:00"],
            id="a major hazard: two months later accountability is proposed",
        ),
        pytest.param(
            [later("regraded", "07-20 09:00", level="major", reason="x")],
            [AGED, "long_standing 60d H-1 proposed 07-20 09:00"],
            id="graded up when it is old already",
        ),
        pytest.param(
            [
                later("regraded", "05-20", level="major", reason="x"),
                later("regraded", "07-20 09:00", level="general", reason="x"),
            ],
            [AGED, "long_standing 60d H-1 proposed 07-09 00:00", "long_standing 60d H-1 cleared 07-20 09:00"],
            id="graded down: accountability for a major hazard ends, its age does not",
        ),
    ],
)
def test_age_counts_from_the_finding(facts: list[Fact], expected: list[str]) -> None:
    """At 24:00 of the last day, while it waits for rectification."""
    first = report("05-08 09:00", rectify_by=None)

    assert told(under(law(), first, *facts, until="2023-08-01"), RULE) == expected


def test_overdue_and_old_are_two_things() -> None:
    """A hazard whose deadline lies far away is old and not overdue."""
    rules = {
        RULE: {"clauses": ["S4-18"], "ages": [{"step": "30d", "after": {"count": 30, "unit": "calendar_day"}}]},
        "overdue": {"clauses": ["S2-22"], "ladder": [{"step": "first", "day": 1, "measure": "remind"}]},
    }
    records = under(law_with(pack(rules=rules)), report("05-08", rectify_by="2023-12-01"), until="2023-08-01")

    assert told(records, RULE, "overdue") == [AGED]


def test_two_ages_of_one_name_are_refused() -> None:
    """Two rungs of one name would be one decision."""
    age = {"step": "30d", "after": {"count": 30, "unit": "calendar_day"}}

    with pytest.raises(ValidationError, match="two ages have one step"):
        pack(rules={RULE: {"clauses": ["S4-18"], "ages": [age, age]}})
