"""The embedded broker and database start again after whatever happened to them, in any folder."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from deploy.local.testing import Server, start_kafka, start_postgres
from runtime.broker import Admin, NewTopic
from runtime.settings import ProcessSettings

ODD = "目 录, a:b %s"  # a space, Chinese, a comma and a colon, each of which breaks some setting
GONE_WITHIN = 20.0  # seconds


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Server]:
    """A database server of its own with a table in it."""
    server = start_postgres(tmp_path / ODD)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    yield server
    server.stop()


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[Server]:
    """A broker of its own with a topic in it."""
    server = start_kafka(tmp_path / ODD)
    create_topic(server)
    yield server
    server.stop()


def create_topic(server: Server) -> list[str]:
    settings = ProcessSettings.model_construct(kafka_brokers=server.url)
    admin = Admin(settings, client_id="test")
    try:
        return admin.create_topics([NewTopic(name="kept", partitions=2)])
    finally:
        admin.close()


def answer(server: Server) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
    return row and row[0]


def leave(pid_file: Path, pid: int) -> None:
    lines = pid_file.read_text(encoding="utf-8").splitlines() if pid_file.exists() else []
    pid_file.write_text("\n".join([str(pid), *lines[1:]]) + "\n", encoding="utf-8")


@pytest.mark.parametrize("pid", [pytest.param(1, id="the first process"), pytest.param(None, id="this process")])
def test_a_stale_pid_file_of_a_living_process_does_not_stop_the_database(postgres: Server, pid: int | None) -> None:
    """After a reboot small pids are used again: what counts is whether anybody works in the data folder."""
    pid_file = postgres.folder / "data" / "postmaster.pid"
    kept = pid_file.read_text(encoding="utf-8")
    postgres.kill()
    pid_file.write_text(kept, encoding="utf-8")
    leave(pid_file, pid or psutil.Process().pid)

    postgres.start()

    assert answer(postgres) == 42


def test_the_database_starts_beside_backends_that_are_still_leaving(postgres: Server) -> None:
    """The postmaster is killed while a query runs; the backend has to go before the folder is served again."""
    with closing(psycopg.connect(postgres.url)) as busy:
        busy.execute("SELECT 1")
        postgres.kill()

        postgres.start()

        assert answer(postgres) == 42


def test_a_half_made_data_folder_is_begun_again(tmp_path: Path) -> None:
    """Without the marker that is written last, what lies there is thrown away."""
    (tmp_path / "data" / "base").mkdir(parents=True)
    (tmp_path / "data" / "PG_VERSION").write_text("18\n", encoding="ascii")

    server = start_postgres(tmp_path)
    try:
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()


def test_a_wrong_password_is_refused(postgres: Server) -> None:
    """Other users of the machine reach the port, not the data."""
    wrong = postgres.url.replace(postgres.url.split(":")[2].split("@")[0], "guess")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_data_of_a_killed_broker_are_there_again(kafka: Server) -> None:
    """A kill -9 and a start on the same port: the topic exists already."""
    kafka.kill()

    kafka.start()

    assert create_topic(kafka) == []


def test_a_broker_may_move_to_other_ports(kafka: Server) -> None:
    """`make up KAFKA_PORT=..` after a first start keeps the data."""
    kafka.stop()

    moved = start_kafka(kafka.folder)
    try:
        assert moved.url != kafka.url
        assert create_topic(moved) == []
    finally:
        moved.stop()


def test_a_broker_writes_nothing_outside_its_folder(kafka: Server) -> None:
    """Java would make a folder with a garbled name beside it from an absolute path with Chinese letters."""
    kafka.stop()

    assert [path.name for path in kafka.folder.parent.iterdir()] == [ODD]
    assert (kafka.folder / "data" / "kept-0").is_dir()


def test_a_stopped_server_is_gone(postgres: Server) -> None:
    """No process works in its folder afterwards."""
    postgres.stop()

    _, left = psutil.wait_procs(working_in(postgres.folder), timeout=GONE_WITHIN)
    assert left == []


def working_in(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
