"""A start that cannot work says why in one line: all settings at once, a password, a schema, a clock, a full volume."""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from deploy.doctor.looking import DoctorSettings, look
from runtime import starting
from runtime.clock import SystemClock
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


def test_a_command_says_it_too(tmp_path: Path) -> None:
    """The doctor first: who is called at night types it before anything else."""
    told = {"BIHUAN_DATABASE_URL_FILE": str(tmp_path / "nowhere"), "BIHUAN_LOG_LEVEL": "LOUD"}
    run = Program(["-m", "bihuan", "doctor"], environment=told, output=tmp_path / "output.log").start()

    assert run.ended(60) == 2
    (line,) = run.output().strip().splitlines()
    assert f"BIHUAN_DATABASE_URL_FILE: {tmp_path}/nowhere cannot be read (No such file or directory)" in line
    assert "BIHUAN_LOG_LEVEL: " in line


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
def standing_at(database_url: str) -> Iterator[Callable[[str], str]]:
    """Escalation's schema at a revision, as another release left it; gives the database's address."""
    with psycopg.connect(database_url, autocommit=True) as connection:

        def moved(revision: str) -> str:
            connection.execute("UPDATE escalation.alembic_version SET version_num = %s", (revision,))
            return database_url

        yield moved
        moved(starting.newest_revision("escalation"))


def test_a_schema_that_is_behind_is_waited_for(standing_at: Callable[[str], str], tmp_path: Path) -> None:
    """The line names both revisions and the mend; once it has come, the process goes on by itself."""
    run = program("escalation", "api", tmp_path, BIHUAN_DATABASE_URL=as_role(standing_at("0001"), "escalation", "api"))
    try:
        wanted = starting.newest_revision("escalation")
        sentence = f"the schema escalation stands at 0001, this release needs {wanted}: bihuan migrate"
        eventually(lambda: sentence in run.output(), within=60)
        standing_at(wanted)

        assert eventually(lambda: '"event": "serving"' in run.output(), within=60)
    finally:
        run.kill()


def test_a_schema_that_is_ahead_is_said_and_stops_nobody(standing_at: Callable[[str], str], tmp_path: Path) -> None:
    """The release before runs on the new schema, or no upgrade could go one process after the other."""
    run = program("escalation", "api", tmp_path, BIHUAN_DATABASE_URL=as_role(standing_at("9999"), "escalation", "api"))
    try:
        eventually(lambda: '"event": "serving"' in run.output(), within=60)
    finally:
        run.kill()
    (line,) = [line for line in run.output().splitlines() if "stands at 9999" in line]
    assert "it belongs to a newer one" in line


def test_brokers_that_are_not_there_yet_are_waited_for(database_url: str, tmp_path: Path) -> None:
    """With one line that names the address, and no end; by notify too, which reads the log before anything else."""
    run = program("notify", "worker", tmp_path, BIHUAN_DATABASE_URL=as_role(database_url, "notify", "worker"))
    try:
        sentence = "the broker at 127.0.0.1:9 is not reached: Connection refused"
        eventually(lambda: sentence in run.output(), within=60)

        assert run.process.poll() is None
        (line,) = [line for line in run.output().splitlines() if "Kafka" in line or "127.0.0.1:9" in line]
        assert "waiting for the brokers" in line
    finally:
        run.kill()


@pytest.fixture
def slow_database(database_url: str) -> Iterator[str]:
    """The address of a database whose clock, as escalation's API reads it, stands 61 minutes behind ours."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA slow")
        connection.execute(
            "CREATE FUNCTION slow.clock_timestamp() RETURNS timestamptz LANGUAGE sql"
            " RETURN pg_catalog.clock_timestamp() - interval '61 minutes'"
        )
        connection.execute("GRANT USAGE ON SCHEMA slow TO PUBLIC")
        yield f"{database_url}{'&' if '?' in database_url else '?'}options=-csearch_path%3Dslow,pg_catalog"
        connection.execute("DROP SCHEMA slow CASCADE")


def test_a_wrong_clock_is_said(slow_database: str, tmp_path: Path) -> None:
    """By the start, which goes on because intake holds time by itself, and by the doctor."""
    url = as_role(slow_database, "escalation", "api")
    run = program("escalation", "api", tmp_path, BIHUAN_DATABASE_URL=url)
    try:
        eventually(lambda: '"event": "serving"' in run.output(), within=60)
    finally:
        run.kill()
    told = DoctorSettings(database_url=SecretStr(slow_database), kafka_brokers="127.0.0.1:9", data_dir=tmp_path)
    found = next(one.finding for one in look(told, SystemClock().now()) if one.finding.subject == "时钟")

    (line,) = [line for line in run.output().splitlines() if "our clock is" in line]
    assert re.search(r"our clock is 36\d\d s ahead of the database's: mend the wrong one", line)
    assert found.level == "fault"
    assert found.said == "本机与数据库相差 1 小时"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A volume of 256 KiB with nothing left on it."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a volume of its own needs root: {mounted.stderr.strip()}")
    with suppress(OSError), (folder / "filling").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield folder
    subprocess.run(["/usr/bin/umount", "--lazy", str(folder)], check=True)


def test_a_full_volume_is_waited_for(database_url: str, small: Path, tmp_path: Path) -> None:
    """With one line; once there is room, the start goes on to what comes next. The doctor sees it too."""
    url = as_role(database_url, "intake", "worker")
    run = program("intake", "worker", tmp_path, BIHUAN_DATABASE_URL=url, BIHUAN_DATA_DIR=str(small))
    try:
        eventually(lambda: f"{small} cannot be written: No space left on device" in run.output(), within=60)
        told = DoctorSettings(database_url=SecretStr(database_url), kafka_brokers="127.0.0.1:9", data_dir=small)
        first = next(one.finding for one in look(told, SystemClock().now()) if one.check == "disk")
        (small / "filling").unlink()

        eventually(lambda: "waiting for the brokers" in run.output(), within=60)
    finally:
        run.kill()
    assert first.level == "fault"
    assert "Traceback" not in run.output()


def test_a_folder_that_may_not_be_written_ends_it(database_url: str, tmp_path: Path) -> None:
    """Waiting mends no owner; even root makes no folder below a file."""
    (tmp_path / "file").touch()
    url = as_role(database_url, "intake", "worker")
    run = program("intake", "worker", tmp_path, BIHUAN_DATABASE_URL=url, BIHUAN_DATA_DIR=str(tmp_path / "file/data"))

    assert run.ended(60) == 2
    (line,) = [line for line in run.output().splitlines() if "cannot start" in line]
    assert "cannot be written: Not a directory" in line
