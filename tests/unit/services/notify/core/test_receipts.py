"""What a provider says later of a message that it took."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contracts.vocabulary import NoticeState
from services.notify.core.notice import Notice
from services.notify.core.receipts import CHINESE, LOOKS, Receipt, Word, after, next_look
from tests.unit.services.notify.given import NOW, decision, later, planned

LOST = Word(receipt=Receipt.LOST, answer="MK:0000")


def told(**changes: object) -> Notice:
    (notice,) = planned(decision())
    return replace(notice, channel="sms", state=NoticeState.DELIVERED, attempt=1, **changes)  # type: ignore[arg-type]


def test_what_was_lost_was_not_told() -> None:
    """It fails with the provider's code, and waits for a person."""
    failed = after(told(), 1, LOST)

    assert (failed.state, failed.error) == (NoticeState.FAILED, "回执：未到达（MK:0000）")


@pytest.mark.parametrize("receipt", [Receipt.ARRIVED, Receipt.PENDING, Receipt.UNKNOWN], ids=str)
def test_every_other_word_changes_nothing(receipt: Receipt) -> None:
    """Nor does silence."""
    notice = told()

    assert after(notice, 1, Word(receipt=receipt)) is notice


def test_a_later_attempt_decides_for_itself() -> None:
    """Somebody had it sent again meanwhile."""
    again, settled = replace(told(), attempt=2), replace(told(), state=NoticeState.FAILED)

    assert (after(again, 1, LOST), after(settled, 1, LOST)) == (again, settled)


@pytest.mark.parametrize(
    ("now", "look"),
    [
        pytest.param(NOW, later(minutes=1), id="soon at first"),
        pytest.param(later(minutes=1), later(minutes=3), id="then less often"),
        pytest.param(later(hours=71), later(hours=72), id="for three days"),
        pytest.param(later(hours=72), None, id="and no longer"),
    ],
)
def test_receipts_are_asked_for_ever_less_often(now: datetime, look: datetime | None) -> None:
    """A phone that is off gets its message within three days or never."""
    assert next_look(NOW, now) == look


def test_every_word_has_its_chinese() -> None:
    """As the trail shows it."""
    assert set(CHINESE) == set(Receipt)
    assert sorted(LOOKS) == list(LOOKS)
    assert LOOKS[-1] == timedelta(days=3)
