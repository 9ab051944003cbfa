"""A database restored from before letters were signed has them again from the log, byte for byte, and sends none twice."""

from typing import Any

import pytest

from contracts.topics import NOTICE_FACTS
from contracts.vocabulary import LetterState, NoticeState
from runtime import codec
from services.notify.core.letters.letter import IllegalMove
from services.notify.exports.docx import digest
from services.notify.handlers.letters import keeping
from services.notify.handlers.letters.rebuilding import WITHOUT_FILE, Rebuilt
from services.notify.handlers.remembering import read_back
from services.notify.store import letters
from tests.integration.notify_letters.chancery import SIGNER, Chancery
from tests.integration.notify_notices.office import TABLES, YES, back
from tests.unit.services.notify.core.letters.writing import supervision
from tests.unit.services.notify.given import DIVISIONS, NOW, seat


def published(chancery: Chancery) -> list[bytes]:
    """What the relay would have published so far."""
    rows = chancery.sql("SELECT value FROM outbox WHERE topic = %(topic)s ORDER BY id", {"topic": NOTICE_FACTS})
    return [codec.splice(row[0], accepted_at=NOW, incarnation=1, number=n) for n, row in enumerate(rows, start=1)]


def lose(chancery: Chancery) -> None:
    """Everything but the roster."""
    chancery.sql(f"TRUNCATE {TABLES} RESTART IDENTITY")
    chancery.seat(*chancery.roster.seats, seat("office", "市应急管理局", addresses={"email": "yjj@example.cn"}))


def plan(chancery: Chancery) -> int:
    return Rebuilt(database=chancery.database, divisions=DIVISIONS, clock=chancery.clock).plan()


def restore(chancery: Chancery, log: list[bytes], *again: Any) -> None:
    read_back(log, database=chancery.database, divisions=DIVISIONS, clock=chancery.clock)
    chancery.hear(*again)
    plan(chancery)


@pytest.fixture
def record() -> Any:
    """What drafts the letter."""
    return supervision()


def test_a_letter_is_there_again_as_it_was_signed(chancery: Chancery, record: Any) -> None:
    """Text, number, signature, file; and the next letter has the next number."""
    signed = chancery.issued(record)
    chancery.letters.receive(signed.id, receiver="收文员乙", by="甲")
    before, file = chancery.letter(signed.id), chancery.letters.paper(signed.id)[1]
    log = published(chancery)
    lose(chancery)

    restore(chancery, log, record)

    again, kept = chancery.letters.paper(signed.id)
    assert again == before
    assert (again.state, again.signed_by, digest(kept)) == (LetterState.RECEIVED, SIGNER, signed.document_sha256)
    assert kept == file
    other = supervision(decision_id="d-9", occurrence="9")
    assert chancery.issued(other).number == 2
    assert chancery.sql("SELECT act, author FROM letter_act WHERE letter_id = %(id)s", {"id": signed.id}) == [
        ("rebuilt", "系统")
    ]


def test_nothing_of_it_is_sent_again(chancery: Chancery, record: Any) -> None:
    """What was delivered stays so; what had not left yet leaves, with its file."""
    signed = chancery.issued(record)
    (first,) = chancery.email.take(1)
    chancery.email.keep([back(first, YES)])
    log = published(chancery)
    lose(chancery)

    restore(chancery, log, record)
    left = chancery.post()

    carried = [each for each in left if chancery.notice(each.notice_id).letter_id == signed.id]
    assert len(carried) == 1
    assert first.notice_id not in {each.notice_id for each in carried}
    assert carried[0].message.attachments[0].content == chancery.letters.paper(signed.id)[1]
    assert chancery.notice(first.notice_id).state is NoticeState.DELIVERED
    with pytest.raises(IllegalMove, match="不能再次签发"):
        chancery.letters.sign(signed.id, by=SIGNER)


def test_its_notices_wait_for_its_decision(chancery: Chancery, record: Any) -> None:
    """The decision is read from its own log, which may come later."""
    signed = chancery.issued(record)
    log = published(chancery)
    lose(chancery)

    read_back(log, database=chancery.database, divisions=DIVISIONS, clock=chancery.clock)
    assert plan(chancery) == 0
    chancery.hear(record)
    assert (plan(chancery), plan(chancery)) == (1, 0)

    assert chancery.sql("SELECT count(*) FROM notice WHERE letter_id = %(id)s", {"id": signed.id}) == [(2,)]


def test_who_was_not_written_to_then_is_not_now(chancery: Chancery, record: Any) -> None:
    """The roster knows somebody today whom the log does not."""
    signed = chancery.issued(record)
    log = published(chancery)
    lose(chancery)
    chancery.seat(seat("office", "331081001", seat="b", addresses={"email": "b@example.cn"}))

    restore(chancery, log, record)

    told = chancery.sql("SELECT recipient FROM notice WHERE letter_id = %(id)s ORDER BY 1", {"id": signed.id})
    assert told == [("office@331081001",), ("office@市应急管理局",)]


def test_a_letter_that_was_taken_back_stays_so(chancery: Chancery, record: Any) -> None:
    """And so does the one that took it back."""
    signed = chancery.issued(record)
    retraction = chancery.letters.sign(chancery.letters.withdraw(signed.id, by="甲", reason="有误").id, by=SIGNER)
    log = published(chancery)
    lose(chancery)

    restore(chancery, log, record)

    assert chancery.letter(signed.id).state is LetterState.WITHDRAWN
    assert chancery.letter(signed.id).withdrawn_by == retraction.id
    assert chancery.letter(retraction.id).number == 2


def test_a_copy_that_is_a_little_older_learns_the_rest(chancery: Chancery, record: Any) -> None:
    """It still has the draft; reading the log a second time changes nothing."""
    draft = chancery.drafted(record)
    position = len(published(chancery))
    with chancery.database.begin() as work:
        (kept,) = letters.by_id(work, [draft.id]).values()
    signed = chancery.letters.sign(draft.id, by=SIGNER)
    log = published(chancery)[position:]
    lose(chancery)
    chancery.hear(record)
    assert chancery.letter(draft.id) == kept

    restore(chancery, log)
    once = chancery.letter(draft.id)
    restore(chancery, log)

    assert (once, chancery.letter(draft.id)) == (signed, signed)


def test_a_file_too_large_for_the_log_is_made_again(
    chancery: Chancery, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the text that was signed, with number and date; the trail says so."""
    monkeypatch.setattr(keeping, "LARGEST", 100)
    signed = chancery.issued(record)
    log = published(chancery)
    lose(chancery)

    restore(chancery, log, record)

    letter, docx = chancery.letters.paper(signed.id)
    paper = chancery.letters.laid_out(letter)
    assert docx.startswith(b"PK")
    assert (paper["number"], paper["draft_mark"]) == ("温岭安委办〔2023〕1号", "")
    assert chancery.sql("SELECT note FROM letter_act WHERE act = 'rebuilt'") == [(WITHOUT_FILE,)]
