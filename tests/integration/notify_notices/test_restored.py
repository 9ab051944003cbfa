"""A database restored from before: the log says what was sent since, and nothing is sent again."""

import pytest

from contracts.topics import NOTICE_FACTS
from contracts.vocabulary import NoticeState
from runtime import codec
from services.notify.handlers.remembering import read_back
from tests.integration.notify_notices.office import LATER, NO, TABLES, UNKNOWN, YES, Office, back
from tests.unit.services.notify.given import DIVISIONS, NOW, decision


def published(office: Office) -> list[bytes]:
    """What the relay would have published so far."""
    rows = office.sql("SELECT value FROM outbox WHERE topic = %(topic)s ORDER BY id", {"topic": NOTICE_FACTS})
    return [
        codec.splice(row[0], accepted_at=NOW, incarnation=1, number=number) for number, row in enumerate(rows, start=1)
    ]


def hazards(count: int) -> list[object]:
    return [decision(decision_id=f"d-{n}", occurrence=str(n)) for n in range(count)]


@pytest.fixture
def log(office: Office) -> list[bytes]:
    """Six notices: delivered, refused, tried again, unknown, under way, waiting; then the database is lost."""
    office.hear(*hazards(6))  # type: ignore[arg-type]
    departures = office.email.take(5)
    for departure, outcome in zip(departures, (YES, NO, LATER, UNKNOWN), strict=False):
        office.email.keep([back(departure, outcome)])
    documents = published(office)
    office.sql(f"TRUNCATE {TABLES} RESTART IDENTITY")
    office.seat(*office.roster.seats)
    return documents


def standing(office: Office) -> dict[str, int]:
    return dict(office.sql("SELECT state, count(*) FROM notice GROUP BY state"))  # type: ignore[arg-type]


def test_nothing_that_was_sent_is_sent_again(office: Office, log: list[bytes]) -> None:
    """Everything was lost; the decisions are heard again. Two leave: what surely did not arrive, and what never left."""
    read_back(log, database=office.database, divisions=DIVISIONS, clock=office.clock)
    office.hear(*hazards(6))  # type: ignore[arg-type]

    left = office.email.take(20)

    assert sorted(departure.attempt for departure in left) == [1, 2]
    assert standing(office) == {"ambiguous": 2, "delivered": 1, "failed": 1, "sending": 2}
    assert office.sql("SELECT count(*) FROM remembered") == [(0,)]


def test_a_copy_that_is_a_little_older_learns_the_rest(office: Office, log: list[bytes]) -> None:
    """The notices were there already, and waited."""
    office.hear(*hazards(6))  # type: ignore[arg-type]

    count = read_back(log, database=office.database, divisions=DIVISIONS, clock=office.clock)

    assert count == len(log)
    assert standing(office) == {"ambiguous": 2, "created": 2, "delivered": 1, "failed": 1}


def test_reading_back_twice_changes_nothing(office: Office, log: list[bytes]) -> None:
    """The process was killed after it had read."""
    office.hear(*hazards(6))  # type: ignore[arg-type]
    read_back(log, database=office.database, divisions=DIVISIONS, clock=office.clock)
    once = office.sql("SELECT id, state, attempt, revision FROM notice ORDER BY id")

    read_back(log, database=office.database, divisions=DIVISIONS, clock=office.clock)

    assert office.sql("SELECT id, state, attempt, revision FROM notice ORDER BY id") == once


def test_what_is_said_from_now_on_has_numbers_of_its_own(office: Office, log: list[bytes]) -> None:
    """Readers have seen the old numbers; a new line begins, and no fact has the id of an old one."""
    before = {codec.decode(document).id for document in log}
    office.hear(*hazards(6))  # type: ignore[arg-type]
    office.sql("TRUNCATE outbox")

    read_back(log, database=office.database, divisions=DIVISIONS, clock=office.clock)

    assert office.sql("SELECT incarnation FROM installation") == [(2,)]
    assert not before & {codec.decode(row[0]).id for row in office.sql("SELECT value FROM outbox")}
    assert office.sql("SELECT incarnation FROM read_back") == [(2,)]


def test_a_person_still_decides(office: Office, log: list[bytes]) -> None:
    """What nobody knows is taken up again when a person insists, once."""
    read_back(log, database=office.database, divisions=DIVISIONS, clock=office.clock)
    office.hear(*hazards(6))  # type: ignore[arg-type]
    office.email.take(20)
    ambiguous = [row[0] for row in office.sql("SELECT id FROM notice WHERE state = 'ambiguous'")]

    office.counter.retry(ambiguous[0], author="甲", reason="收件人未收到")

    (again,) = office.email.take(20)
    assert (again.notice_id, office.notice(again.notice_id).state) == (ambiguous[0], NoticeState.SENDING)
    assert again.message.repeats
