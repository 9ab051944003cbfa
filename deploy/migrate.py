"""Bring the schema of every service to its newest revision; each service has its own history and version table."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import errors
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from deploy import aggregates, isolation

MIGRATIONS = Path(__file__).with_name("migrations")
READING = ("intake", "escalation", "notify", "reporting")
"""Services with positions, an outbox and dead letters of their own."""

SERVICES = ("access", "pii", *READING)
OLDEST_SERVER = 15  # major version of PostgreSQL
LOCK = 7_241_001  # advisory: two deployments at once migrate one after the other


def main(arguments: list[str] | None = None) -> int:
    """Upgrade all services of the database at --url or BIHUAN_DATABASE_URL."""
    parser = argparse.ArgumentParser(prog="python -m deploy.migrate", description=main.__doc__)
    parser.add_argument("--url", default=os.environ.get("BIHUAN_DATABASE_URL"))
    parser.add_argument("--create", action="store_true", help="create the database first when it does not exist")
    options = parser.parse_args(arguments)
    if not options.url:
        print("say which database: --url postgresql://user:password@host/bihuan, or BIHUAN_DATABASE_URL")
        return 2
    if options.create:
        ensure_database(options.url)
    upgrade(options.url, say=print)
    return 0


class ServerTooOld(Exception):
    """The database server is older than what the schemas are written for."""


def upgrade(url: str, *, say: Callable[[str], None] | None = None) -> dict[str, str | None]:
    """Upgrade every service that has a history and return the revision each stands at.

    Safe to run again and from two places at once; a service without a folder is left out. Raises ServerTooOld.
    """
    reached: dict[str, str | None] = {}
    with _engine(url) as engine, _one_at_a_time(engine):
        _check_server(engine)
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        if not _is_newest(engine):
            with psycopg.connect(address, autocommit=True) as connection:
                aggregates.drop(connection)
        for service in SERVICES:
            if not (MIGRATIONS / service / "versions").is_dir():
                continue
            before, after = _upgrade_one(engine, service)
            reached[service] = after
            if say:
                say(f"{service}: {after or 'empty'}" + ("" if before == after else f" (was {before or 'empty'})"))
        if reached.keys() == set(SERVICES):
            with psycopg.connect(address, autocommit=True) as connection:
                isolation.apply(connection)
                aggregates.apply(connection)
    return reached


def ensure_database(url: str) -> bool:
    """Create the database named in `url` unless it exists, and return whether it was created.

    Connects to the database `postgres` of the same server; the user has to have CREATEDB.
    """
    wanted = make_url(url)
    with _engine(url, database="postgres") as engine, engine.connect() as connection:
        known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": wanted.database})
        if known.scalar():
            return False
        quoted = engine.dialect.identifier_preparer.quote(wanted.database or "")
        # Sorted by bytes, so that an index means the same on every machine; Chinese is sorted by the services.
        connection.execute(text(f"CREATE DATABASE {quoted} ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8'"))
        return True


def config_of(service: str) -> Config:
    """Where the history of a service lies; enough to ask for its newest revision."""
    config = Config()
    config.set_main_option("script_location", _literal(MIGRATIONS))
    config.set_main_option("path_separator", "newline")  # a path may hold spaces, commas and colons
    config.set_main_option("version_locations", _literal(MIGRATIONS / service / "versions"))
    config.attributes["schema"] = service
    return config


def _check_server(engine: Engine) -> None:
    with engine.connect() as connection:
        version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if version < OLDEST_SERVER * 10_000:
        raise ServerTooOld(f"the server is PostgreSQL {version // 10_000}; Bihuan needs {OLDEST_SERVER} or newer")


def _upgrade_one(engine: Engine, service: str) -> tuple[str | None, str | None]:
    """Gives way to running services and comes again: a revision is applied whole or not at all."""
    for left in reversed(range(isolation.TRIES)):
        try:
            return _upgrade_once(engine, service)
        except DBAPIError as error:
            if not left or not isinstance(error.orig, errors.DeadlockDetected | errors.LockNotAvailable):
                raise
            time.sleep(isolation.PAUSE)
    raise AssertionError  # the last try has returned or raised


def _upgrade_once(engine: Engine, service: str) -> tuple[str | None, str | None]:
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {service}"))
        connection.execute(text(f"SET search_path TO {service}"))
    # Not AUTOCOMMIT from here: a revision is applied whole or not at all.
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        connection.execute(text(f"SET search_path TO {service}"))
        connection.execute(text(f"SET lock_timeout = '{isolation.GIVES_WAY}'"))
        connection.commit()
        config = config_of(service)
        config.attributes["connection"] = connection
        before = _revision(service, connection)
        command.upgrade(config, "head")
        connection.commit()
        return before, ScriptDirectory.from_config(config).get_current_head()


def _is_newest(engine: Engine) -> bool:
    with engine.connect() as connection:
        return all(
            _revision(service, connection) == ScriptDirectory.from_config(config_of(service)).get_current_head()
            for service in SERVICES
        )


def _revision(service: str, connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table_schema": service})
    revision = context.get_current_revision()
    connection.rollback()
    return revision


def _literal(path: Path) -> str:
    return str(path).replace("%", "%%")  # the option's reader replaces %(names)s


@contextmanager
def _engine(url: str, *, database: str | None = None) -> Iterator[Engine]:
    address = make_url(url).set(drivername="postgresql+psycopg")
    if database:
        address = address.set(database=database)
    engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        yield  # the lock ends with the connection


if __name__ == "__main__":
    sys.exit(main())
