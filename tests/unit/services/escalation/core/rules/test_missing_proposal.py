"""A major hazard wants a penalty and accountability proposed (S3-10)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import decide, enforced, told
from tests.unit.services.escalation.stories import fact, report

RULE = "missing_proposal"
TENANT = "371083"
FOUND = report("2021-06-01 09:00", level="major", rectify_by="2021-07-30", tenant=TENANT)
MISSING = f"{RULE} H-1 alert raised 2021-06-05 00:00"


def document(when: str, kind: str, *hazards: str, **words: str) -> Fact:
    return enforced(when, kind, hazard_ids=hazards or ("H-1",), **words)


def regraded(when: str, level: str) -> Fact:
    return fact("hazard.regraded", when, tenant=TENANT, hazard_id="H-1", level=level, reason="复核")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([FOUND], [MISSING], id="nothing was proposed in three days"),
        pytest.param(
            [FOUND, document("2021-06-02", "penalty"), document("2021-06-04 23:59", "accountability")],
            [],
            id="both in time",
        ),
        pytest.param([FOUND, document("2021-06-02", "penalty")], [MISSING], id="a penalty alone"),
        pytest.param([FOUND, document("2021-06-02", "accountability")], [MISSING], id="accountability alone"),
        pytest.param([FOUND, document("2021-06-02", "order")], [MISSING], id="an order to rectify is neither"),
        pytest.param(
            [FOUND, document("2021-06-02", "suspension"), document("2021-06-02", "referral")],
            [],
            id="a stop of work is a penalty, a referral is accountability",
        ),
        pytest.param(
            [FOUND, document("2021-06-02", "penalty"), document("2021-06-10 09:00", "accountability")],
            [MISSING, f"{RULE} H-1 alert cleared 2021-06-10 09:00"],
            id="the second comes late",
        ),
        pytest.param(
            [FOUND, document("2021-06-02", "penalty", "H-2"), document("2021-06-02", "accountability", "H-2")],
            [MISSING],
            id="documents about another hazard",
        ),
        pytest.param([report("2021-06-01 09:00", tenant=TENANT)], [], id="a general hazard"),
        pytest.param(
            [report("2021-06-01 09:00", tenant=TENANT), regraded("2021-06-10 09:00", "major")],
            [f"{RULE} H-1 alert raised 2021-06-14 00:00"],
            id="graded up later: it counts from there",
        ),
        pytest.param([FOUND, regraded("2021-06-03 09:00", "general")], [], id="graded down within the span"),
        pytest.param(
            [FOUND, regraded("2021-06-08 09:00", "general")],
            [MISSING, f"{RULE} H-1 alert cleared 2021-06-08 09:00"],
            id="graded down after it",
        ),
        pytest.param(
            [FOUND, fact("hazard.closed", "2021-06-02", tenant=TENANT, hazard_id="H-1")],
            [MISSING],
            id="closing it does not excuse",
        ),
    ],
)
def test_both_proposals_are_wanted(facts: list[Fact], expected: list[str]) -> None:
    """Three days after it was found major, until both stand."""
    assert told(decide(*facts, until="2021-07-15"), RULE) == expected


def test_the_reason_says_what_is_lacking() -> None:
    """The sentence names the proposal that nobody made."""
    records = decide(FOUND, document("2021-06-02", "penalty"), until="2021-07-01")

    assert next(one.reason for one in records if one.rule == RULE) == (
        "示范机械厂的重大隐患“疏散通道被货物堵塞”（H-1），2021年6月1日判定为重大隐患，至今未提出责任追究建议。"
    )
