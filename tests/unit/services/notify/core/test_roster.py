"""Roles stay, holders come and go."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.notify.core.roster import InvalidRoster, Roster, fault_of, roster_from
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


def entry(**changes: object) -> dict[str, object]:
    told = {
        "role": "office",
        "unit": "331081",
        "holder": "值班室",
        "addresses": {"email": "o@example.cn"},
        "since": "2023-01-01",
    }
    return told | changes


@pytest.mark.parametrize(
    "since",
    ["2023-01-01", date(2023, 1, 1), "2023-01-01T00:00:00+08:00", datetime(2022, 12, 31, 16, tzinfo=UTC)],
    ids=["text", "date", "instant as text", "instant"],
)
def test_a_file_says_from_when(since: object) -> None:
    """A date begins at midnight in Shanghai, an instant is taken as it is."""
    (held,) = roster_from({"version": 1, "seats": [entry(since=since)]})

    assert held.since == datetime(2022, 12, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"since": "2023-01-01T00:00:00"}, r"seats\[1\].since: an instant needs its offset"),
        ({"since": "昨天"}, r"seats\[1\].since"),
        ({"until": 7}, r"seats\[1\].until: write a date"),
        ({"addresses": {}}, r"seats\[1\]: office@331081 没有任何渠道地址"),
        ({"phone": "1"}, "unknown field `phone`"),
    ],
    ids=["no offset", "no date", "a number", "no address", "unknown key"],
)
def test_a_file_that_cannot_be_used_is_refused(change: dict[str, object], message: str) -> None:
    """The refusal names the entry."""
    with pytest.raises(InvalidRoster, match=message):
        roster_from({"version": 1, "seats": [entry(**change)]})


def test_a_roster_of_another_version_is_refused() -> None:
    """A file of a later form is not read half."""
    with pytest.raises(InvalidRoster, match="version 2 is not known"):
        roster_from({"version": 2, "seats": []})
