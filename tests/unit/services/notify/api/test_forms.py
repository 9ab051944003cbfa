"""Personal data leaves masked, and bodies hold nothing that no page can show."""

import pytest
from pydantic import ValidationError

from contracts.divisions import load
from services.notify.api.forms import Acknowledgement, attempt_shown, masked_address, masked_name, recipient_text
from tests.unit.services.notify.given import NOW


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("office.331081@wenling.example", "o***@wenling.example"),
        ("https://hooks.example.cn:8443/robot/send?access_token=secret", "https://hooks.example.cn/…"),
        ("10012345678", "100****5678"),
        ("110", "****"),
    ],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    """Enough to recognise, not enough to use."""
    assert masked_address(address) == shown


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("office@331081003", "城西街道 · 安委办"),
        ("office@331081003/2", "城西街道 · 安委办（2）"),
        ("office@市应急管理局", "市应急管理局 · 安委办"),
        ("unknown@331081", "温岭市 · unknown"),
        ("platform", "platform"),
    ],
)
def test_whom_a_notice_is_for_is_said_in_words(handle: str, shown: str) -> None:
    """Codes and words of the configuration are for machines."""
    assert recipient_text(handle, {"office": "安委办"}, load()) == shown


@pytest.mark.parametrize(("name", "shown"), [("王小明", "王**"), ("安委办值班室", "安***"), ("甲", "甲"), ("", "")])
def test_a_name_is_masked(name: str, shown: str) -> None:
    """The first character stays."""
    assert masked_name(name) == shown


def test_an_attempt_is_shown_without_its_holder() -> None:
    """Seat and answer say what an operator needs."""
    shown = attempt_shown(
        {
            "attempt": 1,
            "seat": "office@331081",
            "holder": "王小明",
            "address": "wxm@example.cn",
            "message": "n-1",
            "claimed_by": "notify-1",
            "began_at": NOW,
            "ended_at": None,
            "outcome": None,
            "answer": "",
            "receipt": None,
            "receipt_answer": "",
        }
    )

    assert (shown.holder, shown.address, shown.seat) == ("王**", "w***@example.cn", "office@331081")


@pytest.mark.parametrize("author", ["", "  ", "a" * 101, "a\x00b", "a\ud800", 7])
def test_a_name_has_to_be_one(author: object) -> None:
    """Text of a length that fits, without control characters."""
    with pytest.raises(ValidationError):
        Acknowledgement(author=author)  # type: ignore[arg-type]
