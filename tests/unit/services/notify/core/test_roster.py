"""Roles stay, holders come and go."""

from datetime import timedelta

import pytest

from services.notify.core.roster import Roster, fault_of
from tests.unit.services.notify.given import LONG_AGO, NOW, later, seat


def test_the_present_holder_answers_for_a_handle() -> None:
    """After a change of holder the same handle leads to the new one."""
    handover = later(days=1)
    roster = Roster([seat(holder="甲", until=handover), seat(holder="乙", since=handover)])

    assert roster.holder("office@331081001", NOW).holder == "甲"  # type: ignore[union-attr]
    assert roster.holder("office@331081001", handover).holder == "乙"  # type: ignore[union-attr]


def test_an_overlap_goes_to_who_came_later() -> None:
    """A stand-in entered on top of an open row is the one who is told."""
    roster = Roster([seat(holder="乙", since=NOW - timedelta(hours=1)), seat(holder="甲")])

    assert [held.holder for held in roster.holders("office", "331081001", NOW)] == ["乙"]


def test_each_seat_of_a_role_is_told() -> None:
    """Two seats are two recipients with handles of their own."""
    roster = Roster([seat(seat="b"), seat(seat="a")])

    assert [held.handle for held in roster.holders("office", "331081001", NOW)] == [
        "office@331081001/a",
        "office@331081001/b",
    ]


@pytest.mark.parametrize("handle", ["office@331081003", "duty@331081001", "office", "", "office@331081001/x"])
def test_nobody_sits_behind_an_unknown_handle(handle: str) -> None:
    """A handle without a holder gives nobody, whatever its form."""
    assert Roster([seat()]).holder(handle, NOW) is None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"unit": "33@1"}, "单位“33@1”中不能有 @ 或 /"),
        ({"seat": "a/b"}, "席位“a/b”中不能有 @ 或 /"),
        ({"holder": ""}, "角色、单位、姓名（或代号）都要填写"),
        ({"addresses": {}}, "office@331081001 没有任何渠道地址"),
        ({"until": LONG_AGO}, "office@331081001 的结束时间不晚于开始时间"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(changes: dict[str, object], fault: str | None) -> None:
    """A roster is refused in words an operator can act on."""
    assert fault == fault_of(seat(**changes))
