"""The audit's heads lie on a topic and in a file outside the database, and the command compares with both."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer

from bihuan import audit as command
from deploy.doctor import auditing
from runtime.access import anchors, audit, store
from runtime.broker import Admin, NewTopic
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.settings import ProcessSettings
from runtime.testing import eventually
from tests.integration.access.conftest import copied
from tests.people import as_role


@pytest.fixture
def database_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """A database for each test: what one has cut off stays cut off."""
    with copied(postgres_url, "t_access_anchoring", migrated_template) as url:
        yield url


@pytest.fixture
def settings(database_url: str, kafka_brokers: str, monkeypatch: pytest.MonkeyPatch) -> ProcessSettings:
    """A topic of its own for each test."""
    monkeypatch.setattr(anchors, "TOPIC", f"{anchors.TOPIC}.{SystemClock().uuid()}")
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)
    monkeypatch.setenv("BIHUAN_KAFKA_BROKERS", kafka_brokers)
    found = ProcessSettings()
    admin = Admin(found, client_id="test")
    admin.create_topics([NewTopic(name=anchors.TOPIC, partitions=1)])
    admin.close()
    return found


def test_heads_are_kept_outside_and_a_cut_tail_is_named(
    settings: ProcessSettings, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reporting's worker keeps them, twice the same only once; whoever mends the head in the database is found."""
    file = tmp_path / "anchors"
    database = Database(database_url, schema=store.SCHEMA, application_name="test")
    with database.begin() as work:
        for n in range(5):
            audit.note(work, actor="li", act="确认", about=str(n), tenant="331081")
    for _ in range(2):
        _kept_once(settings, as_role(database_url, "reporting", "worker"), file)
    command.verify([file], topic=True)
    told = capsys.readouterr().out
    _cut(database_url)
    database.close()
    command.verify([])
    with pytest.raises(typer.Exit):
        command.verify([file], topic=True)

    assert "审计链完整：2 链 6 条，4 个外部锚点" in told
    assert "331081 链第 4 至 5 条：末尾被截断" in capsys.readouterr().out


def test_the_file_of_the_setting_is_compared_with_without_being_told(
    settings: ProcessSettings,
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As `make up` sets it; where it should be and is not, that is said aloud, since a cut tail would not be found."""
    file = tmp_path / "kept.jsonl"
    monkeypatch.setenv("BIHUAN_AUDIT_ANCHOR_FILE", str(file))
    database = Database(database_url, schema=store.SCHEMA, application_name="test")
    with database.begin() as work:
        for n in range(5):
            audit.note(work, actor="li", act="确认", about=str(n), tenant="331081")
    command.verify()
    before = capsys.readouterr()
    _kept_once(settings, as_role(database_url, "reporting", "worker"), file)
    command.verify()
    whole = capsys.readouterr()
    _cut(database_url)
    with pytest.raises(typer.Exit):
        command.verify()
    found = auditing.look(ProcessSettings(), SystemClock().now())
    database.close()

    assert f"锚点文件 {file} 还没有或已不在" in before.err
    assert ("1 个外部锚点" in whole.out, whole.err) == (True, "")
    assert "末尾被截断" in capsys.readouterr().out
    assert (found.level, "末尾被截断" in found.said) == ("fault", True)


def _kept_once(settings: ProcessSettings, url: str, file: Path) -> None:
    """One life of what keeps the heads: it looks twice, and keeps once what has not moved."""
    database = Database(url, schema="reporting", application_name="test")
    keeper = anchors.Anchoring(
        settings=settings, database=database, clock=SystemClock(), file=file, every=timedelta(seconds=0.2)
    )

    async def live() -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(keeper.run(stopping))
        await asyncio.to_thread(eventually, lambda: len(_lines(file)) > len(before))
        await asyncio.sleep(0.5)  # it looks again meanwhile, and must keep nothing
        stopping.set()
        await running

    before = _lines(file)
    asyncio.run(live())
    database.close()
    assert len(_lines(file)) == len(before) + 1


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def _cut(url: str) -> None:
    """Cut the tail as a superuser who knows about the head."""
    statements: tuple[Any, ...] = (
        "SET session_replication_role = replica",
        "ALTER TABLE access.audit DISABLE TRIGGER append_only",
        "ALTER TABLE access.audit_head DISABLE TRIGGER moves_on",
        "DELETE FROM access.audit WHERE tenant = '331081' AND seq > 3",
        """UPDATE access.audit_head h SET seq = 3, hash = a.hash FROM access.audit a
        WHERE a.tenant = h.tenant AND a.seq = 3""",
    )
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
