"""What binds is what the database keeps; a file on disk changes nothing until its pack is put into force."""

from pathlib import Path

import msgspec
import psycopg
import pytest
from pydantic import SecretStr

from bihuan.policy import _check_versions
from contracts.facts import Fact
from runtime.database import Database
from runtime.errors import Rejected
from runtime.metrics import Metrics
from runtime.settings import ProcessSettings
from runtime.testing import ManualClock
from services.escalation.packs import read_pack, read_packs
from services.escalation.store import bulk, lawbook
from services.escalation.store.lawbook import LawBook
from tests.integration.escalation_decisions.editions import NEW, OLD, edition, worker
from tests.integration.escalation_decisions.log import Log, announced, read, rows
from tests.packs import at_version
from tests.unit.services.escalation.stories import all_divisions, moment, report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation's folder with one pack."""
    (tmp_path / "wenling-2023.yaml").write_text(OLD, encoding="utf-8")
    return tmp_path


def rungs(database: Database, hazard: str) -> list[str]:
    """The rungs of one hazard's ladder with the version that they stand under."""
    return [
        f"{one.step} v{one.policy.version}"
        for one in announced(database)
        if (one.rule, one.subject.id) == ("overdue", hazard)
    ]


def test_a_file_edited_while_running_changes_nothing_until_it_is_activated(
    database: Database, folder: Path, metrics: Metrics, clock: ManualClock
) -> None:
    """H-1 began under version 1 and keeps it to its last rung; H-2 is found after the activation and has version 2."""
    log = Log().hear(edition(OLD, "04-28"), moment("04-28")).hear(report("05-08 09:00"), moment("05-08 09:05"))
    read(database, worker(folder, metrics, clock), log.records)
    (folder / "wenling-2023.yaml").write_text(NEW, encoding="utf-8")

    edited, done = worker(folder, metrics, clock), len(log.records)
    log.hear(report("05-09 09:00", "H-0", site={"id": "S-0", "name": "冷库"}), moment("05-09 09:05"))
    read(database, edited, log.records[done:])
    assert [row[:2] for row in rows(database, "SELECT pack, version FROM pack")] == [("wenling-2023", "1")]

    done = len(log.records)
    log.hear(edition(NEW, "05-10 08:00"), moment("05-10 08:00"))
    log.hear(report("05-10 09:00", "H-2", site={"id": "S-2", "name": "船厂"}), moment("05-10 09:05"))
    log.tick(moment("06-30"))
    read(database, edited, log.records[done:])

    assert rungs(database, "H-1") == rungs(database, "H-0")
    assert {line.partition(" ")[2] for line in rungs(database, "H-1")} == {"v1"}
    assert {line.partition(" ")[2] for line in rungs(database, "H-2")} == {"v2"}
    assert "T+7 v1" in rungs(database, "H-1")
    assert "T+9 v2" in rungs(database, "H-2")


def test_the_command_keeps_a_packs_root(
    database: Database, database_url: str, folder: Path, metrics: Metrics, clock: ManualClock
) -> None:
    """Another committee's pack has an id of its own: intake would send its events to another slot."""
    read(database, worker(folder, metrics, clock), Log().hear(edition(OLD, "04-28"), moment("04-28")).records)
    moved = at_version(OLD, "3").replace("331081", "330381")

    with pytest.raises(ValueError, match="it is the pack of 331081, and this text says 330381"):
        _check_versions(ProcessSettings(database_url=SecretStr(database_url)), [read_pack(moved.encode())])


def test_a_version_can_be_read_back_and_no_other_text_takes_its_name(
    database: Database, folder: Path, metrics: Metrics, clock: ManualClock
) -> None:
    """The log alone gives the law: a worker with an empty database and another file on disk decides by the log's text."""
    (folder / "wenling-2023.yaml").unlink()
    log = Log().hear(edition(OLD, "04-28"), moment("04-28")).hear(report("05-08 09:00"), moment("05-08 09:05"))
    handler = worker(folder, metrics, clock)
    read(database, handler, log.tick(moment("05-22")).records)

    assert "first v1" in rungs(database, "H-1")
    with database.begin() as work:
        using = bulk.cursor(work)
        assert lawbook.text_of(using, "wenling-2023", "1") == OLD.encode()
        assert lawbook.text_of(using, "wenling-2023", "2") is None

    moved = at_version(OLD, "3").replace("331081", "330381")
    elsewhere = Log("330381").hear(edition(moved, "05-23", "330381"), moment("05-23"))
    with pytest.raises(Rejected, match="wenling-2023 is the pack of 331081"):
        read(database, handler, elsewhere.records)
    other = Log().hear(edition(OLD + "\n# another text\n", "05-23"), moment("05-23"))
    with pytest.raises(Rejected, match="kept with another text"):
        read(database, handler, other.records)


@pytest.mark.parametrize(
    ("fact", "complaint"),
    [
        pytest.param(edition(OLD, "05-08", committee="330300"), "the pack is of 331081", id="another committee's"),
        pytest.param(edition(OLD.replace("rules:", "rulez:"), "05-08"), "rulez", id="no pack"),
        pytest.param(
            msgspec.structs.replace(
                edition(OLD, "05-08"),
                data=msgspec.Raw(msgspec.json.encode({"policy": "wenling-2023", "version": "1", "digest": "0", "text": OLD})),
            ),
            "not the pack that it names",
            id="a hash that is not the text's",
        ),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_meant_is_parked(
    database: Database, folder: Path, metrics: Metrics, clock: ManualClock, fact: Fact, complaint: str
) -> None:
    """The consumer finds the record and parks it under `bad_pack`; nothing is kept of it."""
    handler = worker(folder, metrics, clock)

    with pytest.raises(Rejected) as refused:
        read(database, handler, Log(fact.committee).hear(fact, moment("05-08 10:00")).records)

    assert refused.value.reason == "bad_pack"
    assert complaint in " ".join(refused.value.detail)
    assert rows(database, "SELECT 1 FROM pack") == []


def test_two_workers_keep_a_pack_once(database: Database, folder: Path, database_url: str) -> None:
    """Both find it on disk; the second waits for the first and finds it kept."""
    books = [LawBook(read_packs(folder), all_divisions()) for _ in range(2)]
    with database.begin() as first:
        books[0].law(bulk.cursor(first))
    with database.begin() as second:
        books[1].law(bulk.cursor(second))

    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM escalation.pack").fetchone() == (1,)
