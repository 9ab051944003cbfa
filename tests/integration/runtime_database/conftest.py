"""A schema with the runtime's tables for each test."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from deploy.migrations import runtime_tables
from runtime.clock import SystemClock
from runtime.database import Database


@pytest.fixture
def schema(postgres_url: str) -> Iterator[str]:
    """The name of a fresh schema, dropped afterwards."""
    name = f"runtime_{SystemClock().uuid().hex[-12:]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        runtime_tables.create(connection, name)
        yield name
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


@pytest.fixture
def database(postgres_url: str, schema: str) -> Iterator[Database]:
    """Connections to it, with short patience."""
    short = {"lock_timeout": 500, "statement_timeout": 2000, "idle_in_transaction_session_timeout": 1000}
    opened = Database(postgres_url, schema=schema, application_name="test", pool_size=3, timeouts=short)
    yield opened
    opened.close()
