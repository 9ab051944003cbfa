"""回头看: what an earlier round found, or a stage closed, is inspected again by a day (S1-05, S4-11)."""

import pytest
from pydantic import ValidationError

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import pack
from tests.unit.services.escalation.stories import report
from tests.unit.services.escalation.visits import about, closed, decide, found, told

RULE = "look_back"
LISTED = "look_back hazmat_2019 J-1 raised 03-25 00:00"
MISSED = "look_back hazmat_2019/missed J-1 raised 04-16 00:00"
OLD = {"sector": "危险化学品", "found_by": "inspection", "rectify_by": None}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([found("2019-06-10 09:00", **OLD)], [LISTED, MISSED], id="nobody looked again"),
        pytest.param(
            [found("2019-06-10 09:00", **OLD), about("reinspected", "2020-04-02 10:00", passed=True)],
            [LISTED, "look_back hazmat_2019 J-1 cleared 04-02 10:00"],
            id="looked at again within the campaign",
        ),
        pytest.param(
            [found("2019-06-10 09:00", **OLD), about("reinspected", "2020-04-02 10:00", passed=False)],
            [LISTED, "look_back hazmat_2019 J-1 cleared 04-02 10:00"],
            id="looked at and found open: it was looked at",
        ),
        pytest.param(
            [found("2019-06-10 09:00", **OLD), about("reinspected", "2020-01-10 10:00", passed=True)],
            [LISTED, MISSED],
            id="a re-inspection before the campaign is none of it",
        ),
        pytest.param(
            [found("2019-06-10 09:00", **OLD), about("reinspected", "2020-04-20 10:00", passed=True)],
            [
                LISTED,
                MISSED,
                "look_back hazmat_2019 J-1 cleared 04-20 10:00",
                "look_back hazmat_2019/missed J-1 cleared 04-20 10:00",
            ],
            id="looked at too late",
        ),
        pytest.param([found("2018-12-31 09:00", **OLD)], [], id="found the year before"),
        pytest.param([found("2020-01-01 09:00", **OLD)], [], id="found this year"),
        pytest.param([found("2019-06-10 09:00", rectify_by=None)], [], id="another sector"),
        pytest.param(
            [found("2019-06-10 09:00", **(OLD | {"sector": "危化品"}))], [LISTED, MISSED], id="the sector's other name"
        ),
        pytest.param(
            [found("2019-06-10 09:00", known="2020-03-30 09:00", **OLD)],
            [LISTED, MISSED],
            id="imported during the campaign",
        ),
    ],
)
def test_last_years_findings_are_looked_at_again(facts: list[Fact], expected: list[str]) -> None:
    """The task stands open from the campaign's first day; at its end it is missed."""
    records = decide(*facts, until="2020-05-01")

    assert sorted(told(records, RULE)) == sorted(expected)


def test_a_closed_major_hazard_is_looked_at_before_the_stage_ends() -> None:
    """丽水's stage 2c: from September on, or from a later close-out, until 30 November."""
    here = {"tenant": "331102"}
    facts = [
        report("2016-05-10", "J-1", level="major", rectify_by=None, **here),
        closed("2016-06-20 10:00", **here),
        report("2016-05-10", "J-2", rectify_by=None, **here),
        closed("2016-06-20 10:00", "J-2", **here),
        report("2016-05-10", "J-3", level="major", rectify_by=None, **here),
        report("2016-05-10", "J-4", level="major", rectify_by=None, **here),
        closed("2016-10-20 10:00", "J-4", **here),
        about("reinspected", "2016-11-20 10:00", "J-4", passed=True, **here),
    ]

    records = decide(*facts, until="2016-12-15", packs=("lishui-2016", "lishui-zone-2016"))

    assert told(records, RULE) == [
        "look_back closed_major J-1 raised 09-01 00:00",
        "look_back closed_major J-4 raised 10-20 10:00",
        "look_back closed_major J-4 cleared 11-20 10:00",
        "look_back closed_major/missed J-1 raised 12-01 00:00",
    ]


def test_a_task_that_ends_before_it_begins_is_refused() -> None:
    """Nobody could do it."""
    task = {"id": "t", "title": "回头看", "clauses": ["S1-05"], "begins": "2023-05-10", "due": "2023-05-09"}

    with pytest.raises(ValidationError, match="due 2023-05-09 lies before begins 2023-05-10"):
        pack(rules={RULE: {"clauses": ["S1-05"], "tasks": [task]}})
