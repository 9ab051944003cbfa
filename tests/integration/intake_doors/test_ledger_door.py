"""The ledger door: what a table says goes into the log once, whatever its order; changes correct, disappearance does not."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from policies import files
from runtime.database import Database
from runtime.testing import ManualClock
from services.intake.core.admission import Admission
from services.intake.core.ledger.mapping import MappingFile, parse_mapping
from services.intake.core.reasons import Reason
from services.intake.core.registry import Source
from services.intake.handlers import workbook
from services.intake.handlers.importing import Importer, Report, Wish, ledger_source
from services.intake.store import sources
from tests.integration.intake_doors.scene import outbox_of

TOWN = "331081003"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
MAPPING = parse_mapping(files.read(files.folder() / "mappings" / "demonstration-ledger.yaml"))
LEDGER = (files.folder() / "demonstration" / "ledger.csv").read_bytes()
Import = Callable[..., Report]
Lines = list[list[str]]


def lines_of(body: bytes = LEDGER) -> Lines:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def written(lines: Sequence[Sequence[str]], encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)
    return out.getvalue().encode(encoding)


@pytest.fixture
def import_ledger(database: Database, admission: Admission) -> Import:
    """Import a table as the town's ledger."""
    town = ledger_source("town", TOWN)
    with database.begin() as work:
        sources.register(work, town)
    importer = Importer(database=database, clock=ManualClock(NOW))

    def run(body: bytes = LEDGER, mapping: MappingFile = MAPPING, name: str = "ledger.csv", **changes: Any) -> Report:
        wish: dict[str, Any] = {
            "rows": workbook.read_table(name, body, mapping.table),
            "mapping": mapping,
            "source": town,
            "tenant": TOWN,
            "tenants": (TOWN,),
            "historic": True,
            "dry_run": False,
            "file_name": name,
            "file_body": body,
            "asked_by": "test",
            **changes,
        }
        return importer.run(Wish(**wish), admission)

    return run


@pytest.fixture
def everywhere(database: Database) -> Source:
    """A source of a whole province: each county's office imports in its name."""
    found = Source(
        slug="whole", name="全省系统", namespace="whole", tenants=("*",), attributes=frozenset({"/whole"}), topic=None
    )
    with database.begin() as work:
        sources.register(work, found)
    return found


def documents(database: Database) -> list[dict[str, Any]]:
    """What was announced so far; the outbox is emptied."""
    with database.begin() as work:
        found = [document for _, _, document in outbox_of(work)]
        work.connection.execute("TRUNCATE outbox")
    return found


def test_the_demonstration_is_imported_and_says_what_is_wrong(import_ledger: Import, database: Database) -> None:
    """Sixty rows: the sound ones are in and tell nobody, each other one comes back with its reason."""
    report = import_ledger()
    facts = documents(database)

    assert report.counts == {"rows": 60, "refused": 9, "new": 104, "corrected": 0, "voided": 0, "unchanged": 0}
    assert len(facts) == 104
    assert all(fact["historic"] and fact["door"] == "ledger" and fact["namespace"] == "town" for fact in facts)
    reasons = {bad.row.cells["序号"]: " ".join(bad.errors) for bad in report.refused}
    assert "2206-03-14 的年份不对" in reasons["7"]
    assert "没有时间" in reasons["22"]
    assert "较大" in reasons["27"]
    assert "已用于" in reasons["38"]
    assert "单元格比表头多" in reasons["43"]
    assert "没有编号" in reasons[""]
    assert "尽快" in reasons["48"]
    assert "2026-13-40" in reasons["55"]
    assert "data.description" in reasons["57"]
    remarks = {row.key: set(row.remarks) for row in report.kept}
    assert remarks["9"] == {"deadline_far"}
    assert remarks["14"] == {"deadline_before_finding"}
    assert "time_estimated" in remarks["20"]
    assert sum("text_cut" in marks for marks in remarks.values()) == 5


def test_importing_twice_adds_nothing(import_ledger: Import, database: Database) -> None:
    """Every event is known; only the refused rows come back again."""
    first = import_ledger()
    documents(database)
    second = import_ledger()

    assert second.counts == {**first.counts, "new": 0, "unchanged": first.counts["new"]}
    assert documents(database) == []


def test_the_order_of_the_rows_changes_no_event(import_ledger: Import, database: Database) -> None:
    """A permuted export, in another encoding and as a workbook, says the same."""
    import_ledger()
    documents(database)
    head, *rows = lines_of()
    random.Random(3).shuffle(rows)

    again = import_ledger(written([head, *rows], "gb18030"))

    assert again.counts["new"] == again.counts["corrected"] == again.counts["voided"] == 0
    assert documents(database) == []


def test_a_dry_run_writes_nothing(import_ledger: Import, database: Database) -> None:
    """It says what would be sent."""
    dry = import_ledger(dry_run=True)
    none = documents(database)
    wet = import_ledger()

    assert dry.counts == wet.counts
    assert none == []
    assert dry.job is None
    with database.begin() as work:
        row = work.connection.execute("SELECT count(*) FROM import_job").fetchone()
    assert row == (1,)


