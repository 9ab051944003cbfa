"""A batch that brings several facts of a case writes its row once, with all that they led to."""

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec
import psycopg
import pytest

from runtime.database import Database
from services.escalation.core.engine import Engine
from services.escalation.handlers import PASS_ON_AFTER, EscalationHandler
from tests.integration.escalation_decisions.log import Log, announced, read, reference, rows
from tests.unit.services.escalation.stories import fact, moment, report

HAZARDS = PASS_ON_AFTER * 2 // 3  # two facts of each are more than travel at once, and less than a first transaction
KNOWN = moment("05-08 10:00")

Written = Callable[[], Counter[str]]


@pytest.fixture
def written(database: Database, database_url: str) -> Iterator[Written]:
    """How often the row of each case was written."""
    options = f"-c search_path={database.schema}"
    with psycopg.connect(database_url, autocommit=True, options=options) as connection:
        connection.execute("CREATE TABLE written (key text)")
        connection.execute(
            """CREATE FUNCTION note_written() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN INSERT INTO written VALUES (new.key); RETURN new; END $$"""
        )
        connection.execute(
            """CREATE TRIGGER noted AFTER INSERT OR UPDATE ON case_file
            FOR EACH ROW EXECUTE FUNCTION note_written()"""
        )
        yield lambda: Counter(key for (key,) in connection.execute("SELECT key FROM written"))
        connection.execute("DROP TRIGGER noted ON case_file")
        connection.execute("DROP FUNCTION note_written")
        connection.execute("DROP TABLE written")


def test_each_case_is_written_once(
    database: Database, handler: EscalationHandler, engine: Engine, written: Written
) -> None:
    """A report and, more steps later than are kept back, its rectification: one row, and both records of the proposal."""
    log = Log()
    for number in range(HAZARDS):
        log.hear(report("05-08 09:00", f"H-{number}", level="major", site=None), KNOWN)
    for number in range(HAZARDS):
        log.hear(fact("hazard.rectified", "05-09 09:00", hazard_id=f"H-{number}"), moment("05-09 10:00"))

    assert read(database, handler, log.records) == 1

    assert written() == {f"hazard||H-{number}": 1 for number in range(HAZARDS)}
    assert announced(database) == reference(engine, log.records)[0]
    assert rows(database, "SELECT status, count(*) FROM decision WHERE rule = 'major_hazard' GROUP BY status") == [
        ("cleared", HAZARDS)
    ]
    assert rows(database, "SELECT count(*) FROM fact") == [(2 * HAZARDS,)]


def test_whoever_gave_something_is_noted_though_another_took_his_back(
    database: Database, handler: EscalationHandler
) -> None:
    """In one transaction a report is corrected to another site, and another hazard is found at the first one."""
    first = report("05-08 09:00", "H-1")
    elsewhere = {"id": "S-2", "name": "另一家机械厂", "address": "示范路2号", "kind": "unit", "sector": "工贸"}
    corrected = msgspec.structs.replace(
        report("05-08 09:00", "H-1", site=elsewhere), id="correction-1", correction=first.id
    )
    log = Log().hear(first, KNOWN)
    read(database, handler, log.records)
    more = log.hear(corrected, KNOWN).hear(report("05-08 09:30", "H-2"), KNOWN).records[1:]

    assert read(database, handler, more) == 1

    noted = rows(database, "SELECT giver FROM contribution WHERE key = 'site||S-1' ORDER BY giver")
    assert noted == [("hazard||H-1",), ("hazard||H-2",)]
