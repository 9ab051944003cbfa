"""Limit how often one sender comes without knowing who it is: a hash under a key that lives for a day, in memory alone."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import date
from ipaddress import IPv6Address, ip_address

from services.intake.core.quota import Bucket, Quota, draw

_IPV6_HOME = 64  # bits: what one household or telephone is given
MOST_SENDERS = 100_000


class Senders:
    """Buckets by sender, and one for all; safe in one thread at a time.

    Neither address nor hash is ever written down. With the day's key gone nobody can say whether an address was here.
    """

    def __init__(self, each: Quota, together: Quota, new_key: Callable[[], bytes]) -> None:
        """`new_key` gives 32 fresh random bytes."""
        self._each = each
        self._together = together
        self._new_key = new_key
        self._day: date | None = None
        self._key = b""
        self._buckets: dict[bytes, Bucket] = {}
        self._all: Bucket | None = None

    def wait(self, address: str, *, today: date, monotonic: float) -> float:
        """Seconds until this sender may come again; 0 lets them in and counts them."""
        if today != self._day or len(self._buckets) >= MOST_SENDERS:
            self._day, self._key, self._buckets = today, self._new_key(), {}
        sender = hmac.digest(self._key, _home(address).encode(), hashlib.sha256)[:16]
        bucket, wait = draw(self._buckets.get(sender), self._each, 1, monotonic)
        if wait:
            return wait
        together, wait = draw(self._all, self._together, 1, monotonic)
        self._all = together
        if not wait:
            self._buckets[sender] = bucket
        return wait


def _home(address: str) -> str:
    """One IPv4 address or one IPv6 network of a household; anything else counts as one sender."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(int(found) >> (128 - _IPV6_HOME))