def change(lines: Lines, number: str, **cells: str) -> Lines:
    """The lines with some cells of one row changed."""
    head = lines[0]
    return [
        [cells.get(name, cell) for name, cell in zip(head, line, strict=False)] if line[:1] == [number] else line
        for line in lines
    ]


def test_a_changed_cell_is_one_correction(import_ledger: Import, database: Database) -> None:
    """It names the row's first event and keeps its time; changing back is a correction again."""
    import_ledger()
    (report,) = [fact for fact in documents(database) if fact["id"].startswith("hazard.reported/6/")]
    mended = change(lines_of(), "6", 隐患描述="高处作业未系安全带，且无监护人")

    once = import_ledger(written(mended))
    (correction,) = documents(database)
    twice = import_ledger(written(mended))
    back = import_ledger()
    (correction_back,) = documents(database)

    assert (once.counts["corrected"], once.counts["new"]) == (1, 0)
    assert correction["correction"] == report["id"]
    assert correction["time"] == report["time"]
    assert correction["data"]["description"] == "高处作业未系安全带，且无监护人"
    assert twice.counts["corrected"] == 0
    assert back.counts["corrected"] == 1
    assert correction_back["correction"] == report["id"]
    assert correction_back["data"] == report["data"]
    assert len({report["id"], correction["id"], correction_back["id"]}) == 3


def test_a_changed_time_voids_and_tells_anew(import_ledger: Import, database: Database) -> None:
    """A correction keeps the time of what it corrects, so another time is another event."""
    import_ledger()
    (report,) = [fact for fact in documents(database) if fact["id"].startswith("hazard.reported/4/")]

    import_ledger(written(change(lines_of(), "4", 检查日期="2026-03-06")))
    void, anew = documents(database)

    assert (void["correction"], void["data"]) == (report["id"], {})
    assert "correction" not in anew
    assert anew["time"] == "2026-03-06T00:00:00+08:00"


def test_a_vanished_row_closes_nothing(import_ledger: Import, database: Database) -> None:
    """Absence of a row is no close-out, and when it comes back it is known."""
    import_ledger()
    documents(database)
    head, *rows = lines_of()

    fewer = import_ledger(written([head, *rows[:10]]))
    more = import_ledger()

    assert fewer.counts["voided"] == more.counts["new"] == 0
    assert documents(database) == []


def test_what_a_row_unsays_is_voided(import_ledger: Import, database: Database) -> None:
    """A row that said done and says so no more takes its word back; said again, it is told again."""
    import_ledger()
    (done,) = [fact for fact in documents(database) if fact["id"].startswith("hazard.rectified/6/")]
    undone = written(change(lines_of(), "6", 整改情况="整改中", 完成日期=""))

    import_ledger(undone)
    (void,) = documents(database)
    import_ledger(undone)
    import_ledger()
    (again,) = documents(database)

    assert (void["correction"], void["data"]) == (done["id"], {})
    assert (again["data"], again["time"]) == (done["data"], done["time"])
    assert again["id"] != done["id"]


def test_a_second_reinspection_is_another_event(import_ledger: Import, database: Database) -> None:
    """The row shows the last one only; the first stays in the log."""
    import_ledger()
    documents(database)

    later = import_ledger(written(change(lines_of(), "2", 复查日期="2026-04-01", 复查结论="不合格")))
    (second,) = documents(database)

    assert (later.counts["new"], later.counts["voided"]) == (1, 0)
    assert second["data"] == {"hazard_id": "ZG-2", "passed": False}


def test_a_table_of_another_kind_is_refused_whole(import_ledger: Import) -> None:
    """The columns that are missing are named."""
    with pytest.raises(ValueError, match=r"表里没有这些列：.*隐患描述"):
        import_ledger(written([["序号", "内容"], ["1", "x"]]))


def test_a_row_speaks_for_nobody_beyond_whoever_sends_it(
    import_ledger: Import, database: Database, everywhere: Source
) -> None:
    """A column for the area, and a source that speaks for every county: the clerk's own county bounds it all the same."""
    table = lines_of()
    mixed = [[*table[0], "属地代码"], *([*row, (TOWN, "330302")[n % 2]] for n, row in enumerate(table[1:]))]
    told = files.read(files.folder() / "mappings" / "demonstration-ledger.yaml") | {"tenant": {"from": "属地代码"}}
    report = import_ledger(written(mixed), parse_mapping(told), source=everywhere, tenants=("331081",))
    beyond = [bad for bad in report.refused if any("330302" in error for error in bad.errors)]

    assert len(beyond) >= 25
    assert {document["tenant"] for document in documents(database)} == {TOWN}


def test_a_row_that_another_county_sent_is_left_alone(
    import_ledger: Import, database: Database, everywhere: Source
) -> None:
    """The same numbers in the ledger of a neighbour: theirs is neither corrected nor voided, and ours is told why."""
    first = import_ledger(source=everywhere, tenant="330302", tenants=("330302",))
    documents(database)
    again = import_ledger(source=everywhere, tenants=("331081",))

    assert first.counts["new"] == 104
    assert {name: again.counts[name] for name in ("new", "corrected", "voided")} == {
        "new": 0,
        "corrected": 0,
        "voided": 0,
    }
    assert sum(bad.reason is Reason.NOT_ALLOWED for bad in again.refused) == 50
    assert documents(database) == []
