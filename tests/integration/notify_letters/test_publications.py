"""What is published is byte for byte what was signed, and nobody needs an account to read it (S2-38, S3-24, S3-31)."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from contracts.roles import Role
from contracts.vocabulary import LetterKind, Status
from services.notify.core.letters.letter import Letter
from services.notify.exports.docx import digest
from tests.conftest import SignedIn
from tests.integration.notify_letters.chancery import SIGNER, Chancery, api
from tests.telephones import CARRIER
from tests.unit.services.notify.core.letters.writing import supervision, talk

TALKED = {"clauses": ("S3-21", "S3-24")}
WORDS = "镇街已完成整改，举一反三排查同类场所32家。"


@pytest.fixture
def http(chancery: Chancery) -> Iterator[TestClient]:
    """The API and the pages for whoever comes."""
    with TestClient(api(chancery), raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def published(chancery: Chancery) -> Letter:
    """The publication that a confirmed talk drafts, filled in and signed."""
    draft = chancery.drafted(talk(**TALKED), LetterKind.PUBLICATION)
    filled = chancery.letters.edit(draft.id, {"demands": [f"处理和整改情况：{WORDS}"]}, by=SIGNER)
    return chancery.letters.sign(filled.id, by=SIGNER)


def test_a_signed_text_is_read_by_everybody(chancery: Chancery, http: TestClient) -> None:
    """S3-24, S3-31: the file has the hash that was signed; the page says the same; nobody reads who signed it."""
    letter = published(chancery)

    (listed,) = http.get("/v1/publications").json()
    docx = http.get(listed["document"])
    page = http.get(f"/publications/{letter.id}")

    assert listed == http.get(f"/v1/publications/{letter.id}").json()
    assert (listed["sha256"], digest(docx.content)) == (letter.document_sha256, letter.document_sha256)
    assert docx.content == chancery.letters.paper(letter.id)[1]
    assert (WORDS in page.text, letter.document_sha256 in page.text, SIGNER in page.text) == (True, True, False)
    assert letter.content.title in http.get("/publications").text
    assert "主导航" not in page.text, "it leads nowhere inside"


def test_a_draft_is_nobody_elses(chancery: Chancery, http: TestClient) -> None:
    """Not by its address either, and other letters are not found here even when they are signed."""
    draft = chancery.drafted(talk(**TALKED), LetterKind.PUBLICATION)
    other = chancery.issued()

    for letter in (draft, other):
        for path in (
            f"/publications/{letter.id}",
            f"/v1/publications/{letter.id}",
            f"/v1/publications/{letter.id}/document.docx",
        ):
            assert http.get(path).status_code == 404
    assert http.get("/v1/publications").json() == []


def test_what_was_taken_back_is_public_no_more(chancery: Chancery, http: TestClient) -> None:
    """T13: the address says that it was taken back; the list leaves it out."""
    letter = published(chancery)
    back = chancery.letters.withdraw(letter.id, by=SIGNER, reason="事实有误")
    chancery.letters.sign(back.id, by=SIGNER)

    gone = [http.get(f"{way}/{letter.id}").status_code for way in ("/publications", "/v1/publications")]

    assert gone == [410, 410]
    assert http.get("/v1/publications").json() == []


def test_personal_data_stops_a_signature(chancery: Chancery, http: TestClient, signed_in: SignedIn) -> None:
    """S3-31: the refusal says what to take out; after that it is published."""
    draft = chancery.drafted(talk(**TALKED), LetterKind.PUBLICATION)
    http.headers.update(signed_in(Role.COUNTY, "331081"))
    edited = chancery.letters.edit(draft.id, {"demands": [f"联系人手机 {CARRIER}。"]}, by=SIGNER)

    refused = http.post(f"/v1/letters/{draft.id}/sign", json={"revision": edited.revision})
    mended = chancery.letters.edit(draft.id, {"demands": [WORDS]}, by=SIGNER)
    done = http.post(f"/v1/letters/{draft.id}/sign", json={"revision": mended.revision})

    assert (refused.status_code, refused.json()["detail"]) == (409, "公开文本中有手机号码，请先删去")
    assert (done.status_code, len(http.get("/v1/publications").json())) == (200, 1)


def test_a_typical_case_is_drafted_by_a_person_beside_another_letter(
    chancery: Chancery, http: TestClient, signed_in: SignedIn
) -> None:
    """S2-38: 典型执法案例公开. The page of a letter leads to it."""
    letter = chancery.issued()
    http.headers.update(signed_in(Role.COUNTY, "331081"))

    led = http.post(f"/letters/{letter.id}/beside", data={"kind": "publication"})
    page = http.get(led.headers["location"])

    assert (led.status_code, "典型案例的通告" in page.text, "签发并公开" in page.text) == (303, True, True)


def test_a_restricted_matter_is_not_even_drafted_for_the_public(
    chancery: Chancery, http: TestClient, signed_in: SignedIn
) -> None:
    """S0-22, S3-27: nobody can make it public by mistake."""
    chancery.hear(supervision(decision_id="d-r", restricted=True))
    http.headers.update(signed_in(Role.COUNTY, "331081"))

    refused = http.post("/v1/letters", json={"decision_id": "d-r", "kind": "publication"})

    assert (refused.status_code, "不得公开" in refused.json()["detail"]) == (409, True)


def test_a_suspected_crime_is_seen_by_offices_and_the_auditor_alone(
    chancery: Chancery, http: TestClient, signed_in: SignedIn
) -> None:
    """S2-38: 行刑衔接. A department that may read other letters finds no such letter."""
    chancery.hear(supervision(status=Status.RAISED))
    http.headers.update(signed_in(Role.COUNTY, "331081"))
    made = http.post("/v1/letters", json={"decision_id": "d-7", "kind": "crime_referral"}).json()

    seen = {}
    for role in (Role.COUNTY, Role.AUDITOR, Role.DEPARTMENT):
        http.headers.update(signed_in(role, "331081"))
        listed = {letter["id"] for letter in http.get("/v1/letters").json()["letters"]}
        seen[role] = (http.get(f"/v1/letters/{made['id']}").status_code, made["id"] in listed)

    assert seen == {Role.COUNTY: (200, True), Role.AUDITOR: (200, True), Role.DEPARTMENT: (404, False)}
