"""A referral's content is seen by who may; that there is one, anybody may count (S0-22, S3-27)."""

import msgspec
import pytest

from contracts.decisions import Decision
from contracts.withholding import WITHHELD, withheld
from services.escalation.core.withholding import withheld_document
from tests.unit.services.escalation.accidents import decide
from tests.unit.services.escalation.stories import report, run

OVERDUE = next(one for one in run(report("05-08 09:00"), until="05-22") if one.rule == "overdue")
LONG = [
    one
    for one in decide(
        report("2021-05-20 09:00", tenant="371082", level="major", rectify_by="2021-06-01"), until="2021-12-01"
    )
    if one.measure == "referral"
]
"""A major hazard of 荣成 that nobody put right for ninety days."""


def test_only_referrals_are_restricted() -> None:
    """By their measure, whatever rule proposes them."""
    assert LONG
    assert all(one.restricted for one in LONG)
    assert not OVERDUE.restricted


def test_what_is_left_says_nothing_of_the_case() -> None:
    """Neither sentence nor facts nor the subject's words; where it stands and whose it is stays."""
    (before, *_), after = LONG, withheld(LONG[0])

    assert (after.reason, after.facts) == (WITHHELD, ())
    assert after.context.keys() <= {"addressee"}
    assert (after.status, after.tenant, after.level, after.decision_id) == (
        before.status, before.tenant, before.level, before.decision_id,
    )  # fmt: skip
    assert withheld(after) == after


@pytest.mark.parametrize("record", [OVERDUE, LONG[0]], ids=["open", "restricted"])
def test_a_document_is_the_same_as_its_record(record: Decision) -> None:
    """However it is spaced."""
    document = msgspec.json.encode(record)
    spaced = msgspec.json.format(document, indent=2)

    for one in (document, spaced):
        assert msgspec.json.decode(withheld_document(one), type=Decision) == withheld(record)
