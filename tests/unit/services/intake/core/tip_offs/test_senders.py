"""Senders are slowed down one by one, and nobody can say afterwards who was here."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.intake.core.quota import Quota
from services.intake.core.tip_offs.senders import Senders

MONDAY, TUESDAY = date(2023, 5, 8), date(2023, 5, 9)
KEYS = iter(range(1_000_000))
EACH, TOGETHER = Quota(per_second=0.01, burst=3), Quota(per_second=1, burst=1_000)


def senders(each: Quota = EACH, together: Quota = TOGETHER) -> Senders:
    return Senders(each, together, lambda: next(KEYS).to_bytes(32))


@given(st.ip_addresses().map(str), st.integers(min_value=1, max_value=20))
def test_a_burst_is_let_through_and_no_more(address: str, times: int) -> None:
    """The rest waits for a known time, after which one more comes in."""
    here = senders()
    waits = [here.wait(address, today=MONDAY, monotonic=0.0) for _ in range(times)]

    assert [True] * min(times, 3) + [False] * max(0, times - 3) == [wait == 0 for wait in waits]
    if times > 3:
        assert 0 == here.wait(address, today=MONDAY, monotonic=waits[-1] + 0.01)


def test_a_household_is_one_sender_and_a_neighbour_another() -> None:
    """An IPv6 network of 64 bits; an IPv4 address however it is written."""
    here = senders(each=Quota(per_second=0.01, burst=1))
    alike = [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("not an address", "another that is none"),
    ]

    assert [(True, False)] * 3 == [
        tuple(here.wait(address, today=MONDAY, monotonic=0.0) == 0 for address in pair) for pair in alike
    ]
    assert 0 == here.wait("2001:db8:1:3::1", today=MONDAY, monotonic=0.0)


def test_a_new_day_knows_nobody() -> None:
    """Another key: the hashes of yesterday are gone with it."""
    here = senders(each=Quota(per_second=0.0001, burst=1))
    assert 0 == here.wait("192.0.2.1", today=MONDAY, monotonic=0.0)
    assert here.wait("192.0.2.1", today=MONDAY, monotonic=1.0) > 0

    assert 0 == here.wait("192.0.2.1", today=TUESDAY, monotonic=2.0)


def test_nothing_of_an_address_is_kept() -> None:
    """Neither it nor a hash that anybody without the day's key could make."""
    here = senders()
    here.wait("192.0.2.1", today=MONDAY, monotonic=0.0)

    kept = repr(vars(here))
    assert "192.0.2" not in kept
    assert [16] == [len(sender) for sender in here._buckets]


def test_all_together_have_a_limit_too() -> None:
    """However many addresses somebody has; who is turned away by it has lost nothing of their own."""
    here = senders(together=Quota(per_second=1, burst=2))
    waits = [here.wait(f"192.0.2.{number}", today=MONDAY, monotonic=0.0) for number in range(3)]

    assert [0, 0, 1] == waits
    assert 0 == here.wait("192.0.2.2", today=MONDAY, monotonic=1.0)
