"""A tip-off names the hazard that it became, and whether it is true; who told it is nowhere (S3-12, S3-16)."""

import pytest

from contracts.facts import Fact
from services.escalation.core.cases.tip_off import TipOffCase, fold
from services.escalation.core.heard import hear
from tests.unit.services.escalation.stories import fact

RECEIVED = fact("tip_off.received", "05-08", tip_off_id="T-1", category="x", description="y", hazard_id="H-1")


def verified(when: str, *, true: bool, tip_off_id: str = "T-1") -> Fact:
    return fact("tip_off.verified", when, tip_off_id=tip_off_id, true=true)


def folded(*facts: Fact) -> TipOffCase | None:
    return fold("T-1", [hear(one) for one in facts])


@pytest.mark.parametrize(
    ("facts", "is_true"),
    [
        pytest.param([], None, id="nobody verified it yet"),
        pytest.param([verified("05-10", true=True)], True, id="true"),
        pytest.param([verified("05-10", true=False)], False, id="not true"),
        pytest.param([verified("05-10", true=True), verified("05-12", true=False)], False, id="the last word counts"),
        pytest.param([verified("05-10", true=True, tip_off_id="T-2")], None, id="another tip-off"),
    ],
)
def test_a_tip_off_is_what_its_verification_says(facts: list[Fact], is_true: bool | None) -> None:
    """Until then nobody knows."""
    tip_off = folded(RECEIVED, *facts)
    assert tip_off is not None

    assert (tip_off.hazard_id, tip_off.word.is_true, tip_off.word.received.data) == ("H-1", is_true, b"")


def test_a_verification_alone_is_no_tip_off() -> None:
    """It waits until the tip-off is known."""
    assert folded(verified("05-10", true=True)) is None


def test_a_tip_off_may_become_a_hazard_later() -> None:
    """A second word names the hazard; the first receipt counts."""
    first = fact("tip_off.received", "05-06", tip_off_id="T-1", category="x", description="y", hazard_id=None)
    tip_off = folded(first, RECEIVED)
    assert tip_off is not None

    assert (tip_off.hazard_id, tip_off.word.received.id) == ("H-1", first.id)


def test_a_word_of_another_sort_says_nothing() -> None:
    """Only receipt and verification do."""
    other = fact("tip_off.rewarded", "05-12", tip_off_id="T-1")
    tip_off = folded(RECEIVED, other)
    assert tip_off is not None

    assert tip_off.word.verified is None
