"""People work on letters over HTTP: every refusal says what is wrong, every answer is one to go on from."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from contracts.roles import Role
from contracts.vocabulary import LetterKind, LetterState, Measure, Status
from services.notify.exports.docx import SHIPPED, digest
from services.notify.store import letters
from tests.conftest import SignedIn
from tests.integration.notify_letters.chancery import SIGNER, Chancery, api
from tests.unit.services.notify.core.letters.writing import supervision

NAME = "county.331081"  # who is signed in
PDF = b"%PDF-1.7 a scan"


@pytest.fixture
def http(chancery: Chancery, signed_in: SignedIn) -> Iterator[TestClient]:
    """The API and the pages without a server, for the office of the county."""
    with TestClient(api(chancery), raise_server_exceptions=False, follow_redirects=False) as client:
        client.headers.update(signed_in(Role.COUNTY, "331081"))
        yield client


def test_a_letter_goes_its_whole_way(chancery: Chancery, http: TestClient) -> None:
    """Listed, read, edited, signed, downloaded, received, answered."""
    chancery.hear(supervision())
    (listed,) = http.get("/v1/letters", params={"state": ["drafted", "edited"], "tenant": "331081"}).json()["letters"]
    way = f"/v1/letters/{listed['id']}"
    assert (listed["kind_name"], listed["number"], listed["state"]) == ("督办函", "", "drafted")

    edited = http.patch(way, json={"revision": listed["revision"], "content": {"closing": "特此督办。"}}).json()
    signed = http.post(f"{way}/sign", json={"revision": edited["revision"]}).json()
    docx = http.get(f"{way}/document.docx")
    received = http.post(f"{way}/receipt", json={"receiver": "太平街道 收文员乙"}).json()
    replied = http.post(f"{way}/reply", json={"text": "已整改。"}).json()

    assert (signed["number"], signed["signed_by"], signed["state"]) == ("温岭安委办〔2023〕1号", NAME, "signed")
    assert digest(docx.content) == signed["document_sha256"]
    assert docx.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E6%B8%A9")
    assert (received["state"], replied["state"]) == ("received", "replied")
    shown = http.get(way).json()
    assert [act["act"] for act in shown["acts"]] == ["edited", "signed", "received", "replied"]
    assert shown["content"]["closing"] == "特此督办。"
    assert {notice["recipient"] for notice in shown["notices"]} == {"office@331081001", "office@市应急管理局"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/letters/none", None, 404),
        ("POST", "/v1/letters/none/sign", {"revision": 1}, 404),
        ("POST", "/v1/letters/{id}/sign", {"revision": 99}, 409),
        ("POST", "/v1/letters/{id}/sign", {}, 400),
        ("POST", "/v1/letters/{id}/sign", {"by": "somebody else", "revision": 1}, 400),
        ("POST", "/v1/letters/{id}/receipt", {"receiver": "a\x00"}, 400),
        ("PATCH", "/v1/letters/{id}", {"revision": 1, "content": {"title": " "}}, 422),
        ("PATCH", "/v1/letters/{id}", {"revision": 1, "content": {"nonsense": "x"}}, 400),
        ("POST", "/v1/letters/{id}/withdraw", {"reason": "有误"}, 409),
        ("POST", "/v1/letters/{id}/receipt", {"receiver": "乙"}, 409),
        ("POST", "/v1/letters", {"decision_id": "none", "kind": "notice_letter"}, 404),
        ("POST", "/v1/letters", {"decision_id": "d-7", "kind": "supervision_letter"}, 409),
        ("POST", "/v1/letters", {"decision_id": "d-7", "kind": "retraction_letter"}, 409),
        ("POST", "/v1/letters", {"decision_id": "d-7", "kind": "love_letter"}, 400),
        ("GET", "/v1/letters?cursor=x", None, 400),
        ("GET", "/v1/letters?state=lost", None, 400),
        ("GET", "/v1/letters/{id}/scans/1", None, 404),
        ("GET", "/v1/letters/{id}/scans/0", None, 400),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused(
    chancery: Chancery, http: TestClient, method: str, path: str, body: Any, status: int
) -> None:
    """By a problem document; the letter stays as it was."""
    letter = chancery.drafted()

    answer = http.request(method, path.format(id=letter.id), json=body)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert chancery.letter(letter.id) == letter


def test_letters_are_listed_page_by_page(chancery: Chancery, http: TestClient) -> None:
    """Newest first, each once."""
    for n in range(5):
        chancery.hear(supervision(decision_id=f"d-{n}", occurrence=str(n)))
        chancery.clock.advance(1)
    seen, cursor = [], None
    while True:
        page = http.get("/v1/letters", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [letter["decision_id"] for letter in page["letters"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert seen == ["d-4", "d-3", "d-2", "d-1", "d-0"]


def test_the_scan_of_a_receipt_is_kept_and_is_a_receipt(chancery: Chancery, http: TestClient) -> None:
    """A file that is not what it says is refused."""
    letter = chancery.issued()
    way = f"/v1/letters/{letter.id}"
    query = {"name": "回执.pdf"}

    wrong = http.put(f"{way}/scan", params=query, content=b"MZ program", headers={"content-type": "application/pdf"})
    right = http.put(f"{way}/scan", params=query, content=PDF, headers={"content-type": "application/pdf"})

    assert (wrong.status_code, right.json()["state"]) == (415, "received")
    (scan,) = http.get(way).json()["scans"]
    kept = http.get(f"{way}/scans/{scan['id']}")
    assert (kept.content, kept.headers["content-type"]) == (PDF, "application/pdf")


def test_a_template_is_uploaded_and_used_from_then_on(
    chancery: Chancery, http: TestClient, signed_in: SignedIn
) -> None:
    """A letter that is signed already keeps its own; a version is never overwritten."""
    http.headers.update(signed_in(Role.ADMINISTRATOR))
    first = chancery.issued(supervision(decision_id="a", occurrence="a"))
    mine = (SHIPPED / "paper.docx").read_bytes()
    query = {"version": "温岭1", "organ": "331081"}

    put = http.put("/v1/letter-templates/letter", params=query, content=mine)
    again = http.put("/v1/letter-templates/letter", params=query, content=mine)
    broken = http.put("/v1/letter-templates/letter", params={**query, "version": "2"}, content=b"no zip")
    second = chancery.issued(supervision(decision_id="b", occurrence="b"))

    assert (put.status_code, again.status_code, broken.status_code) == (201, 409, 422)
    assert "DOCX" in broken.json()["detail"]
    assert (first.template_version, second.template_version) == ("2026.2", "温岭1")
    assert second.template_sha256 == put.json()["sha256"]
    assert [row["version"] for row in http.get("/v1/letter-templates").json()] == ["温岭1", "2026.2", "2026.2"]


def test_a_letter_that_left_before_a_restore_is_not_signed_again(chancery: Chancery, http: TestClient) -> None:
    """Its notices are known from the log, its number is never given again."""
    letter = chancery.issued()
    chancery.sql("DELETE FROM letter_document")
    with chancery.database.begin() as work:
        letters.keep_number(work, "331081", 2023, 7)
    chancery.sql("ALTER TABLE letter DISABLE TRIGGER letter_moves")
    chancery.sql(
        "UPDATE letter SET state = 'drafted', signed_at = NULL, signed_by = '', number = NULL WHERE id = %(id)s",
        {"id": letter.id},
    )
    chancery.sql("ALTER TABLE letter ENABLE TRIGGER letter_moves")

    refused = http.post(f"/v1/letters/{letter.id}/sign", json={"revision": letter.revision})
    other = chancery.issued(supervision(decision_id="d-8", occurrence="1"))

    assert (refused.status_code, "恢复之前已经签发" in refused.json()["detail"]) == (409, True)
    assert other.number == 8


# ---- pages


def test_letters_to_sign_are_a_page(chancery: Chancery, http: TestClient) -> None:
    """And so is one letter, as it reads; hostile text stays text."""
    record = supervision(context={**supervision().context, "site_name": "<script>甲</script>{{ 7*7 }}"})
    letter = chancery.drafted(record)

    listed, one = http.get("/letters"), http.get(f"/letters/{letter.id}")

    for page in (listed, one):
        assert page.status_code == 200
        assert "&lt;script&gt;甲&lt;/script&gt;{{ 7*7 }}" in page.text
    assert "送审稿" in one.text
    assert "三、工作要求" in one.text


def test_a_letter_is_edited_and_signed_on_its_page(chancery: Chancery, http: TestClient) -> None:
    """Somebody who saw an older text is told so; then it is signed as it was read."""
    letter = chancery.drafted()
    form = {
        "revision": letter.revision,
        "title": "关于甲一机械有限公司隐患的督办函",
        "opening": "第一段。\n第二段。",
        "addressees": "温岭市太平街道安全生产委员会办公室\n甲一机械有限公司",
        "reply_by": "2023-06-01",
    }

    edited = http.post(f"/letters/{letter.id}/edit", data=form)
    stale = http.post(f"/letters/{letter.id}/sign", data={"revision": letter.revision})
    now = chancery.letter(letter.id)
    signed = http.post(f"/letters/{letter.id}/sign", data={"revision": now.revision})

    assert (edited.status_code, stale.status_code, signed.status_code) == (303, 409, 303)
    assert "被修改过" in stale.text
    assert now.content.opening == ("第一段。", "第二段。")
    assert [party.unit for party in now.content.addressees] == ["331081001", "甲一机械有限公司"]
    shown = http.get(signed.headers["location"])
    assert "已签发，正在发出" in shown.text
    assert "温岭安委办〔2023〕1号" in shown.text
    assert "2023年6月1日24:00" in shown.text


def test_an_addressee_signs_by_the_link_alone(chancery: Chancery, http: TestClient) -> None:
    """Reads it, downloads it, signs and answers; a wrong or old link opens nothing."""
    letter = chancery.issued()
    departures = [each for each in chancery.email.take(10) if each.message.attachments]
    way = "/receipts/" + dict(departures[0].message.lines)["签收"].rpartition("/")[2]

    read, docx = http.get(way), http.get(f"{way}/letter.docx")
    signed = http.post(way, data={"unit": "太平街道", "by": "收文员乙", "reply": "已转办。"})

    assert "关于甲一机械有限公司“疏散通道被货物堵塞”隐患逾期未整改的督办函" in read.text
    assert digest(docx.content) == letter.document_sha256
    assert signed.status_code == 303
    now = chancery.letter(letter.id)
    assert (now.state, now.received_by, now.reply) == (LetterState.REPLIED, "太平街道 收文员乙", "已转办。")
    assert "已由 太平街道 收文员乙 签收" in http.get(way).text
    assert http.get("/receipts/wrong").status_code == 404
    chancery.clock.advance(61 * 86_400)
    assert http.get(way).status_code == 404


def test_the_list_of_letters_is_turned_page_by_page(
    chancery: Chancery, http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each letter on one page, newest first; a cursor that is none of ours is refused in words."""
    monkeypatch.setattr("services.notify.api.pages.letters.PAGE", 2)
    for n in range(3):
        chancery.hear(supervision(decision_id=f"d-{n}", occurrence=str(n), reason=f"第{n}件"))
        chancery.clock.advance(1)
    drafts = [each.id for each in chancery.all()]

    first = http.get("/letters")
    (onward,) = re.findall(r'href="(/letters\?shelf=sign&amp;cursor=[^"]+)"', first.text)
    second = http.get(onward.replace("&amp;", "&"))

    assert [[each for each in drafts if each in page.text] for page in (first, second)] == [drafts[1:], drafts[:1]]
    assert http.get("/letters?cursor=x").status_code == 400


