"""The demonstration: what it shows, that loading it twice changes nothing, and that its log decides the same again."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest

from contracts import divisions
from contracts.topics import HAZARD_FACTS, SLOTS, slot_of
from deploy import migrate
from runtime import broker
from runtime.clock import SystemClock
from runtime.codec import TICK_KEY, sequence_of
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.streams import Record
from runtime.testing import eventually
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from services.escalation.metrics import METRICS
from services.escalation.packs import law_of, read_packs
from tests.e2e.feed import has_passed, is_through
from tests.integration.escalation_decisions.log import read
from tests.machine import Machine

pytestmark = pytest.mark.timeout(900)

COMMITTEE, TOWNS = "331081", ("331081006", "331081007", "331081008")
HAZARDS = 652 + 50  # of the campaign, and of the ledger
WITHIN = 300.0  # seconds
SCHEMAS = ("intake", "escalation", "notify", "reporting")
RECORDS = (
    "SELECT decision_id, event_id, status, at, known_at, record::text FROM {schema}.decision_record"
    " WHERE committee = %s ORDER BY place"
)

Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def loaded(machine: Machine) -> Machine:
    """The machine with the demonstration in it, and everything that follows from it done."""
    machine.run("demo", "load")
    eventually(lambda: is_through(machine), within=WITHIN, every=0.5)
    return machine


def counts(machine: Machine) -> dict[str, Rows]:
    """Everything that a second load could double."""
    letters = " UNION ALL ".join(f"SELECT '{schema}', count(*) FROM {schema}.dead_letter" for schema in SCHEMAS)
    return {
        "events": machine.rows("SELECT count(*) FROM intake.event_id"),
        "facts": machine.rows("SELECT count(*) FROM escalation.fact WHERE committee = %s", COMMITTEE),
        "hazards": machine.rows("SELECT namespace, count(*) FROM reporting.hazard GROUP BY 1 ORDER BY 1"),
        "ledger": machine.rows("SELECT count(*) FROM intake.ledger_event"),
        "dead letters": machine.rows(letters),
    }


def known_by(machine: Machine, moment: datetime) -> dict[str, Rows]:
    """Decisions that were known at a moment, and the notices of them; later ones are deadlines that passed since."""
    return {
        "decisions": machine.rows(
            "SELECT decision_id, event_id, status, at, known_at FROM escalation.decision_record"
            " WHERE committee = %s AND known_at <= %s ORDER BY place",
            COMMITTEE,
            moment,
        ),
        "notices": machine.rows(
            "SELECT id FROM notify.notice WHERE committee = %s AND known_at <= %s ORDER BY id", COMMITTEE, moment
        ),
        "shown": machine.rows(
            "SELECT decision_id, event_id, status FROM reporting.decision_record"
            " WHERE committee = %s AND known_at <= %s ORDER BY incarnation, number",
            COMMITTEE,
            moment,
        ),
    }


def test_its_hazards_are_counted_and_shown(loaded: Machine) -> None:
    """The summary and the overview name the three towns; the pages are Chinese."""
    told = [loaded.get("reporting", f"/v1/summary?tenant={town}").json["total"] for town in TOWNS]
    overview = loaded.get("reporting", "/?tenant=331081").text

    assert sum(total["reported"] for total in told) == HAZARDS
    assert all(total["overdue"] > 0 for total in told)
    for word in ("泽国镇", "大溪镇", "松门镇", "逾期", "重大"):
        assert word in overview


def test_loading_it_twice_changes_no_count(loaded: Machine) -> None:
    """Hazards, decisions, notices and dead letters are what they were; only time goes on."""
    moment = SystemClock().now()
    eventually(lambda: has_passed(loaded, COMMITTEE, moment) and is_through(loaded), within=WITHIN, every=0.5)
    before, known = counts(loaded), known_by(loaded, moment)

    loaded.run("demo", "load")
    eventually(lambda: is_through(loaded), within=WITHIN, every=0.5)

    assert counts(loaded) == before
    assert known_by(loaded, moment) == known
    later = loaded.rows(
        "SELECT count(*) FROM escalation.decision_record WHERE committee = %s AND known_at > %s AND at <= %s",
        COMMITTEE,
        moment,
        moment,
    )
    assert later == [(0,)]
    assert len(known["decisions"]) > len(known["notices"]) > HAZARDS


@pytest.fixture
def empty(loaded: Machine) -> Iterator[Database]:
    """A second database of the same server with the newest schemas and nothing in them."""
    url = loaded.settings.database_url.get_secret_value().rsplit("/", 1)[0] + "/bihuan_again"
    migrate.ensure_database(url)
    migrate.upgrade(url)
    with closing(Database(url, schema="escalation", application_name="e2e")) as database:
        yield database


def log_of(machine: Machine) -> list[Record]:
    """`hazard.facts` as it is now, slot by slot, repetitions of the relay left out as every reader leaves them out."""
    found: list[Record] = []
    partitions = [broker.Partition(HAZARD_FACTS, slot) for slot in range(SLOTS)]
    with closing(broker.consumer(machine.settings, client_id="e2e-log")) as reader:
        for partition, (first, end) in broker.ranges(reader, partitions).items():
            last = (0, 0)
            reader.assign([partition])
            reader.seek(partition, first)
            while reader.position(partition) < end:
                for told in reader.poll(timeout_ms=1000).get(partition, ()):
                    numbered = None if told.key == TICK_KEY else sequence_of(told.value)
                    if numbered is None or numbered > last:
                        last = numbered or last
                        found.append(
                            Record(HAZARD_FACTS, partition.partition, told.offset, told.key, told.value, (), 0)
                        )
    return found


def test_its_log_read_into_an_empty_schema_decides_the_same(loaded: Machine, empty: Database) -> None:
    """The same records with the same ids at the same instants in the same order, cut into other batches."""
    records = log_of(loaded)
    end = max(record.offset for record in records if record.slot == slot_of(COMMITTEE))
    position = "SELECT next_offset > %s FROM escalation.consumer_position WHERE topic = %s AND slot = %s"
    eventually(
        lambda: loaded.rows(position, end, HAZARD_FACTS, slot_of(COMMITTEE)) == [(True,)], within=WITHIN, every=0.5
    )
    engine = Engine(law_of(read_packs(None), divisions.load()))
    handler = EscalationHandler(engine, Metrics(METRICS), SystemClock(), deadlines_at_once=1000)

    read(empty, handler, records, size=700)

    with empty.begin() as work:
        again = work.connection.execute(RECORDS.format(schema="escalation"), (COMMITTEE,)).fetchall()
    live = loaded.rows(RECORDS.format(schema="escalation"), COMMITTEE)
    assert len(again) > HAZARDS
    assert live[: len(again)] == again
    ticked = max(record[4] for record in again)
    assert all(record[4] >= ticked for record in live[len(again) :])
