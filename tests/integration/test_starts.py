"""A start that cannot work says why in one line: all settings at once, a password, a schema that is behind."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from runtime import starting
from runtime.testing import Program, eventually
from tests.people import as_role

SERVICES = ("intake", "escalation", "notify", "reporting")


def program(service: str, process: str, folder: Path, **told: str) -> Program:
    environment = {
        "BIHUAN_KAFKA_BROKERS": "127.0.0.1:9",
        "BIHUAN_DATA_DIR": str(folder),
        "BIHUAN_HTTP_PORT": "0",
        **told,
    }
    return Program(
        ["-m", f"services.{service}.main", process], environment=environment, output=folder / "output.log"
    ).start()


@pytest.mark.parametrize("service", SERVICES)
def test_all_settings_that_are_wrong_are_said_at_once(service: str, tmp_path: Path) -> None:
    """One line, status 2; what is secret in it is not shown."""
    secret = tmp_path / "nowhere"

    run = program(
        service,
        "worker",
        tmp_path,
        BIHUAN_DATABASE_URL_FILE=str(secret),
        BIHUAN_KAFKA_BROKERS_FILE="/nowhere",
        BIHUAN_LOG_LEVEL="LOUD",
    )
    (tmp_path / "other").mkdir()
    other = program(service, "api", tmp_path / "other", BIHUAN_HTTP_PORT="70000", BIHUAN_LOG_LEVEL="LOUD")

    assert (run.ended(60), other.ended(60)) == (2, 2)
    lines = [line for line in run.output().splitlines() if line]
    assert len(lines) == 1
    assert f"BIHUAN_DATABASE_URL_FILE: {secret} cannot be read" in lines[0]
    assert "BIHUAN_KAFKA_BROKERS_FILE: /nowhere cannot be read" in lines[0]
    assert "BIHUAN_LOG_LEVEL: " in lines[0]
    (line,) = [line for line in other.output().splitlines() if "cannot start" in line]
    for named in ("BIHUAN_DATABASE_URL: not set", "BIHUAN_HTTP_PORT: ", "BIHUAN_LOG_LEVEL: "):
        assert named in line


def test_a_wrong_password_ends_it(database_url: str, tmp_path: Path) -> None:
    """Waiting would only lock the account; the password is not in the line."""
    wrong = as_role(database_url, "intake", "worker").replace(":bihuan_intake_worker@", ":wr0ng-pass@")

    run = program("intake", "worker", tmp_path, BIHUAN_DATABASE_URL=wrong)

    assert run.ended(60) == 2
    (line,) = [line for line in run.output().splitlines() if "cannot start" in line]
    assert "the database refuses us" in line
    assert "Mend BIHUAN_DATABASE_URL" in line
    assert "wr0ng-pass" not in run.output()


def test_a_database_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    """With a line that says so."""
    run = program("reporting", "api", tmp_path, BIHUAN_DATABASE_URL="postgresql://bihuan:x@127.0.0.1:9/bihuan")
    try:
        eventually(lambda: "the database does not answer" in run.output(), within=60)

        assert run.process.poll() is None
    finally:
        run.kill()


@pytest.fixture
def behind(database_url: str) -> Iterator[str]:
    """Escalation's schema one revision behind, as another release left it."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE escalation.alembic_version SET version_num = '0001'")
        yield database_url
        newest = sql.Literal(starting.newest_revision("escalation"))
        connection.execute(sql.SQL("UPDATE escalation.alembic_version SET version_num = {}").format(newest))


def test_a_schema_that_is_behind_is_waited_for(behind: str, tmp_path: Path) -> None:
    """The line names both revisions and the mend; once it has come, the process goes on by itself."""
    run = program("escalation", "api", tmp_path, BIHUAN_DATABASE_URL=as_role(behind, "escalation", "api"))
    try:
        wanted = starting.newest_revision("escalation")
        sentence = f"the schema escalation stands at 0001, this release needs {wanted}: bihuan migrate"
        eventually(lambda: sentence in run.output(), within=60)
        with psycopg.connect(behind, autocommit=True) as connection:
            connection.execute("UPDATE escalation.alembic_version SET version_num = %s", (wanted,))

        assert eventually(lambda: '"event": "serving"' in run.output(), within=60)
    finally:
        run.kill()


def test_a_schema_that_is_ahead_is_no_fault(database_url: str) -> None:
    """The release before runs on the new schema, or no upgrade could go one process after the other."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE notify.alembic_version SET version_num = '9999'")

    assert starting._obstacle(database_url, "notify", starting.newest_revision("notify")) == ""
