"""Make somebody of a role and open a session for them, as `bihuan people` does: how tests act as people."""

from collections.abc import Sequence

import psycopg
from psycopg import sql

from contracts.roles import EVERYWHERE, Role
from deploy import isolation
from deploy.local import logins
from runtime.access import Grant, sessions, store
from runtime.database import Database

NO_PASSWORD = "!"  # no hash: nobody signs in with it


def as_role(url: str, service: str, process: str) -> str:
    """The address of the same database for a process of a service, as row security and grants meet it."""
    role = isolation.role_of(service, process)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(role)))
    return logins.as_login(url, role, role)


def sign_in(database_url: str, role: Role, tenant: str = EVERYWHERE, sectors: Sequence[str] = ()) -> dict[str, str]:
    """The header that acts as `<role>.<tenant>` (`county.331081`, `province.all`); that is also their name."""
    name = f"{role}.{'all' if tenant == EVERYWHERE else tenant}" + (f".{len(sectors)}" if sectors else "")
    token = sessions.new_token()
    database = Database(database_url, schema=store.SCHEMA, application_name="test", pool_size=1)
    try:
        with database.begin() as work:
            store.add_person(work, name, name, NO_PASSWORD, by="test", must_change=False)
            store.grant(work, name, Grant(role=role, tenant=tenant, sectors=tuple(sectors)), by="test")
            store.open_session(work, name, sessions.digest_of(token), "bearer")
    finally:
        database.close()
    return {"authorization": f"Bearer {token}"}
