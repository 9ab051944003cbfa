"""The four services' apps over one database with one of each thing in two counties, entered as each role."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg import sql
from pydantic import SecretStr

from contracts import api_keys
from contracts.roles import EVERYWHERE, Role
from runtime.clock import SystemClock
from runtime.database import Database
from services.intake.core import keys
from services.intake.core.registry import Source
from services.intake.store import keys as store
from services.intake.store import sources
from tests.doors import SERVICES, app_of
from tests.integration.access.things import HOME, plant
from tests.people import as_role, sign_in

PLANTED = "t_access_planted"
SYSTEM = Source(
    slug="system", name="系统", namespace="test", tenants=(EVERYWHERE,), attributes=frozenset({"/inspection/test"})
)
TOLD = {"intake": {"master_keys": SecretStr("test:" + b64encode(bytes(range(32))).decode())}}
"""Settings beside the database: the page for tip-offs is open where there is a key that seals informers."""


@dataclass
class World:
    """Each app entered by its own login, and a token for each role."""

    url: str
    apps: dict[str, FastAPI] = field(default_factory=dict)
    clients: dict[str, TestClient] = field(default_factory=dict)
    key: str = ""
    tokens: dict[Role | None, dict[str, str]] = field(default_factory=lambda: {None: {}})

    def ask(self, service: str, method: str, path: str, role: Role | None, **told: Any) -> Any:
        """Ask as somebody of a role, or as nobody."""
        headers = self.tokens[role] | told.pop("headers", {})
        return self.clients[service].request(method, path, headers=headers, **told)


def _system(url: str) -> str:
    """The key of the system that reported both hazards, for one county, as `bihuan keys create` makes it."""
    token = api_keys.token_of(bytes(range(api_keys.PREFIX_BYTES + api_keys.SECRET_BYTES)))
    now = SystemClock().now()
    key = keys.ApiKey(
        prefix=api_keys.prefix_of(token) or "",
        digest=api_keys.digest_of(token),
        slug=SYSTEM.slug,
        tenants=(HOME,),
        operates=True,
        label="test",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    database = Database(url, schema="intake", application_name="test")
    with database.begin() as work:
        sources.register(work, SYSTEM)
        store.add(work, key)
    database.close()
    return token


@pytest.fixture(scope="session")
def planted_template(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """A hazard, decisions, a notice, a letter and so on in 温岭, and the same in a district of 温州: nobody writes here."""
    with copied(postgres_url, PLANTED, migrated_template) as url:
        with psycopg.connect(url) as owner:
            plant(owner, url)
        yield PLANTED


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, postgres_url: str, planted_template: str) -> Iterator[World]:
    """What was planted, copied for one module: what another has switched, refused or written down is not in it."""
    name = f"t_access_{request.node.name.removesuffix('.py').rpartition('/')[2]}"
    with copied(postgres_url, name, planted_template) as url, ExitStack() as opened:
        made = World(url)
        for service in SERVICES:
            made.apps[service], its_database = app_of(service, as_role(url, service, "api"), **TOLD.get(service, {}))
            opened.callback(its_database.close)
            client = TestClient(made.apps[service], raise_server_exceptions=False, follow_redirects=False)
            made.clients[service] = opened.enter_context(client)
        made.tokens |= {role: sign_in(url, role, EVERYWHERE if role is Role.ADMINISTRATOR else HOME) for role in Role}
        made.key = _system(url)
        yield made


@contextmanager
def copied(postgres_url: str, name: str, template: str) -> Iterator[str]:
    """The address of a copy of a database, dropped afterwards."""
    database = sql.Identifier(name)
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, sql.Identifier(template)))
    try:
        yield postgres_url.rsplit("/", 1)[0] + "/" + name
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
