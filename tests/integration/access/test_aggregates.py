"""Grafana's reader sees sums and nothing else: no row of a hazard, no name, no word that anybody wrote."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from deploy import aggregates, isolation, migrate
from runtime.clock import SystemClock
from tests.boards import of_database, variables_of_database

CODES = {"city", "county"}
WORDS_OF_OURS = {"sector", "level", "state", "rule", "measure", "status", "channel", "source"}


@pytest.fixture
def reader(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(isolation.READER)))
        yield connection


@pytest.mark.parametrize("view", aggregates.VIEWS)
def test_a_view_can_be_read_and_holds_no_words_of_people(reader: psycopg.Connection[Any], view: str) -> None:
    """Its texts are codes and our own vocabulary; all else are numbers and days."""
    columns = reader.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'aggregates' AND table_name = %s",
        (view,),
    ).fetchall()

    assert {name for name, kind in columns if kind == "text"} <= CODES | WORDS_OF_OURS
    assert {kind for _, kind in columns} <= {"text", "bigint", "integer", "date", "boolean"}
    reader.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(aggregates.SCHEMA, view))).fetchall()


@pytest.mark.parametrize("asked", [*of_database(), *variables_of_database()], ids=lambda asked: asked.title)
def test_what_the_dashboards_ask_it_can_answer(reader: psycopg.Connection[Any], asked: Any) -> None:
    """Each query as Grafana sends it; a figure over time comes with its time."""
    now = SystemClock().now()

    cursor = reader.execute(asked.filled(now - timedelta(days=365), now))

    names = [column.name for column in cursor.description or ()]
    assert names
    assert asked.form != "time_series" or names[0] == "time"


@pytest.mark.parametrize("table", ["reporting.hazard", "notify.roster", "access.person", "intake.api_key"])
def test_no_table_can_be_read(reader: psycopg.Connection[Any], table: str) -> None:
    """Not even the schema it lies in."""
    with pytest.raises(errors.InsufficientPrivilege):
        reader.execute(f"SELECT * FROM {table}")


def test_the_reader_writes_nothing(database_url: str) -> None:
    """Its sessions are read-only and end what takes too long."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setrole = %s::regrole", (isolation.READER,)
        ).fetchall()

    assert {row[0] for row in rows} == {"default_transaction_read_only=on", "statement_timeout=30s"}


def test_a_migration_is_not_in_the_way_of_the_views(database_url: str) -> None:
    """What they read may change: where a revision is to come they are taken away first, and made anew."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        before = connection.execute("SELECT to_regclass('aggregates.hazards')::oid").fetchone()
        migrate.upgrade(database_url)
        same = connection.execute("SELECT to_regclass('aggregates.hazards')::oid").fetchone()
        connection.execute("COMMENT ON SCHEMA aggregates IS 'of another release'")
        migrate.upgrade(database_url)
        anew = connection.execute("SELECT to_regclass('aggregates.hazards')::oid").fetchone()

    assert before == same
    assert anew not in {before, (None,)}
