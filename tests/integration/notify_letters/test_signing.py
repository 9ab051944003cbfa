"""A letter is signed once, has a number without gaps, and leaves once for each recipient."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from docx import Document

from contracts.vocabulary import LetterKind, LetterState, Measure, Status
from runtime.database import Database
from runtime.errors import Conflict, Unavailable
from services.notify.core.letters.content import Unfit
from services.notify.core.letters.letter import Basis, IllegalMove, Letter
from services.notify.core.letters.signing import signed
from services.notify.exports.docx import digest
from services.notify.handlers.letters.office import Stale, Unknown
from services.notify.store import letter_papers, letters
from services.notify.store.letters import StandsAlready
from tests.integration.notify_letters.chancery import SIGNER, Chancery, letter_office
from tests.integration.notify_notices.office import UNKNOWN, back
from tests.unit.services.notify.core.letters.writing import drafted, supervision, talk, warning_meeting
from tests.unit.services.notify.given import DIVISIONS, decision

DAY = 86_400


def text_of(docx: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(docx)).paragraphs)


def fails_after_its_number(database: Database) -> None:
    with database.begin() as work:
        letters.next_number(work, "331081", 2023)
        raise RuntimeError("the printer is on fire")


def keep(chancery: Chancery, letter: Letter) -> None:
    with chancery.database.begin() as work:
        letters.save(work, [letter], DIVISIONS)


def test_a_signed_letter_has_number_day_template_and_hash(chancery: Chancery) -> None:
    """All of it kept with the letter, and the document byte for byte."""
    letter = chancery.issued()
    same, docx = chancery.letters.paper(letter.id)

    assert (letter.state, letter.year, letter.number, letter.signed_by) == (LetterState.SIGNED, 2023, 1, SIGNER)
    assert (str(letter.issued_on), letter.template_version) == ("2023-05-21", "2026.2")
    assert letter.document_sha256 == digest(docx)
    assert len(letter.template_sha256) == 64
    assert same == letter
    assert "温岭安委办〔2023〕1号" in text_of(docx)
    assert "送审稿" not in text_of(docx)


def test_it_leaves_once_for_each_recipient_with_the_letter_attached(chancery: Chancery) -> None:
    """The town and the department that supervises; sent when the first has it."""
    letter = chancery.issued()
    chancery.post()  # the record itself is told to the county's office

    assert [] == chancery.post()
    left = chancery.sql(
        "SELECT recipient, state FROM notice WHERE letter_id = %(id)s ORDER BY recipient", {"id": letter.id}
    )
    assert left == [("office@331081001", "delivered"), ("office@市应急管理局", "delivered")]
    assert chancery.letter(letter.id).state is LetterState.SENT


def test_the_mail_carries_the_signed_document_and_a_link_of_its_own(chancery: Chancery) -> None:
    """Each attempt has another link; only hashes of them are kept."""
    letter = chancery.issued()
    departures = [each for each in chancery.email.take(10) if chancery.notice(each.notice_id).letter_id]

    assert {digest(each.message.attachments[0].content) for each in departures} == {letter.document_sha256}
    links = [dict(each.message.lines)["签收"] for each in departures]
    assert len(set(links)) == len(links) == 2
    token = links[0].rpartition("/")[2]
    with chancery.database.begin() as work:
        found = letter_papers.link_of(work, token, chancery.clock.now())
    assert found is not None
    assert found.letter_id == letter.id
    assert token.encode() not in b"".join(row[0] for row in chancery.sql("SELECT token_sha256 FROM receipt_link"))


def test_what_is_announced_names_letter_and_number(chancery: Chancery) -> None:
    """So that a restored database sends no letter again, and gives no number twice."""
    letter = chancery.issued()

    marks = [each["letter"] for each in chancery.announced() if "letter" in each]

    assert (
        marks
        == [{"letter_id": letter.id, "kind": "supervision_letter", "organ": "331081", "year": 2023, "number": 1}] * 2
    )


def test_an_ambiguous_delivery_is_not_repeated(chancery: Chancery) -> None:
    """A person settles it: a letter that is sent twice is a scandal."""
    letter = chancery.issued()
    departures = chancery.email.take(10)
    chancery.email.keep([back(each, UNKNOWN) for each in departures])
    chancery.clock.advance(10 * DAY)

    assert chancery.email.take(10) == []
    assert chancery.letter(letter.id).state is LetterState.SIGNED


def test_numbers_have_no_gaps_whoever_signs_and_whatever_fails(chancery: Chancery, database_url: str) -> None:
    """Eight signers at once; every third transaction fails after it took its number."""
    for n in range(30):
        chancery.drafted(supervision(decision_id=f"d-{n}", occurrence=str(n)))
    waiting = [letter.id for letter in chancery.all()]
    begin = threading.Barrier(8)
    failed: list[str] = []

    def signer(share: list[str]) -> None:
        database = Database(database_url, schema="notify", application_name="signer", pool_size=1)
        office = letter_office(chancery, database)
        begin.wait()
        for n, letter_id in enumerate(share):
            if n % 3 == 1:
                with pytest.raises(RuntimeError):
                    fails_after_its_number(database)
                failed.append(letter_id)
            while True:
                try:
                    office.sign(letter_id, by=SIGNER)
                    break
                except (Conflict, Unavailable):
                    continue
        database.close()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(signer, waiting[start::8]) for start in range(8)]:
            done.result()

    letters_now = chancery.all()
    assert failed
    assert sorted(letter.number or 0 for letter in letters_now) == list(range(1, 31))
    by_number = sorted(letters_now, key=lambda letter: letter.number or 0)
    assert [letter.signed_by for letter in by_number] == [SIGNER] * 30


def test_each_organ_and_year_counts_for_itself(chancery: Chancery) -> None:
    """The first letter of a year is number one."""
    first = chancery.issued(supervision(decision_id="a", occurrence="a"))
    town = chancery.issued(decision(decision_id="b", measure=Measure.NOTICE_LETTER, occurrence="b"))
    chancery.clock.advance(300 * DAY)
    next_year = chancery.issued(supervision(decision_id="c", occurrence="c"))

    assert [(each.organ, each.year, each.number) for each in (first, town, next_year)] == [
        ("331081", 2023, 1),
        ("331081001", 2023, 1),
        ("331081", 2024, 1),
    ]


def test_two_people_who_sign_at_once_sign_once(chancery: Chancery) -> None:
    """The second is told that it is signed."""
    letter = chancery.drafted()
    chancery.letters.sign(letter.id, by=SIGNER, revision=letter.revision)

    with pytest.raises(Stale):
        chancery.letters.sign(letter.id, by="签发人乙", revision=letter.revision)
    with pytest.raises(IllegalMove, match="不能再次签发"):
        chancery.letters.sign(letter.id, by="签发人乙")
    assert chancery.sql("SELECT last FROM letter_number") == [(1,)]


def test_a_supervision_letter_never_stands_twice(chancery: Chancery) -> None:
    """Neither by a new turn of the decision nor by hand; and the database would refuse it too."""
    first = chancery.issued()
    chancery.hear(supervision(status=Status.CLEARED), supervision(late_recorded=True))
    with pytest.raises(StandsAlready):
        chancery.letters.draft("d-7", LetterKind.SUPERVISION_LETTER, by="经办人乙")

    with pytest.raises(IllegalMove, match="撤销函"):
        chancery.letters.draft("d-7", LetterKind.RETRACTION_LETTER, by="经办人乙")

    again = chancery.letters.draft("d-7", LetterKind.NOTICE_LETTER, by="经办人乙")

    assert [letter.kind for letter in chancery.all()] == [first.kind, again.kind]
    (twin,) = drafted(supervision(decision_id="d-9"))
    keep(chancery, twin)
    with pytest.raises(StandsAlready):
        keep(chancery, signed(twin, by=SIGNER, now=chancery.clock.now(), number=2))


@pytest.mark.parametrize(
    ("record", "changes", "why"),
    [
        pytest.param(talk(), {}, "未填写", id="blanks that a person has to fill in"),
        pytest.param(supervision(), {"reply_by": "2023-05-21"}, "回复期限", id="an answer due on the day of issue"),
        pytest.param(supervision(), {"addressees": []}, "主送机关", id="addressed to nobody"),
    ],
)
def test_what_is_not_ready_is_not_signed(chancery: Chancery, record: Any, changes: dict[str, Any], why: str) -> None:
    """The refusal says why, and no number is used up."""
    letter = chancery.drafted(record)
    if changes:
        chancery.letters.edit(letter.id, changes, by="经办人乙")

    with pytest.raises(IllegalMove, match=why):
        chancery.letters.sign(letter.id, by=SIGNER)

    assert chancery.sql("SELECT count(*) FROM letter_number") == [(0,)]


def test_in_shadow_letters_are_drafted_and_not_signed(chancery: Chancery) -> None:
    """Everything is computed, nothing is sent."""
    letter = chancery.drafted()
    chancery.sql("INSERT INTO tenant_rule VALUES ('331081', NULL, true, '甲', '试运行', now())")

    with pytest.raises(IllegalMove, match="影子运行"):
        chancery.letters.sign(letter.id, by=SIGNER)


def test_before_a_tenants_first_day_nothing_is_drafted(chancery: Chancery) -> None:
    """Nobody is written to about what lies before it."""
    chancery.sql("INSERT INTO tenant_rule VALUES ('331081', '2023-06-01', NULL, '甲', '启用', now())")
    chancery.hear(supervision())

    assert chancery.all() == []


def test_an_edit_is_kept_with_who_made_it(chancery: Chancery) -> None:
    """And stands in the signed letter."""
    letter = chancery.drafted()
    changed = chancery.letters.edit(letter.id, {"closing": "特此督办。", "reply_by": "2023-06-01"}, by="经办人乙")
    issued = chancery.letters.sign(letter.id, by=SIGNER, revision=changed.revision)

    acts = chancery.sql("SELECT act, author, note FROM letter_act ORDER BY id")
    assert acts == [("edited", "经办人乙", "closing、reply_by"), ("signed", SIGNER, "2023年第1号")]
    docx = chancery.letters.paper(issued.id)[1]
    assert "特此督办。" in text_of(docx)
    assert "请于2023年6月1日前将整改情况和佐证材料书面报送我办。" in text_of(docx)
    with pytest.raises(IllegalMove):
        chancery.letters.edit(letter.id, {"closing": "撤回"}, by="经办人乙")


@pytest.mark.parametrize("changes", [{"title": ""}, {"opening": []}, {"nonsense": "x"}, {"reply_within": 0}], ids=str)
def test_a_text_that_is_none_is_refused(chancery: Chancery, changes: dict[str, Any]) -> None:
    """And the draft stays."""
    letter = chancery.drafted()

    with pytest.raises(Unfit):
        chancery.letters.edit(letter.id, changes, by="经办人乙")

    assert chancery.letter(letter.id) == letter


def test_a_retraction_withdraws_the_letter_and_goes_to_all_who_got_it(chancery: Chancery) -> None:
    """The decision is retracted after the letter went out: T13."""
    first = chancery.issued()
    chancery.post()
    chancery.hear(supervision(status=Status.RETRACTED))
    (_, back_) = chancery.all()
    assert chancery.letter(first.id).basis is Basis.GONE

    second = chancery.letters.sign(back_.id, by=SIGNER)
    chancery.post()

    assert chancery.letter(first.id).state is LetterState.WITHDRAWN
    assert chancery.letter(first.id).withdrawn_by == second.id
    assert second.number == 2
    sent = chancery.sql("SELECT letter_id, recipient FROM notice WHERE letter_id <> '' AND state = 'delivered'")
    told = {letter_id: {row[1] for row in sent if row[0] == letter_id} for letter_id in (first.id, second.id)}
    assert told[first.id] == told[second.id] == {"office@331081001", "office@市应急管理局"}


def test_a_person_takes_a_letter_back_by_another_letter_alone(chancery: Chancery) -> None:
    """Asking twice gives the same draft; a draft has nothing to take back."""
    letter = chancery.drafted()
    with pytest.raises(IllegalMove):
        chancery.letters.withdraw(letter.id, by="甲", reason="文号有误")
    chancery.letters.sign(letter.id, by=SIGNER)

    once = chancery.letters.withdraw(letter.id, by="甲", reason="主送机关有误")
    twice = chancery.letters.withdraw(letter.id, by="甲", reason="主送机关有误")

    assert once.id == twice.id
    assert chancery.letter(letter.id).state is LetterState.SIGNED
    chancery.letters.sign(once.id, by=SIGNER)
    assert chancery.letter(letter.id).state is LetterState.WITHDRAWN


def test_the_minutes_of_a_talk_follow_from_its_notice(chancery: Chancery) -> None:
    """Approved, they have no number; the register of numbers does not notice them."""
    notice = chancery.drafted(talk())
    chancery.letters.edit(notice.id, {"opening": ["定于5月24日上午约谈。"]}, by="乙")
    chancery.letters.sign(notice.id, by=SIGNER)

    minutes = chancery.letters.minutes(notice.id, by="乙")
    assert chancery.letters.minutes(notice.id, by="乙").id == minutes.id
    chancery.letters.edit(minutes.id, {"opening": ["5月24日进行了约谈。"], "demands": ["立即整改。"]}, by="乙")
    approved = chancery.letters.sign(minutes.id, by=SIGNER)

    assert (approved.number, approved.state) == (None, LetterState.SIGNED)
    assert chancery.sql("SELECT last FROM letter_number") == [(1,)]


def test_a_warning_meeting_has_its_pack(chancery: Chancery) -> None:
    """Invitation with the agenda bound to it, and minutes to approve."""
    chancery.hear(warning_meeting())
    invitation, minutes = sorted(chancery.all(), key=lambda letter: letter.kind != LetterKind.MEETING_INVITATION)
    words = [text_of(chancery.letters.paper(each.id)[1]) for each in (invitation, minutes)]

    assert "附件：事故警示现场会议程" in words[0]
    assert "二、播放事故警示片。" in words[0]
    assert "会议通报了事故情况" in words[1]
    assert "〔2023〕" not in words[1]


def test_who_does_not_exist_is_unknown(chancery: Chancery) -> None:
    """Neither the letter nor the decision."""
    with pytest.raises(Unknown):
        chancery.letters.sign("nothing", by=SIGNER)
    with pytest.raises(Unknown):
        chancery.letters.draft("nothing", LetterKind.NOTICE_LETTER, by="乙")
