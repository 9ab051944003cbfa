"""What is owed for a period is missed when its term is over (S1-18, S2-01, S3-01, S3-07, S3-28, S4-02, S4-06, S4-11)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import LISHUI, WEIHAI, decide, done, pack, told, under
from tests.unit.services.escalation.stories import law_with

RULE = "periodic_report"


def missed(*facts: Fact, packs: tuple[str, ...], until: str, subject: str) -> list[str]:
    records = told(decide(*facts, until=until, packs=packs), RULE)
    return [line.removeprefix(f"{RULE} {subject} missing_report ") for line in records if f" {subject} " in line]


@pytest.mark.parametrize(
    ("packs", "subject", "at"),
    [
        pytest.param(WEIHAI, "cancellation_list/371083/2021-05-20", "2021-05-21 00:00", id="S3-07: 20 May is included"),
        pytest.param(
            WEIHAI,
            "implementation_report/371083/2021-05-20",
            "2021-05-21 00:00",
            id="S3-28: another item, the same day",
        ),
        pytest.param(WEIHAI, "cancellation_list/371074/2021-05-20", "2021-05-21 00:00", id="S3-07: a zone owes it"),
        pytest.param(
            WEIHAI, "cancellation_list/市应急管理局/2021-05-20", "2021-05-21 00:00", id="S3-07: a department owes it"
        ),
        pytest.param(WEIHAI, "learning/371083/2021-05-31", "2021-06-01 00:00", id="S3-01: by the end of May"),
        pytest.param(
            WEIHAI, "quarterly_analysis/市公安局/2021-Q2", "2021-07-01 00:00", id="S3-01: in the second quarter"
        ),
        pytest.param(LISHUI, "action_plan/331102/2016-03-28", "2016-03-29 00:00", id="S4-02: the plan"),
        pytest.param(LISHUI, "action_plan/331171/2016-03-28", "2016-03-29 00:00", id="S4-02: the zone's plan"),
        pytest.param(LISHUI, "self_assessment/市公安局/stage:2c", "2016-12-01 00:00", id="S4-11: in the last stage"),
        pytest.param(LISHUI, "final_summary/331181/2016-12-15", "2016-12-16 00:00", id="S4-06: the summary"),
    ],
)
def test_it_is_missed_when_the_last_day_is_over(packs: tuple[str, ...], subject: str, at: str) -> None:
    """X日前 includes day X."""
    until = "2022-01-01" if packs == WEIHAI else "2017-01-01"

    assert missed(packs=packs, until=until, subject=subject) == [f"raised {at}"]


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        pytest.param(done("learning", "371083", "2021-05-31", "2021-05-31 23:59"), [], id="in time"),
        pytest.param(done("learning", "371083", "2021-05-31", "2021-05-01"), [], id="before the notice"),
        pytest.param(
            done("learning", "371083", "2021-05-31", "2021-05-20", tenant="371000"), [], id="told by the city"
        ),
        pytest.param(
            done("learning", "371083", "2021-05-31", "2021-06-02 10:00"),
            ["raised 2021-06-01 00:00", "cleared 2021-06-02 10:00"],
            id="late",
        ),
        pytest.param(
            done("learning", "371083", "2021-05-31", "2021-05-30", known="2021-06-02 10:00"),
            ["raised 2021-06-01 00:00", "retracted 2021-06-02 10:00"],
            id="in time, told late",
        ),
        pytest.param(
            done("cancellation_list", "371083", "2021-05-31", "2021-05-20"),
            ["raised 2021-06-01 00:00"],
            id="another duty",
        ),
    ],
)
def test_what_was_done_ends_it(fact: Fact, expected: list[str]) -> None:
    """In time it never was missed, late it is cleared and stays on record."""
    assert missed(fact, packs=WEIHAI, until="2021-07-01", subject="learning/371083/2021-05-31") == expected


@pytest.mark.parametrize("unit", ["市应急管理局", "应急管理局", "市应急局", "应急"], ids=lambda unit: f"spelt {unit}")
def test_a_department_may_be_spelt_in_several_ways(unit: str) -> None:
    """Every spelling that the pack knows is one unit."""
    came = done("learning", unit, "2021-05-31", "2021-05-20", tenant="371000")

    assert missed(came, packs=WEIHAI, until="2021-07-01", subject="learning/市应急管理局/2021-05-31") == []


def test_what_has_no_term_opens_no_clock() -> None:
    """The self-review has no day in the notice (S3-25)."""
    records = decide(until="2023-01-01")

    assert [one for one in records if one.subject.id.startswith("self_review/")] == []


def test_terms_that_were_over_before_the_pack_binds_are_not_opened() -> None:
    """A notice asks for nothing that was due before it."""
    when = {"kind": "dates", "dates": [{"period": "a", "due": "2023-04-27"}, {"period": "b", "due": "2023-04-28"}]}
    law = law_with(
        pack(
            units={"towns": [{"id": "331081003"}]},
            obligations={
                "plan": {"rule": RULE, "title": "方案", "clauses": ["S4-02"], "units": ["towns"], "when": when}
            },
        )
    )

    assert told(under(law, until="2023-06-01"), RULE) == [
        f"{RULE} plan/331081003/b missing_report raised 2023-04-29 00:00"
    ]


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        pytest.param(
            "quarterly_analysis/371083/2021-Q2",
            "乳山市未按期完成第二季度安全生产形势分析会议（2021年第二季度），期限为2021年6月30日24时。",
            id="a quarter",
        ),
        pytest.param(
            "learning/市公安局/2021-05-31",
            "市公安局未按期完成安全生产集中学习教育活动（2021年5月31日），期限为2021年5月31日24时。",
            id="a day",
        ),
    ],
)
def test_the_reason_can_be_read_out(subject: str, reason: str) -> None:
    """The sentence names the unit, the duty, the period and the end of the term."""
    record = next(one for one in decide(until="2021-08-01") if one.subject.id == subject)

    assert (record.reason, record.level, record.since) == (reason, "city", record.at)
