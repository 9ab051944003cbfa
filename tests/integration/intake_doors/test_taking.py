"""The transaction that all doors share: ids remembered once, the rest parked, what is new announced."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.topics import slot_of
from runtime import dead_letters
from runtime.database import Database
from runtime.metrics import Metrics
from services.intake.core.admission import Admission
from services.intake.core.registry import Source
from services.intake.handlers.counting import Counter
from services.intake.handlers.replaying import replay
from services.intake.handlers.taking import Arrival, Word, take
from services.intake.metrics import INTAKE_METRICS
from services.intake.store import days, heard, sources
from tests.integration.intake_doors.scene import NOW, event, outbox_of

Arrive = Callable[..., Arrival]


def words(database: Database, arrivals: list[Arrival], at: datetime = NOW) -> list[Word]:
    with database.begin() as work:
        return [outcome.word for outcome in take(work, arrivals, received_at=at)]


def test_one_outcome_for_each_event_in_order(database: Database, arrive: Arrive) -> None:
    """New, repeated, contradictory and refused events in one call, each with its own outcome."""
    other = event(data={"hazard_id": "H-2"})

    seen = words(database, [arrive(event()), arrive(b"{"), arrive(event()), arrive(other), arrive(event(id="2"))])
    again = words(database, [arrive(event()), arrive(other)])

    assert seen == [Word.ACCEPTED, Word.REJECTED, Word.DUPLICATE, Word.CONFLICT, Word.ACCEPTED]
    assert again == [Word.DUPLICATE, Word.CONFLICT]


def test_a_restart_does_not_hide_a_silent_source(database: Database, arrive: Arrive) -> None:
    """The next process shows when it was heard last; what was refused is no word of it."""
    words(database, [arrive(event())], NOW)
    words(database, [arrive(b"{")], NOW + timedelta(hours=2))
    metrics = Metrics(INTAKE_METRICS)

    with database.begin() as work:
        Counter(metrics).remember(days.last_heard(work))

    assert metrics.value("intake_last_event_timestamp_seconds", source_system="county") == NOW.timestamp()


def test_what_is_accepted_is_announced_once_in_its_committees_slot(database: Database, arrive: Arrive) -> None:
    """A thousand repetitions announce one fact."""
    words(database, [arrive(event()) for _ in range(1000)])
    words(database, [arrive(event()), arrive(event(id="2"))])

    with database.begin() as work:
        rows = outbox_of(work)
    assert [(slot, key, document["id"]) for slot, key, document in rows] == [
        (slot_of("331081"), "331081", "1"),
        (slot_of("331081"), "331081", "2"),
    ]
    assert rows[0][2]["namespace"] == "county"
    assert rows[0][2]["door"] == "http"


def test_what_is_refused_is_kept_with_reason_origin_and_bytes(database: Database, arrive: Arrive) -> None:
    """Each refusal and each conflict is one dead letter."""
    bodies = [b'{"a":\xff}', event(source="/other"), event(tenant="330300"), event(tenant="110101")]

    words(database, [arrive(event()), arrive(event(data={"hazard_id": "H-2"})), *map(arrive, bodies)])

    with database.begin() as work:
        letters = dead_letters.listed(work)[::-1]
    assert [letter.reason for letter in letters] == [
        "id_conflict",
        "not_utf8",
        "unknown_source",
        "not_allowed",
        "no_committee",
    ]
    assert letters[1].body == b'{"a":\xff}'
    assert letters[1].origin == {"slug": "county", "client": "test"}
    assert letters[2].source == "/other"
    assert letters[3].tenant == "331081", "its sender's to see, not that of whoever it names"


def test_who_gave_a_tip_off_is_kept_nowhere(database: Database, arrive: Arrive) -> None:
    """The letter says what is wrong and where it came from; the bytes that name somebody are not in it."""
    tip = {"tip_off_id": "T-1", "category": "fire", "description": "通道堵塞", "phone": "138****5678"}

    words(database, [arrive(event(type="tip_off.received.v1", data=tip))])

    with database.begin() as work:
        (letter,) = dead_letters.listed(work)
    assert (letter.reason, letter.event_id, letter.body) == ("invalid_data", "1", b"")


def test_an_id_is_remembered_over_the_turn_of_a_month(database: Database, arrive: Arrive) -> None:
    """The month is part of the table's key and no part of the event's."""
    february = datetime(2023, 2, 28, 23, 59, tzinfo=UTC)

    seen = [words(database, [arrive(event())], at) for at in (february, february + timedelta(minutes=2), NOW)]

    assert seen == [[Word.ACCEPTED], [Word.DUPLICATE], [Word.DUPLICATE]]


def test_whole_months_are_forgotten(database: Database, arrive: Arrive) -> None:
    """After the months a source may repeat itself in, the id is new again."""
    old = datetime(2022, 1, 5, tzinfo=UTC)
    words(database, [arrive(event())], old)
    words(database, [arrive(event(id="2"))])

    with database.begin() as work:
        dropped = heard.forget_before(work, date(2023, 5, 1))

    assert "event_id_2022_01" in dropped
    assert "event_id_2023_05" not in dropped
    assert words(database, [arrive(event()), arrive(event(id="2"))]) == [Word.ACCEPTED, Word.DUPLICATE]


@pytest.mark.parametrize("at", [NOW, datetime(2023, 5, 31, 23, 59, 59, tzinfo=UTC)], ids=["any day", "turn of a month"])
def test_two_doors_that_hear_the_same_event_announce_it_once(database: Database, arrive: Arrive, at: datetime) -> None:
    """Whoever comes second waits for the first and finds a duplicate, also when their clocks straddle a month."""
    arrivals = [arrive(event(id=str(n))) for n in range(50)]
    begun, words_of_second = threading.Event(), list[Word]()

    def second() -> None:
        begun.set()
        words_of_second.extend(words(database, arrivals[::-1], at + timedelta(seconds=2)))

    with database.begin() as work:
        first = take(work, arrivals, received_at=at)
        thread = threading.Thread(target=second)
        thread.start()
        begun.wait()
    thread.join()

    assert [outcome.word for outcome in first] == [Word.ACCEPTED] * 50
    assert words_of_second == [Word.DUPLICATE] * 50


def test_two_partitions_in_one_transaction_announce_an_event_once(database: Database, arrive: Arrive) -> None:
    """What this transaction has remembered itself is known to it."""
    with database.begin() as work:
        seen = [take(work, [arrive(event()), arrive(event(id=n))], received_at=NOW) for n in "ab"]
        rows = outbox_of(work)

    assert [[outcome.word for outcome in outcomes] for outcomes in seen] == [
        [Word.ACCEPTED, Word.ACCEPTED],
        [Word.DUPLICATE, Word.ACCEPTED],
    ]
    assert [document["id"] for _, _, document in rows] == ["1", "a", "b"]


def test_a_letter_is_replayed_after_its_cause_was_mended(
    database: Database, arrive: Arrive, admission: Admission
) -> None:
    """A tenant that is allowed now goes in, and the letter is closed; before, it stays open and no second is written."""
    words(database, [arrive(event(tenant="330300"))])
    with database.begin() as work:
        (letter,) = dead_letters.listed(work)
        early = replay(work, letter, admission, at=NOW)

    county = admission.registry.sources[0]
    wider = Source(
        slug=county.slug,
        name=county.name,
        namespace=county.namespace,
        tenants=("331081", "330300"),
        attributes=county.attributes,
        topic=county.topic,
    )
    with database.begin() as work:
        sources.register(work, wider)
        later = Admission(divisions=admission.divisions, committees=admission.committees, registry=sources.load(work))
        late = replay(work, letter, later, at=NOW)
        letters = dead_letters.listed(work, state=None)
        rows = outbox_of(work)

    assert (early.outcome.word, early.closed) == (Word.REJECTED, False)
    assert (late.outcome.word, late.closed) == (Word.ACCEPTED, True)
    assert [one.state for one in letters] == ["replayed"]
    assert [key for _, key, _ in rows] == ["330300"]