@pytest.mark.parametrize("path", ["/letters/none", "/receipts/none", "/receipts/none/letter.docx"])
def test_what_is_not_there_is_a_page_too(http: TestClient, path: str) -> None:
    """In Chinese, without a word of what went wrong inside."""
    answer = http.get(path)

    assert (answer.status_code, "text/html" in answer.headers["content-type"]) == (404, True)


def test_a_letter_of_another_county_is_not_there(chancery: Chancery, http: TestClient, signed_in: SignedIn) -> None:
    """Neither in the list nor by its id; a reader may not sign."""
    letter = chancery.drafted()
    stranger, reader = signed_in(Role.COUNTY, "330402"), signed_in(Role.AUDITOR, "331081")

    assert http.get("/v1/letters", headers=stranger).json()["letters"] == []
    assert http.get(f"/v1/letters/{letter.id}", headers=stranger).status_code == 404
    assert http.get(f"/v1/letters/{letter.id}/document.docx", headers=stranger).status_code == 404
    assert http.post(f"/v1/letters/{letter.id}/sign", json={"revision": 1}, headers=stranger).status_code == 404
    assert http.post(f"/v1/letters/{letter.id}/sign", json={"revision": 1}, headers=reader).status_code == 403
    assert http.get("/v1/letters").json()["letters"] != []


