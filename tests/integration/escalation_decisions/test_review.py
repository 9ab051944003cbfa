"""What this code and this law would decide otherwise than what is stored is said beforehand, and nothing is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import typer

from bihuan.people_topic import event
from bihuan.policy_migrate import Migration, migrate, moved
from bihuan.upgrade_check import upgrade_check
from contracts.events import Event, read_event
from policies import files
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.core.case import decode_case
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.policy import parse_pack
from services.escalation.handlers import EscalationHandler
from services.escalation.store import bulk, review
from services.escalation.store.lawbook import LawBook
from services.escalation.store.review import Change
from tests.integration.escalation_decisions.editions import NEW, OLD, edition, worker
from tests.integration.escalation_decisions.log import read, rows
from tests.integration.escalation_decisions.test_cases_again import long_log
from tests.unit.services.escalation.stories import all_divisions, law_of, moment, report

TABLES = ("case_file", "deadline", "fact", "decision", "decision_record", "outbox")


def stricter() -> Engine:
    """A law whose ladder has its second rung on the fifth day instead of the third."""
    raw = files.read(files.folder() / "wenling-2023.yaml")
    ladder = raw["rules"]["overdue"]["ladder"]
    ladder[-1] = ladder[-1] | {"day": ladder[-1]["day"] + 30}
    return Engine(Law([parse_pack(raw)], all_divisions(), law_of("wenling-2023").calendar))


def changes(database: Database, engine: Engine) -> list[Change]:
    with database.begin() as work:
        work.connection.execute("SET TRANSACTION READ ONLY")
        stretches = list(review.changes(bulk.cursor(work), engine, all_divisions().columns_of, review.again))
    assert sum(stretch.seen for stretch in stretches) == rows(
        database, "SELECT count(*) FROM case_file WHERE waits <> 'closed'"
    )[0][0]  # fmt: skip
    return [change for stretch in stretches for change in stretch.changes]


@contextmanager
def untouched(database: Database) -> Iterator[None]:
    """Every table holds the same afterwards."""
    before = [rows(database, f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES]
    yield
    assert [rows(database, f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES] == before


@pytest.fixture(autouse=True)
def asked_of(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands ask this database."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)


@pytest.fixture
def pack_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one pack of the folder that commands read, at its first version."""
    monkeypatch.setenv("BIHUAN_POLICIES_DIR", str(tmp_path))
    file = tmp_path / "wenling-2023.yaml"
    file.write_text(OLD, encoding="utf-8")
    return file


@pytest.fixture
def folder_handler(pack_file: Path, metrics: Metrics, clock: ManualClock) -> EscalationHandler:
    """The handler of a worker that reads that folder."""
    return worker(pack_file.parent, metrics, clock)


@pytest.mark.parametrize("cut", [1, 5, 9, 10])
@pytest.mark.parametrize("shape", ["", "UPDATE case_file SET state_version = 0, state = 'another shape'"])
def test_the_same_code_and_law_change_nothing(
    database: Database,
    engine: Engine,
    handler: EscalationHandler,
    monkeypatch: pytest.MonkeyPatch,
    cut: int,
    shape: str,
) -> None:
    """Wherever the log stands, few cases at a time, and also where the stored shape is another."""
    monkeypatch.setattr(review, "STRETCH", 7)
    read(database, handler, long_log().records[:cut])
    if shape:
        with database.begin() as work:
            work.connection.execute(shape)

    with untouched(database):
        assert changes(database, engine) == []


def test_another_law_is_told_before_it_decides(database: Database, handler: EscalationHandler) -> None:
    """The last rung that H-2 has climbed would be taken back, and its clock armed anew."""
    read(database, handler, long_log().records)

    with untouched(database):
        found = changes(database, stricter())

    told = {f"{one.rule} {one.step} {one.status} {one.subject.id}" for change in found for one in change.records}
    assert any(line.startswith("overdue") and line.endswith("retracted H-2") for line in told)
    hazard = next(change for change in found if change.key.id == "H-2")
    assert hazard.before is None
    assert hazard.after is not None


def test_the_command_says_nothing_changes(
    database: Database, handler: EscalationHandler, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0, and how many cases were looked at."""
    read(database, handler, long_log().records)

    with untouched(database):
        upgrade_check()

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("open cases folded again, 0 of them would change\n")


def test_packs_of_the_release_that_do_not_bind_are_named(
    database: Database, pack_file: Path, folder_handler: EscalationHandler, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was put into force stays so: a new version waits for its activation, a changed text of an old one for ever."""
    read(database, folder_handler, long_log().hear(edition(OLD, "07-22"), moment("07-22")).records)

    for text in (NEW, f"{OLD}# 改\n"):
        pack_file.write_text(text, encoding="utf-8")
        with untouched(database):
            upgrade_check()

    said = capsys.readouterr().err
    assert (
        "wenling-2023: the release brings version 2, in force stays 1 until bihuan policy activate wenling-2023" in said
    )
    assert "wenling-2023: version 1 is kept with another text, which stays in force" in said


def test_the_command_lists_what_changes(
    database: Database,
    handler: EscalationHandler,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In sentences, with exit code 1."""
    read(database, handler, long_log().records)
    law = stricter().law
    monkeypatch.setattr(LawBook, "law", lambda *_, **__: law)

    with pytest.raises(typer.Exit) as ended:
        upgrade_check()

    assert ended.value.exit_code == 1
    said = capsys.readouterr().out
    assert "331081 hazard H-2：将撤销 overdue" in said
    assert "331081 hazard H-2：下一期限由无改为2023-" in said


def test_a_dry_run_lists_the_clocks_that_would_move(
    database: Database, folder_handler: EscalationHandler, capsys: pytest.CaptureFixture[str]
) -> None:
    """H-1 is closed and H-3 has no deadline before August: both stay; a version nobody put into force moves nothing."""
    log = long_log().hear(report("07-21 09:00", "H-4", rectify_by="2023-08-20"), moment("07-21 09:05"))
    read(database, folder_handler, log.hear(edition(NEW, "07-22"), moment("07-22")).records)

    with untouched(database):
        migrate("wenling-2023", "1", "2", dry_run=True)

    said = capsys.readouterr()
    assert said.err.endswith("clocks would move from version 1 to 2\n")
    assert int(said.err.split()[0]) >= 1
    with pytest.raises(typer.Exit):
        migrate("wenling-2023", "1", "7", dry_run=True)
    assert "version '7' was never put into force; versions: 1, 2" in capsys.readouterr().err


def test_the_fact_that_moves_a_clock_passes_the_door(database: Database, handler: EscalationHandler) -> None:
    """As intake reads it: from people, about one case."""
    read(database, handler, long_log().records)
    case = decode_case(rows(database, "SELECT state FROM case_file WHERE key = 'hazard||H-2'")[0][0])
    wanted = Migration("wenling-2023", "1", "2", "person-1", "年中调整", "")

    said = msgspec.json.decode(event(moved(wanted, case, case.key, moment("07-22"))))

    assert isinstance(read_event(said, people=True), Event)
    assert said["data"]["case_id"] == "H-2"
    assert "document_no" not in said["data"]
