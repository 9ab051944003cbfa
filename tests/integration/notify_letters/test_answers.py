"""A receipt or an answer stops the reply clock; nothing by the date is a fact that escalates, once."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from contracts.events.reading import Event, read_event
from contracts.topics import PEOPLE_FACTS
from contracts.vocabulary import LetterState
from tests.integration.notify_letters.chancery import SIGNER, Chancery
from tests.unit.services.notify.core.letters.writing import supervision

DAY = 86_400
LATE = 9 * DAY  # signed on 05-21, due on 05-28, late from 05-29 on


def missed(chancery: Chancery) -> list[dict[str, Any]]:
    rows = chancery.sql("SELECT value FROM outbox WHERE topic = %(topic)s ORDER BY id", {"topic": PEOPLE_FACTS})
    return [msgspec.json.decode(row[0]) for row in rows]


def test_no_receipt_by_the_date_is_announced_once(chancery: Chancery) -> None:
    """On the people's topic, as a valid event that names the decision and the notice."""
    letter = chancery.issued()
    chancery.post()
    chancery.clock.advance(LATE)

    assert [chancery.answers.announce_missed(), chancery.answers.announce_missed()] == [1, 0]
    (told,) = missed(chancery)
    assert (told["type"], told["source"]) == ("reply.missed.v1", "/bihuan/people")
    assert datetime.fromisoformat(told["time"]) == datetime(2023, 5, 28, 16, tzinfo=UTC)
    assert (told["data"]["decision_id"], told["data"]["recipient"]) == ("d-7", "office@331081001")
    assert chancery.notice(told["data"]["notice_id"]).letter_id == letter.id
    assert isinstance(read_event(told, people=True), Event)


@pytest.mark.parametrize("answer", ["receipt", "reply", "scan", "withdrawn"])
def test_an_answer_in_time_stops_the_clock(chancery: Chancery, answer: str) -> None:
    """By hand, by an answer, by a scan; and a letter that is taken back waits for none."""
    letter = chancery.issued()
    chancery.post()
    match answer:
        case "receipt":
            chancery.letters.receive(letter.id, receiver="收文员乙", by="收文员乙")
        case "reply":
            chancery.letters.reply(letter.id, by="经办人乙", text="已整改。")
        case "scan":
            pdf = b"%PDF-1.7"
            chancery.letters.keep_scan(letter.id, name="回执.pdf", media_type="application/pdf", file=pdf, by="乙")
        case _:
            chancery.letters.sign(chancery.letters.withdraw(letter.id, by="甲", reason="有误").id, by=SIGNER)
    chancery.clock.advance(LATE)

    assert chancery.answers.announce_missed() == 0
    assert missed(chancery) == []


def test_until_the_last_day_ends_nothing_is_late(chancery: Chancery) -> None:
    """The last day runs to 24:00 in Shanghai."""
    letter = chancery.issued()
    assert letter.reply_due is not None
    chancery.clock.advance((letter.reply_due - chancery.clock.now()).total_seconds() - 1)
    assert chancery.answers.announce_missed() == 0

    chancery.clock.advance(1)

    assert chancery.answers.announce_missed() == 1


def test_the_first_receipt_counts_and_each_is_kept(chancery: Chancery) -> None:
    """An answer after it does not undo it."""
    letter = chancery.issued()
    chancery.letters.receive(letter.id, receiver="收文员乙", by="收文员乙")
    chancery.clock.advance(60)
    chancery.letters.receive(letter.id, receiver="收文员丙", by="收文员丙")
    replied = chancery.letters.reply(letter.id, by="乙", text="已整改。")

    assert (replied.state, replied.received_by, replied.reply) == (LetterState.REPLIED, "收文员乙", "已整改。")
    acts = [row[0] for row in chancery.sql("SELECT author FROM letter_act WHERE act = 'received' ORDER BY id")]
    assert acts == ["收文员乙", "收文员丙"]


def test_a_draft_has_no_clock(chancery: Chancery) -> None:
    """Nobody can answer what was never sent."""
    chancery.drafted(supervision())
    chancery.clock.advance(100 * DAY)

    assert chancery.answers.announce_missed() == 0
