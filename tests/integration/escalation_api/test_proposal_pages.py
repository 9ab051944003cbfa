"""An office reads what waits for it, with the grounds, and decides on the page: once, with reason and document."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from contracts.roles import Role
from runtime.database import Database
from runtime.pages.frame import POLICY
from tests.conftest import SignedIn
from tests.integration.escalation_decisions.log import rows

SAID = {"answer": "confirm", "reason": "事实清楚", "document_no": "温安〔2023〕11号"}


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.fixture
def proposal(api: TestClient) -> str:
    (path,) = set(re.findall(r'href="(/proposals/[^"?]+)"', api.get("/proposals").text))
    return str(path)


def words(database: Database) -> list[tuple[str, str]]:
    return rows(database, "SELECT verdict, said_by FROM word")


def test_the_list_shows_what_waits(api: TestClient, proposal: str) -> None:
    """With the reason that an official can read out, under the closed policy."""
    answer = api.get("/proposals")

    assert (200, POLICY) == (answer.status_code, answer.headers["content-security-policy"])
    assert "挂牌督办" in text_of(answer.text)
    assert "待审定" in text_of(answer.text)


def test_a_proposal_shows_its_grounds(api: TestClient, proposal: str) -> None:
    """The rule, the words of its clauses, the facts, and the form."""
    seen = text_of(api.get(proposal).text)

    assert "wenling-2023" in seen
    assert "温岭" in seen
    assert "隐患上报" in seen
    assert "理由（必填）" in seen


def test_a_word_is_taken_once(api: TestClient, database: Database, proposal: str) -> None:
    """Then the page says that it is on its way, and the second one is told that it is too late."""
    taken = api.post(proposal, data=SAID, follow_redirects=True)
    second = api.post(proposal, data={**SAID, "answer": "reject"})

    assert "已提交。" in taken.text
    assert "提交，等待生效" in text_of(taken.text)
    assert "已提交，等待生效" in text_of(api.get("/proposals").text)
    assert (409, True) == (second.status_code, "以先提交的为准" in second.text)
    assert [("confirmed", "province.all")] == words(database)


@pytest.mark.parametrize(
    ("said", "status", "sentence"),
    [
        pytest.param({**SAID, "reason": " "}, 400, "须写明理由", id="no reason"),
        pytest.param({**SAID, "document_no": ""}, 400, "确认须有文号", id="no document"),
        pytest.param({**SAID, "answer": "perhaps"}, 400, "填写的内容", id="neither yes nor no"),
        pytest.param({**SAID, "reason": "很" * 1001}, 400, "填写的内容", id="too long"),
    ],
)
def test_a_word_that_cannot_be_taken_says_why(
    api: TestClient, database: Database, proposal: str, said: dict[str, str], status: int, sentence: str
) -> None:
    """In Chinese, and nothing is kept."""
    answer = api.post(proposal, data=said)

    assert (status, True) == (answer.status_code, sentence in answer.text)
    assert [] == words(database)


def test_who_is_not_asked_only_reads(api: TestClient, signed_in: SignedIn, proposal: str) -> None:
    """A team sees the grounds and no form; its word is not taken."""
    team = signed_in(Role.TEAM, "331081")
    page = api.get(proposal, headers=team)
    said = api.post(proposal, data=SAID, headers=team)

    assert (200, False) == (page.status_code, "<textarea" in page.text)
    assert "不能审定" in page.text
    assert 403 == said.status_code


def test_another_county_sees_nothing_of_it(api: TestClient, signed_in: SignedIn, proposal: str) -> None:
    """Neither in its list nor by its address."""
    other = signed_in(Role.COUNTY, "330402")

    assert "没有待审定的事项" in api.get("/proposals", headers=other).text
    assert 404 == api.get(proposal, headers=other).status_code


@pytest.mark.parametrize("view", ["confirmed", "rejected"])
def test_what_was_decided_has_a_list_of_its_own(api: TestClient, view: str) -> None:
    """Empty so far, which is said."""
    assert "还没有这样的决定" in api.get(f"/proposals?view={view}").text


def test_a_cursor_of_another_list_is_said_in_words(api: TestClient) -> None:
    """A page, not a bare document."""
    answer = api.get("/proposals?cursor=x")

    assert (400, True) == (answer.status_code, "无法理解这个请求" in answer.text)
