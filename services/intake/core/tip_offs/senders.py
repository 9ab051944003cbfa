"""Tell senders apart for an hour without knowing who they are: a few bits of a hash under a key outside the database."""

import hashlib
import hmac
from datetime import date, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from services.intake.core.quota import Quota

EACH: Final = Quota(per_second=6 / 3_600, burst=6)
TOGETHER: Final = Quota(per_second=1, burst=300)
FULL_AGAIN: Final = timedelta(seconds=max(quota.burst / quota.per_second for quota in (EACH, TOGETHER)))
"""A bucket that nobody drew from for so long is full, and is as good as none."""

EVERYBODY: Final = b""
"""The name of the bucket that all senders share."""

_HASH_BYTES: Final = 3
"""Some 250 addresses of IPv4 have each of these hashes, so that one proves nothing; senders of one hour hardly ever meet."""
_IPV6_HOME: Final = 64  # bits: what one household or telephone is given


def sender_of(address: str, *, key: bytes, today: date) -> bytes:
    """The name of a sender's bucket; without `key` nobody can say of an address whether this is its."""
    return hmac.digest(key, f"{today} {_home(address)}".encode(), hashlib.sha256)[:_HASH_BYTES]


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
