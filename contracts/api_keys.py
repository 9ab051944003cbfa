"""Read the keys by which systems come: a public prefix to find the row by, a secret of which only the hash is kept."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

MARK: Final = "bhk"
"""Before the prefix, so that a key that leaked into a text is recognised as one."""

PREFIX_BYTES: Final = 6
SECRET_BYTES: Final = 32

Networks = Iterable[IPv4Network | IPv6Network]

_TOKEN: Final = re.compile(r"bhk_([0-9a-f]{12})_([0-9a-f]{64})", re.ASCII)


def token_of(noise: bytes) -> str:
    """Return the key made of fresh random bytes (PREFIX_BYTES + SECRET_BYTES of them)."""
    if len(noise) != PREFIX_BYTES + SECRET_BYTES:
        raise ValueError(f"a key is made of {PREFIX_BYTES + SECRET_BYTES} random bytes")
    return f"{MARK}_{noise[:PREFIX_BYTES].hex()}_{noise[PREFIX_BYTES:].hex()}"


def prefix_of(token: str) -> str | None:
    """Return the public part of a key, None where the text is no key."""
    found = _TOKEN.fullmatch(token)
    return found[1] if found else None


def digest_of(token: str) -> bytes:
    """Return what is kept of a key; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def fits(token: str, digest: bytes) -> bool:
    """Whether a token is the key of this digest; takes the same time whatever it is."""
    return hmac.compare_digest(digest_of(token), digest)


def may_come_from(networks: Networks, address: str) -> bool:
    """Whether an address lies in one of the networks; without any everything does, and what is no address never does."""
    bound = tuple(networks)
    if not bound:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)  # how a socket for both families shows an IPv4 peer
    return any((mapped or found) in network for network in bound)
