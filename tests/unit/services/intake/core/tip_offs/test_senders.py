"""Senders are told apart for a while, and nobody can say afterwards who was here."""

from datetime import date
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.core.tip_offs.senders import EACH, FULL_AGAIN, TOGETHER, sender_of

MONDAY, TUESDAY = date(2023, 5, 8), date(2023, 5, 9)
KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("not an address", "another that is none"),
    ],
)
def test_a_household_is_one_sender(one: str, other: str) -> None:
    """An IPv6 network of 64 bits; an IPv4 address however it is written; whatever is no address."""
    assert sender_of(one, key=KEY, today=MONDAY) == sender_of(other, key=KEY, today=MONDAY)


def test_neighbours_are_two() -> None:
    """And so are the same household on two days, or under another key."""
    here = sender_of("2001:db8:1:2::1", key=KEY, today=MONDAY)

    assert here != sender_of("2001:db8:1:3::1", key=KEY, today=MONDAY)
    assert here != sender_of("2001:db8:1:2::1", key=KEY, today=TUESDAY)
    assert here != sender_of("2001:db8:1:2::1", key=OTHER, today=MONDAY)


@given(st.ip_addresses().map(str), st.binary(min_size=32, max_size=32))
def test_what_is_kept_is_too_short_to_name_anybody(address: str, key: bytes) -> None:
    """Even whoever holds the key finds hundreds of addresses behind each name."""
    name = sender_of(address, key=key, today=MONDAY)

    assert 2 ** (8 * len(name)) * 250 < 2**32


def test_few_senders_share_a_name() -> None:
    """A thousand of one hour hardly ever meet."""
    names = {sender_of(str(IPv4Address(number)), key=KEY, today=MONDAY) for number in range(1_000)}

    assert len(names) > 990


def test_nothing_is_kept_longer_than_it_counts() -> None:
    """A bucket is forgotten when it is full again, not before."""
    assert all(FULL_AGAIN.total_seconds() * quota.per_second >= quota.burst for quota in (EACH, TOGETHER))
    assert FULL_AGAIN.total_seconds() == 3_600
