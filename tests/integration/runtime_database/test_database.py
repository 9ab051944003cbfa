"""A transaction ends whole or not at all, and its errors are named by what to do next."""

from contextlib import ExitStack

import psycopg
import pytest
import sqlalchemy

from runtime.database import Database
from runtime.errors import Conflict, OutcomeUnknown, Unavailable
from runtime.testing import CuttingProxy, eventually


@pytest.fixture(autouse=True)
def table(database: Database) -> None:
    """One table with two rows."""
    with database.begin() as work:
        work.connection.execute("CREATE TABLE thing (id int PRIMARY KEY, name text)")
        work.connection.execute("INSERT INTO thing VALUES (1, 'one'), (2, 'two')")


def names(database: Database) -> list[str]:
    with database.begin() as work:
        return [row[0] for row in work.connection.execute("SELECT name FROM thing ORDER BY id")]


def test_raw_and_mapped_statements_are_one_transaction(database: Database) -> None:
    """What psycopg and SQLAlchemy write is committed together, and rolled back together."""
    with database.begin() as work:
        work.connection.execute("UPDATE thing SET name = 'eins' WHERE id = 1")
        work.execute("UPDATE thing SET name = :name WHERE id = 2", {"name": "zwei"})
    assert names(database) == ["eins", "zwei"]
    with pytest.raises(RuntimeError, match="stop"), database.begin() as work:  # noqa: PT012 (the block is the point)
        work.execute(sqlalchemy.text("UPDATE thing SET name = 'x'"))
        work.connection.execute("UPDATE thing SET name = 'y'")
        raise RuntimeError("stop")

    assert names(database) == ["eins", "zwei"]


def test_a_lock_held_by_another_is_unavailable(database: Database) -> None:
    """lock_timeout ends the wait; the same thing can be tried again."""
    with database.begin() as holder:
        holder.connection.execute("SELECT FROM thing FOR UPDATE")
        with pytest.raises(Unavailable, match="lock timeout"), database.begin() as work:
            work.connection.execute("UPDATE thing SET name = 'x'")

    assert names(database) == ["one", "two"]


def test_a_statement_that_takes_too_long_is_unavailable(database: Database) -> None:
    """statement_timeout ends it, whoever sent it."""
    with pytest.raises(Unavailable, match="statement timeout"), database.begin() as work:
        work.execute("SELECT pg_sleep(10)")


def test_a_transaction_left_idle_is_ended_by_the_server(database: Database) -> None:
    """A frozen worker holds its rows no longer than this; what it does afterwards fails as unavailable."""

    def ended(work_pid: int) -> bool:
        with database.begin() as other:
            row = other.connection.execute("SELECT FROM pg_stat_activity WHERE pid = %s", (work_pid,)).fetchone()
        return row is None

    with pytest.raises(Unavailable), database.begin() as work:  # noqa: PT012
        pid = work.connection.info.backend_pid
        work.connection.execute("UPDATE thing SET name = 'x'")
        eventually(lambda: ended(pid))
        work.connection.execute("SELECT 1")

    assert names(database) == ["one", "two"]


def test_a_deadlock_is_a_conflict(database: Database) -> None:
    """One of the two is told to load and decide again."""
    with pytest.raises(Conflict), database.begin() as first:  # noqa: PT012
        first.connection.execute("SET LOCAL lock_timeout = '10s'; SET LOCAL deadlock_timeout = '10ms'")
        first.connection.execute("UPDATE thing SET name = 'a' WHERE id = 1")
        with database.begin() as second:
            second.connection.execute("SET LOCAL lock_timeout = '1ms'")
            second.connection.execute("UPDATE thing SET name = 'b' WHERE id = 2")
            second.connection.execute("SET LOCAL lock_timeout = '10s'")
            second.connection.pgconn.send_query(b"UPDATE thing SET name = 'b' WHERE id = 1")
            first.connection.execute("UPDATE thing SET name = 'a' WHERE id = 2")


def test_a_wrong_statement_stays_a_defect(database: Database) -> None:
    """Not everything the database refuses goes away by waiting."""
    with pytest.raises(psycopg.errors.UniqueViolation), database.begin() as work:
        work.connection.execute("INSERT INTO thing VALUES (1, 'again')")
    with pytest.raises(psycopg.errors.UndefinedTable), database.begin() as work:
        work.connection.execute("SELECT * FROM nothing_of_this_name")


@pytest.mark.parametrize(("verdict", "expected"), [("before", ["one", "two"]), ("after", ["x", "x"])])
def test_a_connection_cut_at_commit_leaves_the_outcome_unknown(
    database: Database, postgres_url: str, schema: str, verdict: str, expected: list[str]
) -> None:
    """Before or after the server heard it: the caller cannot know, and is told so."""
    with psycopg.connect(postgres_url) as connection:
        port = connection.info.port
    proxy = CuttingProxy(("127.0.0.1", port))
    cabled = Database(postgres_url.replace(f":{port}/", f":{proxy.port}/"), schema=schema, application_name="cut")
    proxy.cut = lambda _commit: verdict
    with pytest.raises(OutcomeUnknown), cabled.begin() as work:
        work.connection.execute("UPDATE thing SET name = 'x'")

    eventually(lambda: names(database) == expected)
    cabled.close()
    proxy.close()


def test_connections_that_the_server_has_ended_are_replaced(database: Database, postgres_url: str) -> None:
    """After a restart of the server nobody sees an error, however many lie in the pool."""

    def pids() -> set[int]:
        with ExitStack() as opened:
            works = [opened.enter_context(database.begin()) for _ in range(3)]
            return {work.connection.info.backend_pid for work in works}

    for ask in (names, lambda database: [database.row("SELECT name FROM thing WHERE id = %(id)s", {"id": 1})]):
        before = pids()
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s) AS pid", (list(before),))

        assert ask(database)[0] in {"one", ("one",)}
        assert pids().isdisjoint(before)


def test_a_row_leaves_no_transaction_behind(database: Database) -> None:
    """Neither where it is found, nor where the statement is refused; the next transaction is a whole one."""
    assert database.row("SELECT name FROM thing WHERE id = %(id)s", {"id": 9}) is None
    with pytest.raises(psycopg.errors.UndefinedTable):
        database.row("SELECT FROM nothing_of_this_name", {})
    with pytest.raises(RuntimeError, match="stop"), database.begin() as work:  # noqa: PT012 (the block is the point)
        work.connection.execute("UPDATE thing SET name = 'x'")
        raise RuntimeError("stop")

    assert names(database) == ["one", "two"]


def test_a_database_that_is_away_is_unavailable(postgres_url: str) -> None:
    """Nobody listens: a readiness check says so within seconds."""
    proxy = CuttingProxy(("127.0.0.1", 1))
    proxy.close()
    with psycopg.connect(postgres_url) as connection:
        address = postgres_url.replace(f":{connection.info.port}/", f":{proxy.port}/")
    away = Database(address, schema="public", application_name="test")
    with pytest.raises(Unavailable):
        away.ping()
    away.close()


def test_every_session_has_its_timeouts(postgres_url: str) -> None:
    """They are what lets another worker go on after one froze."""
    database = Database(postgres_url, schema="public", application_name="test")
    with database.begin() as work:
        shown = {
            name: str(work.connection.execute(f"SHOW {name}").fetchone()[0])
            for name in ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout", "timezone")
        }
    database.close()

    assert shown == {
        "idle_in_transaction_session_timeout": "10s",
        "lock_timeout": "13s",
        "statement_timeout": "30s",
        "timezone": "UTC",
    }
