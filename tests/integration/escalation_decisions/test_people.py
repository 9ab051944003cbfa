"""What people decide finds its case, and corrections that come first wait for their event, in batches of any size."""

import msgspec
import pytest

from contracts.facts import Fact
from runtime.database import Database
from services.escalation.core.engine import Engine
from services.escalation.core.gate import DECIDED
from services.escalation.handlers import EscalationHandler
from tests.integration.escalation_decisions.log import Log, announced, read, reference, rows
from tests.unit.services.escalation.stories import fact, moment, report, run

MAJOR = report("05-08 09:00", level="major", id_="R-1")
LISTING = next(one.decision_id for one in run(MAJOR, until="05-09") if one.rule == "major_hazard")
SIZES = [1, 2, 100]


def word(verdict: str, when: str, decision_id: str = LISTING, id_: str = "") -> Fact:
    """What a person decided."""
    data = {"decision_id": decision_id, "verdict": verdict, "by": "u1", "reason": "经研究", "document_no": "文1"}
    return fact(DECIDED, when, tenant="331081", id_=id_ or f"{verdict}/{when}", **data)


def void(event_id: str, when: str, tenant: str = "331081003") -> Fact:
    """What takes an event back."""
    taken = fact("hazard.reported", when, tenant=tenant, id_=f"void/{event_id}")
    return msgspec.structs.replace(taken, correction=event_id)


def states(database: Database) -> list[str]:
    """The states of the listing, in order."""
    return [one.status for one in announced(database) if one.decision_id == LISTING]


@pytest.mark.parametrize("size", SIZES)
def test_a_word_finds_the_case_of_its_decision(
    database: Database, engine: Engine, handler: EscalationHandler, size: int
) -> None:
    """In the batch that decided it and long afterwards; the ground that falls makes it questioned."""
    log = Log().hear(MAJOR, moment("05-08 09:05")).hear(word("confirmed", "05-08 10:00"), moment("05-08 10:00"))
    log.hear(void("R-1", "05-09"), moment("05-09")).hear(word("lifted", "05-10"), moment("05-10")).tick(moment("05-11"))

    read(database, handler, log.records, size)

    assert states(database) == ["proposed", "confirmed", "questioned", "retracted"]
    assert announced(database) == reference(engine, log.records)[0]
    assert rows(database, "SELECT event_id FROM fact WHERE type = 'proposal.decided.v1' AND key = 'hazard||H-1'"
                          " ORDER BY number") == [("confirmed/05-08 10:00",), ("lifted/05-10",)]  # fmt: skip
    assert rows(database, "SELECT count(*) FROM dead_letter") == [(0,)]


def silence(when: str, decision_id: str) -> Fact:
    """What notify announces about a letter that nobody answered."""
    data = {"decision_id": decision_id, "notice_id": "N-1", "recipient": "office@331081003", "due_at": f"2023-{when}"}
    return fact("reply.missed", when, tenant="331081", id_=f"reply-missed/{when}", **data)


@pytest.mark.parametrize("size", SIZES)
def test_a_letter_without_an_answer_finds_the_case_of_its_decision(
    database: Database, engine: Engine, handler: EscalationHandler, size: int
) -> None:
    """The next rung is announced; one about a decision that nobody took is parked, and the slot goes on."""
    late = report("05-08 09:00", id_="R-1")
    letter = next(one.decision_id for one in run(late, until="06-01") if one.step == "T+3")
    log = Log().hear(late, moment("05-08 09:05")).tick(moment("05-24"))
    log.hear(silence("05-25", letter), moment("05-25")).hear(silence("05-26", "nobody's"), moment("05-26"))
    log.tick(moment("05-26 01:00"))

    read(database, handler, log.records, size)

    rungs = [(one.step, one.measure) for one in announced(database) if one.rule == "overdue"]
    assert rungs == [("first", "remind"), ("T+3", "notice_letter"), ("T+3.no_reply", "supervision_letter")]
    assert rows(database, "SELECT reason, event_id FROM dead_letter") == [("no_such_decision", "reply-missed/05-26")]
    without = [record for record in log.records if b"nobody's" not in (record.value or b"")]
    assert announced(database) == reference(engine, without)[0]


def test_a_case_folded_again_keeps_what_people_decided(
    database: Database, engine: Engine, handler: EscalationHandler
) -> None:
    """Their words are facts of its log."""
    log = Log().hear(MAJOR, moment("05-08 09:05")).hear(word("confirmed", "05-08 10:00"), moment("05-08 10:00"))
    read(database, handler, log.records)
    with database.begin() as work:
        work.connection.execute("UPDATE case_file SET state_version = 0, state = 'another shape'")

    log.hear(void("R-1", "05-09"), moment("05-09")).hear(word("upheld", "05-10"), moment("05-10"))
    read(database, handler, log.records[2:])

    assert states(database) == ["proposed", "confirmed", "questioned", "confirmed"]
    assert announced(database) == reference(engine, log.records)[0]


@pytest.mark.parametrize("size", SIZES)
def test_a_void_that_comes_first_waits_for_its_event(
    database: Database, engine: Engine, handler: EscalationHandler, size: int
) -> None:
    """Nothing is decided on what was taken back before it was told."""
    log = Log().hear(void("R-1", "05-08 10:00"), moment("05-08 09:00")).tick(moment("05-08 09:01"))
    log.hear(MAJOR, moment("05-08 09:05")).tick(moment("05-22"))

    read(database, handler, log.records, size)

    assert announced(database) == reference(engine, log.records)[0] == []
    assert rows(database, "SELECT kind, waits FROM case_file ORDER BY kind") == [
        ("correction", "news"),
        ("hazard", "report"),
    ]


@pytest.mark.parametrize("size", SIZES)
def test_a_correction_of_a_correction_waits_with_it(
    database: Database, engine: Engine, handler: EscalationHandler, size: int
) -> None:
    """And one that comes after the event finds it through the place where they waited."""
    mended = msgspec.structs.replace(report("05-08 09:00", id_="C-1", known="05-09"), correction="R-1")
    again = msgspec.structs.replace(report("05-08 09:00", id_="C-2", known="05-10", level="major"), correction="C-1")
    log = Log().hear(again, moment("05-10")).hear(mended, moment("05-10 01:00"))
    log.hear(MAJOR, moment("05-10 02:00")).hear(void("C-1", "05-11"), moment("05-11")).tick(moment("05-12"))

    read(database, handler, log.records, size)

    assert announced(database) == reference(engine, log.records)[0]
    assert states(database)[-1:] == ["retracted"]


def test_a_case_folded_again_keeps_what_was_handed_over(database: Database, handler: EscalationHandler) -> None:
    """The place where its correction waited is one of those it is folded from."""
    log = Log().hear(void("R-1", "05-08 10:00"), moment("05-08 09:00")).hear(MAJOR, moment("05-08 09:05"))
    read(database, handler, log.records)
    with database.begin() as work:
        work.connection.execute("UPDATE case_file SET state_version = 0, state = 'another shape' WHERE kind = 'hazard'")

    log.hear(fact("hazard.handed_over", "05-09", hazard_id="H-1", to_unit="镇"), moment("05-09"))
    read(database, handler, log.records[2:])

    assert announced(database) == []
    assert rows(database, "SELECT key, giver FROM contribution WHERE giver LIKE 'correction%%'") == [
        ("hazard||H-1", "correction||/tests#R-1")
    ]