def test_a_referral_is_seen_by_offices_and_the_auditor_alone(
    chancery: Chancery, http: TestClient, signed_in: SignedIn
) -> None:
    """抄告函, and what takes one back (S0-22): to a town it is not there, in no list and by no address."""
    record = supervision(measure=Measure.REFERRAL, status=Status.CONFIRMED, tenant="331081001")
    letter = chancery.drafted(record)
    town, auditor = signed_in(Role.DEPARTMENT, "331081001"), signed_in(Role.AUDITOR, "331081")
    ways = (f"/v1/letters/{letter.id}", f"/v1/letters/{letter.id}/document.docx", f"/letters/{letter.id}")

    assert letter.kind is LetterKind.REFERRAL_LETTER
    assert [http.get(way, headers=town).status_code for way in ways] == [404, 404, 404]
    assert [http.get(way, headers=auditor).status_code for way in ways] == [200, 200, 200]
    assert http.get("/v1/letters", headers=town).json()["letters"] == []
    assert letter.content.title not in http.get("/letters", headers=town).text
    assert [each["id"] for each in http.get("/v1/letters", headers=auditor).json()["letters"]] == [letter.id]
    chancery.letters.sign(letter.id, by=SIGNER)
    back = chancery.letters.withdraw(letter.id, by=SIGNER, reason="有误")
    assert http.get(f"/v1/letters/{back.id}", headers=town).status_code == 404
