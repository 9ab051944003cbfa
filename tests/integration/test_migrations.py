"""Every service's history runs from nothing to its head, and running it again changes nothing."""

import shutil
from pathlib import Path

import psycopg
import pytest

from deploy import migrate


@pytest.fixture
def empty_database(postgres_url: str) -> str:
    """A database that no migration has seen."""
    url = postgres_url.rsplit("/", 1)[0] + "/migrations_from_nothing"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS migrations_from_nothing")
    assert migrate.ensure_database(url)
    return url


def test_a_second_upgrade_changes_nothing(empty_database: str) -> None:
    """The revisions reached are the same, and no table is made twice."""
    first = migrate.upgrade(empty_database)
    said: list[str] = []

    second = migrate.upgrade(empty_database, say=said.append)

    assert first == second
    assert not [line for line in said if "was" in line]


def test_a_database_is_created_once(empty_database: str) -> None:
    """Asking for a database that exists creates nothing."""
    assert not migrate.ensure_database(empty_database)


def test_every_service_keeps_to_its_own_schema(database_url: str) -> None:
    """No revision leaves a table in the schema public."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()

    assert rows == []


def test_a_revision_lands_in_its_services_schema(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unqualified table belongs to the service, and so does the table of versions; paths may be Chinese."""
    folder = tmp_path / "迁移, one:two %s"
    (folder / "notify" / "versions").mkdir(parents=True)
    shutil.copy(migrate.MIGRATIONS / "env.py", folder)
    (folder / "notify" / "versions" / "0001_tables.py").write_text(
        "from alembic import op\nrevision = '0001'\ndown_revision = None\n"
        "def upgrade():\n    op.execute('CREATE TABLE letter (id bigint)')\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)

    reached = migrate.upgrade(empty_database)

    with psycopg.connect(empty_database) as connection:
        rows = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE tablename IN ('letter', 'alembic_version') ORDER BY 2"
        ).fetchall()
    assert reached == {"notify": "0001"}
    assert rows == [("notify", "alembic_version"), ("notify", "letter")]
