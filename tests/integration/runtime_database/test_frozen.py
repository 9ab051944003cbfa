"""A worker that froze in the middle of a pipeline lets go of its rows: the server ends it where it knows how."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from runtime.database import Database, take_time
from runtime.testing import Program, eventually

PATIENCE = 8_000  # milliseconds of a transaction; long enough to look in between on a busy machine
HOLDING = """
import sys, time
from runtime.database import Database
database = Database(sys.argv[1], schema=sys.argv[2], application_name="frozen",
                    timeouts={"transaction_timeout": int(sys.argv[3]), "idle_in_transaction_session_timeout": 500})
with database.begin() as work, work.connection.pipeline():
    work.connection.execute("SELECT FROM thing FOR UPDATE")
    work.connection.pgconn.send_flush_request()
    work.connection.pgconn.flush()
    time.sleep(600)  # frozen or ended before: nobody wakes from it
"""


@pytest.fixture
def holder(database: Database, postgres_url: str, schema: str, tmp_path: Path) -> Iterator[Program]:
    """It takes the rows, sends no Sync, and is frozen."""
    with database.begin() as work:
        work.connection.execute("CREATE TABLE thing (id int)")
        work.connection.execute("INSERT INTO thing VALUES (1)")
    program = Program(["-c", HOLDING, postgres_url, schema, str(PATIENCE)], environment={}, output=tmp_path / "output")
    yield program.start()
    os.kill(program.process.pid, signal.SIGCONT)
    program.kill()


def test_its_rows_are_free_again(holder: Program, postgres_url: str, schema: str) -> None:
    """The timer of idle owners never runs for it: to the server it is busy. That of the transaction ends it."""
    with psycopg.connect(postgres_url, autocommit=True) as watching:
        look = sql.SQL("SELECT FROM {} FOR UPDATE NOWAIT").format(sql.Identifier(schema, "thing"))

        def is_held() -> bool:
            try:
                watching.execute(look)
            except errors.LockNotAvailable:
                return True
            return False

        eventually(is_held, within=60)
        os.kill(holder.process.pid, signal.SIGSTOP)
        (state,) = watching.execute("SELECT state FROM pg_stat_activity WHERE application_name = 'frozen'").fetchone()  # type: ignore[misc]

        assert state == "active"
        eventually(lambda: not is_held(), within=60)
        assert watching.execute("SELECT FROM pg_stat_activity WHERE application_name = 'frozen'").fetchall() == []


def test_what_has_to_take_long_may(database: Database) -> None:
    """Reading years of facts is one transaction of minutes; it says so, and only for itself."""
    query = "SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'transaction_timeout')"
    with database.begin() as work:
        before = dict(work.connection.execute(query).fetchall())
        take_time(work)
        within = dict(work.connection.execute(query).fetchall())
    with database.begin() as work:
        after = dict(work.connection.execute(query).fetchall())

    assert within == {"statement_timeout": "0", "transaction_timeout": "0"}
    assert before == after
    assert before["transaction_timeout"] == "80000"
