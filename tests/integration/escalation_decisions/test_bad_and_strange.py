"""What cannot be applied is parked with its reason, and the slot goes on."""

import msgspec
import pytest

from runtime import codec
from runtime.database import Database
from runtime.errors import NewerVersion, Rejected
from services.escalation.handlers import EscalationHandler
from tests.integration.escalation_decisions.log import Log, announced, read, rows
from tests.unit.services.escalation.stories import fact, moment, report, said

KNOWN = moment("05-08 10:00")


def parked(database: Database) -> list[tuple[str, str | None, str | None]]:
    return rows(database, "SELECT reason, event_id, tenant FROM dead_letter ORDER BY id")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param(b"", "undecodable", id="nothing"),
        pytest.param(b"\xff{}", "undecodable", id="no JSON"),
        pytest.param(b'{"specversion":"2.0"}', "undecodable", id="another CloudEvents"),
        pytest.param(
            codec.encode(fact("hazard.rectified", "05-08", hazard_id=7)), "undecodable", id="no hazard in its data"
        ),
        pytest.param(
            codec.encode(fact("proposal.decided", "05-08", verdict="confirmed")),
            "no_such_decision",
            id="a word about no decision",
        ),
        pytest.param(
            codec.encode(fact("proposal.decided", "05-08", decision_id="nobody's", verdict="confirmed")),
            "no_such_decision",
            id="a word about a decision that nobody took",
        ),
        pytest.param(
            codec.encode(msgspec.structs.replace(report("05-08"), committee="330300")), "misrouted", id="another slot"
        ),
    ],
)
def test_a_record_that_cannot_be_applied_is_parked(
    database: Database, handler: EscalationHandler, document: bytes, reason: str
) -> None:
    """With its bytes and its place; what stands behind it is applied."""
    log = Log().put(document).hear(report("05-08 09:00", level="major"), KNOWN)

    read(database, handler, log.records)

    found = rows(database, "SELECT reason, body, origin FROM dead_letter")
    assert found == [(reason, document, {"topic": "hazard.facts", "slot": log.slot, "offset": 0})]
    assert said(announced(database), "major_hazard") == ["major_hazard proposed 05-08 09:00"]


def test_a_committee_without_a_pack_is_parked(database: Database, handler: EscalationHandler) -> None:
    """No policy binds it, so nothing can be decided."""
    stranger = msgspec.structs.replace(report("05-08", tenant="330402001"), committee="330402")

    read(database, handler, Log("330402").hear(stranger, KNOWN).records)

    assert parked(database) == [("no_policy", stranger.id, "330402001")]


@pytest.mark.parametrize(
    ("tenant", "reasons"),
    [
        pytest.param("331081003", [], id="the hazard's own"),
        pytest.param("331081", [], id="above it"),
        pytest.param("331081006", ["no_such_hazard"], id="beside it"),
        pytest.param("331081003001", ["no_such_hazard"], id="below it"),
    ],
)
def test_only_its_tenant_and_those_above_have_a_say(
    database: Database, handler: EscalationHandler, tenant: str, reasons: list[str]
) -> None:
    """Anybody else speaks of no such hazard: parked, and no sign of a broken release."""
    log = Log().hear(report("05-08 09:00"), KNOWN)
    log.hear(fact("hazard.rectified", "05-09", tenant=tenant, hazard_id="H-1", by="u1"), moment("05-09 01:00"))

    read(database, handler, log.records)

    assert [reason for reason, _, _ in parked(database)] == reasons
    waits = "clock" if reasons else "closed"
    assert rows(database, "SELECT waits FROM case_file WHERE kind = 'hazard'") == [(waits,)]


def test_a_foreign_report_does_not_take_a_hazard_over(database: Database, handler: EscalationHandler) -> None:
    """Not even one that claims to be older."""
    log = Log().hear(report("05-08 09:00"), KNOWN)
    log.hear(report("05-01 09:00", tenant="331081006", id_="older"), KNOWN)

    read(database, handler, log.records)

    assert parked(database) == [("no_such_hazard", "older", "331081006")]
    assert rows(database, "SELECT tenant FROM case_file WHERE kind = 'hazard'") == [("331081003",)]


def test_data_that_turn_out_wrong_are_rejected(database: Database, handler: EscalationHandler) -> None:
    """The consumer parks what the rules cannot read, and its case is as before."""
    log = Log().hear(fact("hazard.reported", "05-08", hazard_id="H-1", level=["major"]), KNOWN)

    with pytest.raises(Rejected, match="undecodable"):
        read(database, handler, log.records)

    assert rows(database, "SELECT key FROM case_file") == []


def test_a_newer_version_holds_the_slot(database: Database, handler: EscalationHandler) -> None:
    """Readers are upgraded first: it is not poison."""
    newer = msgspec.structs.replace(fact("hazard.rectified", "05-08", hazard_id="H-1"), type="hazard.rectified.v2")

    with pytest.raises(NewerVersion, match="v2"):
        read(database, handler, Log().hear(newer, KNOWN).records)


def test_a_type_nobody_reads_is_kept(database: Database, handler: EscalationHandler) -> None:
    """It moves no case, and timeline and what-if can read it later."""
    unheard = fact("weather.forecast", "05-08", rain=True)

    read(database, handler, Log().hear(unheard, KNOWN).records)

    assert parked(database) == []
    assert rows(database, "SELECT event_id, key FROM fact") == [(unheard.id, "")]


def test_a_fact_of_any_month_has_room(database: Database, handler: EscalationHandler) -> None:
    """A replay makes the tables that it needs."""
    log = Log()
    for year in (2019, 2020, 2031):
        log.hear(report("05-08", f"H-{year}"), moment(f"{year}-12-31 23:30"))

    read(database, handler, log.records)

    assert rows(database, "SELECT tableoid::regclass::text FROM fact ORDER BY known_at") == [
        ("fact_2019_12",),
        ("fact_2020_12",),
        ("fact_2031_12",),
    ]


def test_a_clock_that_belongs_to_nobody_is_taken_away(database: Database, handler: EscalationHandler) -> None:
    """It would be found due at every tick for ever."""
    log = Log()
    with database.begin() as work:
        work.connection.execute(
            "INSERT INTO deadline VALUES (%s, %s, '331081', 'hazard||gone')", (log.slot, moment("05-01"))
        )

    transactions = read(database, handler, log.tick(moment("05-08")).records)

    assert transactions == 1
    assert rows(database, "SELECT key FROM deadline") == []


def test_a_site_that_moves_with_open_cases(database: Database, handler: EscalationHandler) -> None:
    """The new tenant has a say from that day on, the former of the days before; the case is among the new one's rows."""
    moved = fact(
        "site.transferred", "05-10", tenant="331081", site_id="S-1", from_tenant="331081003", to_tenant="331081004"
    )
    log = Log().hear(report("05-08 09:00"), KNOWN).hear(moved, moment("05-10 01:00"))
    read(database, handler, log.records)
    begun = len(log.records)
    for number, (tenant, when) in enumerate(
        [("331081003", "05-12"), ("331081004", "05-09"), ("331081003", "05-09"), ("331081004", "05-12")]
    ):
        word = fact("hazard.handed_over", when, tenant=tenant, id_=f"w-{number}", hazard_id="H-1", to_unit="某街道")
        log.hear(word, moment("05-12 01:00"))

    read(database, handler, log.records[begun:])

    assert parked(database) == [
        ("no_such_hazard", "w-0", "331081003"),
        ("no_such_hazard", "w-1", "331081004"),
    ]
    assert rows(database, "SELECT tenant FROM case_file WHERE kind = 'hazard'") == [("331081004",)]
