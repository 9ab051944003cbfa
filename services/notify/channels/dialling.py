"""Allow only connections an administrator listed, judged by the address that is really dialled.

A check of the name or of a resolver's answer is bypassed by IP literals, other spellings and rebinding names; the
function that makes the socket sees what comes after all of them.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK: Final = tuple(ipaddress.ip_network(net) for net in ("127.0.0.0/8", "::1/128"))
NEVER: Final = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8",  # "this host": Linux dials itself
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "100.100.100.200/32",  # Aliyun's metadata service
        "168.63.129.16/32",  # Azure's
        "fd00:ec2::254/128",  # AWS's
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fe80::/10",
        "ff00::/8",
    )
)
"""Never dialled, whatever an administrator lists."""

_ENTRY = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+(?:/\d+)?)\]|(?P<host>[^\[\]:]+)):(?P<port>\d{1,5}|\*)", re.ASCII)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_wanted: ContextVar[tuple[str, list[str]]] = ContextVar("wanted")


class Forbidden(OSError):
    """The address that was about to be dialled is not allowed."""


class InvalidAllowList(ValueError):
    """An entry of the allow-list cannot be read; the message shows it and the right form."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry: a host name or a network, with one port or (None) any."""

    host: str
    network: Network | None
    port: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPolicy:
    """What may be dialled: `allowed`, but never `forbidden` networks nor `own` (address, port) pairs.

    `own` are our database and brokers: a webhook must not reach them, even on a network that is allowed.
    """

    allowed: tuple[Allowed, ...]
    forbidden: tuple[Network, ...] = NEVER + LOOPBACK
    own: frozenset[tuple[str, int]] = frozenset()

    def names(self, host: str, port: int) -> bool:
        """Whether an entry names this host and port."""
        return any(
            entry.network is None and entry.host == host.lower() and entry.port in {None, port}
            for entry in self.allowed
        )

    def fault_of(self, address: str, port: int, *, named: bool) -> str | None:
        """Why this address must not be dialled; None where it may. `named`: its host name is on the list."""
        found = _underlying(ipaddress.ip_address(address.partition("%")[0]))
        if any(found in network for network in self.forbidden):
            return f"{found} 属于禁止访问的地址段"
        if (str(found), port) in self.own:
            return f"{found}:{port} 是本系统的数据库或消息集群"
        listed = any(
            entry.network is not None and found in entry.network and entry.port in {None, port}
            for entry in self.allowed
        )
        return None if named or listed else f"{found}:{port} 不在允许清单中"

    def socket_factory(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for a resolved address (aiohttp's `socket_factory`); raises `Forbidden`."""
        family, kind, protocol, _, address = info
        host, refusals = _wanted.get(("", []))
        fault = self.fault_of(address[0], address[1], named=self.names(host, address[1]))
        if fault is not None:
            refusals.append(fault)
            raise Forbidden(fault)
        return socket.socket(family, kind, protocol)


def dialling(host: str) -> list[str]:
    """Say which host the current task is about to dial; refusals of its addresses gather in the list."""
    refusals: list[str] = []
    _wanted.set((host, refusals))
    return refusals


def allow_list(text: str) -> tuple[Allowed, ...]:
    """Read `host:port, 10.1.0.0/16:443, [fd00::/8]:8443, hooks.example.cn:*`; raises `InvalidAllowList`."""
    return tuple(_entry(word.strip()) for word in text.split(",") if word.strip())


def endpoints(pairs: Iterable[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """The (address, port) pairs behind host names, as far as they can be resolved."""
    found = set()
    for host, port in pairs:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            continue  # a name that nobody can resolve cannot be dialled either
        found |= {(str(_underlying(ipaddress.ip_address(str(answer[4][0])))), port) for answer in answers}
    return frozenset(found)


def _entry(word: str) -> Allowed:
    found = _ENTRY.fullmatch(word)
    if found is None:
        raise InvalidAllowList(f"{word!r}: write host:port, network/bits:port or [IPv6 network]:port; * is any port")
    host, port = found["six"] or found["host"], None if found["port"] == "*" else int(found["port"])
    try:
        return Allowed(host=host, network=ipaddress.ip_network(host), port=port)
    except ValueError as error:
        if found["six"] or "/" in host or re.fullmatch(r"[0-9.]+|0x[0-9a-f]+", host, re.IGNORECASE):
            raise InvalidAllowList(f"{word!r}: {error}") from error
    return Allowed(host=host.lower(), network=None, port=port)


def _underlying(address: Address) -> Address:
    """The IPv4 address that an IPv6 form of it stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
