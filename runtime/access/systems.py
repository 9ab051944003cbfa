"""Know which upstream system asks by the key that it shows, in services beside intake, which keeps the keys."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from typing import NamedTuple

from fastapi import Request
from fastapi.security import HTTPBearer

from contracts import api_keys
from runtime import log
from runtime.database import Work
from runtime.web import Problem

#: For the OpenAPI document only: `presented` decides, and answers alike whatever is wrong with a key.
DOCUMENTED = HTTPBearer(scheme_name="bearer", auto_error=False, description="bihuan keys create")
CHALLENGE = {"www-authenticate": 'Bearer realm="bihuan"'}

_logger = log.get(__name__)


class Presented(NamedTuple):
    """What a system shows: its key, and the address that it comes from."""

    token: str
    address: str

    @property
    def prefix(self) -> str:
        """The public part of the key."""
        return api_keys.prefix_of(self.token) or ""


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
    return Presented(token, request.client.host if request.client else "")


def system_of(work: Work, shown: Presented, now: datetime) -> System:
    """The system whose valid key is shown; a Problem 401 that does not say what is wrong with it.

    Each request reads the key anew, so that one that is revoked opens nothing from then on. An operator's key belongs to
    no system and opens nothing here.
    """
    row = work.connection.execute("SELECT * FROM access.system_of(%s)", (shown.prefix,)).fetchone()
    if row is None:
        raise invalid()
    digest, expires_at, revoked_at, networks, slug, namespace, sources, tenants = row
    if not api_keys.fits(shown.token, digest) or revoked_at is not None or now >= expires_at:
        raise invalid()
    refuse_elsewhere(map(ip_network, networks), shown)
    work.connection.execute("SELECT access.system_came(%s, %s)", (shown.prefix, now))
    return System(slug=slug, namespace=namespace, sources=tuple(sources), tenants=tuple(tenants))


def refuse_elsewhere(networks: api_keys.Networks, shown: Presented) -> None:
    """A Problem 403 for a key that is bound elsewhere: who shows a whole key learns that, for an upstream that moved."""
    if not api_keys.may_come_from(networks, shown.address):
        _logger.warning("key from another network", key=shown.prefix, address=shown.address)
        raise Problem(403, f"this API key may not be used from {shown.address}")


def invalid() -> Problem:
    """The answer to a key that opens nothing."""
    return Problem(401, "this API key is not valid", headers=CHALLENGE)
