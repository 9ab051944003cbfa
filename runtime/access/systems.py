"""Know which upstream system asks by the key that it shows, in services beside intake, which keeps the keys."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

from fastapi import Request
from fastapi.security import HTTPBearer

from contracts import api_keys
from runtime import log
from runtime.access.refusals import Caller, caller_of
from runtime.database import Work
from runtime.web import Problem

#: For the OpenAPI document only: `presented` decides, and answers alike whatever is wrong with a key.
DOCUMENTED = HTTPBearer(scheme_name="bearer", auto_error=False, description="bihuan keys create")
CHALLENGE = {"www-authenticate": 'Bearer realm="bihuan"'}

_logger = log.get(__name__)


class Presented(NamedTuple):
    """What a system shows: its key, and the address that it comes from; `caller` learns who it is."""

    token: str
    address: str
    caller: Caller

    @property
    def prefix(self) -> str:
        """The public part of the key."""
        return api_keys.prefix_of(self.token) or ""


class Held(NamedTuple):
    """What is kept of a key: the hash of it, until when and from where it opens, and for whom."""

    digest: bytes
    expires_at: datetime
    revoked_at: datetime | None
    networks: tuple[IPv4Network | IPv6Network, ...]
    tenants: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """An upstream system that asks by its key.

    What it reported is what bears its `namespace` and one of its `sources` (CloudEvents `source`); of that it sees what
    lies in `tenants`.
    """

    slug: str
    namespace: str
    sources: tuple[str, ...]
    tenants: tuple[str, ...]


def presented(request: Request) -> Presented:
    """Return the key of an Authorization header; a Problem 401 where there is none that could be one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or api_keys.prefix_of(token) is None:
        raise Problem(401, "send an API key: Authorization: Bearer bhk_...", headers=CHALLENGE)
    return Presented(token, request.client.host if request.client else "", caller_of(request.scope))


def system_of(work: Work, shown: Presented, now: datetime) -> System:
    """The system whose valid key is shown; a Problem 401 that does not say what is wrong with it.

    Each request reads the key anew, so that one that is revoked opens nothing from then on. An operator's key belongs to
    no system and opens nothing here.
    """
    row = work.connection.execute("SELECT * FROM access.system_of(%s)", (shown.prefix,)).fetchone()
    if row is None:
        raise invalid()
    digest, expires_at, revoked_at, networks, slug, namespace, sources, tenants = row
    judge(shown, Held(digest, expires_at, revoked_at, tuple(map(ip_network, networks)), tuple(tenants)), now)
    work.connection.execute("SELECT access.system_came(%s, %s)", (shown.prefix, now))
    return System(slug=slug, namespace=namespace, sources=tuple(sources), tenants=tuple(tenants))


def judge(shown: Presented, held: Held, now: datetime) -> None:
    """Raise a Problem unless the key opens; why it does not is for the audit, where whoever keeps the keys reads it.

    Who shows a whole key from elsewhere than it is bound to learns that, because an upstream that moved has to know.
    """
    shown.caller.is_(f"key {shown.prefix}", held.tenants)
    if not api_keys.fits(shown.token, held.digest):
        shown.caller.why = "密钥不对 (another secret)"
        raise invalid()
    if held.revoked_at is not None or now >= held.expires_at:
        shown.caller.why = "已过期 (expired)" if held.revoked_at is None else "已吊销 (revoked)"
        raise invalid()
    if not api_keys.may_come_from(held.networks, shown.address):
        shown.caller.why = "来自绑定以外的网络 (another network)"
        _logger.warning("key from another network", key=shown.prefix, address=shown.address)
        raise Problem(403, f"this API key may not be used from {shown.address}")


def invalid() -> Problem:
    """The answer to a key that opens nothing."""
    return Problem(401, "this API key is not valid", headers=CHALLENGE)
