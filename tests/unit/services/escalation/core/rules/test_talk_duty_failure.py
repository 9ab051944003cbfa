"""Duties missed again and again bring a unit to a talk (S2-18, S2-26, S2-39)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import done, pack, told, under
from tests.unit.services.escalation.stories import law_with

RULE = "talk_duty_failure"
TOWN = "331081003"
LAW = law_with(
    pack(
        units={
            "towns": [{"id": TOWN, "name": "城西街道"}],
            "members": [{"id": "市公安局"}],
            "office": [{"id": "331081", "name": "温岭市"}, {"id": "市安委办"}],
            "committee": [{"id": "市安委会"}],
        },
        fallback_lead="市安委办",
        rules={
            RULE: {
                "clauses": ["S2-18", "S2-39"],
                "count": {"value": 3, "source": "proposed"},
                "within": {"count": 12, "unit": "month", "source": "proposed"},
                "spares": ["committee"],
            }
        },
        obligations={
            "study": {
                "rule": "periodic_report",
                "title": "专题研究",
                "clauses": ["S2-11"],
                "units": ["towns", "members", "office", "committee"],
                "when": {"kind": "monthly", "last": "2023-09-01"},
            }
        },
    )
)


def studied(month: str, when: str, **words: str) -> Fact:
    return done("study", TOWN, month, when, **words)


def talks(*facts: Fact, until: str = "2023-12-01") -> list[str]:
    return [line for line in told(under(LAW, *facts, until=until), RULE) if TOWN in line]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            [],
            ["proposed 2023-07-01 00:00", "proposed 2023-10-01 00:00"],
            id="every third one; then it counts anew",
        ),
        pytest.param(
            [studied("2023-04", "2023-04-29"), studied("2023-06", "2023-06-29")],
            ["proposed 2023-09-01 00:00"],
            id="done in time twice",
        ),
        pytest.param(
            [studied("2023-04", "2023-05-10"), studied("2023-05", "2023-06-10")],
            ["proposed 2023-07-01 00:00", "proposed 2023-10-01 00:00"],
            id="what came late stays missed",
        ),
    ],
)
def test_three_duties_missed_within_a_year(facts: list[Fact], expected: list[str]) -> None:
    """A term that passed counts; what came later clears the absence, not the failure."""
    assert talks(*facts) == [f"{RULE} {TOWN} admonition_talk {line}" for line in expected]


def test_late_news_that_it_was_done_takes_the_talk_back() -> None:
    """A report held back by its source is no failure."""
    late = studied("2023-05", "2023-05-20", known="2023-07-03 09:00")

    assert talks(late, until="2023-07-15") == [
        f"{RULE} {TOWN} admonition_talk proposed 2023-07-01 00:00",
        f"{RULE} {TOWN} admonition_talk retracted 2023-07-03 09:00",
    ]


def test_departments_answer_too_and_the_committee_does_not_talk_to_itself() -> None:
    """A department is named by its name, under the committee's own tenant; the committee's office is the committee."""
    records = [one for one in under(LAW, until="2023-07-15") if one.rule == RULE]

    assert sorted((one.subject.kind, one.subject.id, one.tenant, one.level) for one in records) == [
        ("area", TOWN, TOWN, "county"),
        ("department", "市公安局", "331081", "county"),
    ]


def test_the_reason_can_be_read_out() -> None:
    """The sentence lists what was missed."""
    record = next(one for one in under(LAW, until="2023-07-15") if one.rule == RULE and one.subject.id == TOWN)

    assert record.reason == (
        "城西街道在12个月内有3项工作未按期完成：专题研究（2023年4月）、专题研究（2023年5月）、专题研究（2023年6月），"
        "属工作不力，建议约谈。"
    )
    assert record.acts_for == "市安委办"
