"""People name views of the ledger: each sees, changes and forgets their own alone."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from contracts.roles import Role
from runtime.database import Database
from services.reporting.api.console.views import of_ledger
from services.reporting.store.views import MOST_VIEWS
from tests.conftest import SignedIn

QUERY = "level=major&overdue=1"


@pytest.fixture
def clerk(client: TestClient, database: Database, signed_in: SignedIn) -> Iterator[TestClient]:
    """A county's clerk without any view."""
    with database.begin() as work:
        work.connection.execute("TRUNCATE saved_view")
    before = dict(client.headers)
    client.headers.update(signed_in(Role.COUNTY, "331081"))
    yield client
    client.headers.update(before)


def save(client: TestClient, name: str, query: str = QUERY) -> tuple[int, str]:
    answer = client.post("/hazards/views", data={"name": name, "query": query}, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", "")


def named(client: TestClient) -> list[tuple[str, str]]:
    """(query, name) of the views that the ledger offers."""
    html = client.get("/hazards").text
    return re.findall(r'<li><a href="/hazards\?([^"]*)"[^>]*>([^<]*)</a>', html)


def test_a_view_leads_back_to_what_was_chosen(clerk: TestClient) -> None:
    """It is offered on the ledger, marked where one stands on it, and gone once forgotten."""
    assert save(clerk, " 重大逾期 ") == (303, f"/hazards?{QUERY}")
    assert named(clerk) == [(QUERY.replace("&", "&amp;"), "重大逾期")]
    assert 'aria-current="true">重大逾期' in clerk.get(f"/hazards?{QUERY}").text

    clerk.post("/hazards/views/forget", data={"name": "重大逾期"})

    assert named(clerk) == []


def test_the_same_name_is_the_same_view(clerk: TestClient) -> None:
    """Saved again under its name it stands for what was chosen last."""
    save(clerk, "甲")
    save(clerk, "甲", "state=closed")

    assert named(clerk) == [("state=closed", "甲")]


def test_nobody_sees_or_forgets_the_views_of_others(clerk: TestClient, signed_in: SignedIn) -> None:
    """Not even who may see everything else."""
    save(clerk, "甲")
    own = dict(clerk.headers)
    clerk.headers.update(signed_in(Role.PROVINCE))

    assert named(clerk) == []
    clerk.post("/hazards/views/forget", data={"name": "甲"})
    clerk.headers.update(own)
    assert [name for _, name in named(clerk)] == ["甲"]


def test_as_many_as_one_person_keeps(clerk: TestClient) -> None:
    """One more is refused with what to do; a name that is there may still change."""
    for number in range(MOST_VIEWS):
        assert save(clerk, f"视图{number}")[0] == 303

    refused = clerk.post("/hazards/views", data={"name": "多一个", "query": QUERY})

    assert refused.status_code == 409
    assert f"每人最多保存 {MOST_VIEWS} 个视图：请先删除不用的。" in refused.text
    assert save(clerk, "视图0", "state=closed")[0] == 303


@pytest.mark.parametrize(("name", "status"), [("", 400), ("  ", 400), ("长" * 41, 400), ("a\nb", 400), ("<b>", 303)])
def test_what_a_view_may_be_called(clerk: TestClient, name: str, status: int) -> None:
    """Something to read, in one line; markup stays text."""
    assert save(clerk, name)[0] == status
    assert "<b></a>" not in clerk.get("/hazards").text


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("overdue=1&level=major", QUERY),
        ("cursor=abc&state=closed", "state=closed"),
        ("next=https://elsewhere.example&q=%E9%98%80", "q=%E9%98%80"),
        ("q=a%26b%3Dc", "q=a%26b%3Dc"),
        ("", ""),
    ],
)
def test_only_what_the_ledger_asks_is_kept(query: str, kept: str) -> None:
    """In one order, so that the same view is known again; a place in the list is no part of it."""
    assert of_ledger(query) == kept
