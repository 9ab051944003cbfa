"""Every page has its moment, its way to the others and a closed policy, and nothing on it runs."""

import re

import pytest
from starlette.testclient import TestClient

from runtime.pages import Person
from runtime.pages.frame import POLICY


def test_a_page_says_how_old_its_numbers_are(client: TestClient) -> None:
    """In Asia/Shanghai; a warning stands there only once they are older than agreed."""
    fresh, old, none = (client.get(path).text for path in ("/toys", "/toys?minutes=6", "/toys/none"))

    assert '<time datetime="2023-06-01T04:00:00+00:00">2023-06-01 12:00:00</time>' in fresh
    assert [False, True] == ["尚未更新到当前时刻" in text for text in (fresh, old)]
    assert "数据截至" not in none


def test_a_page_leads_to_all_others(client: TestClient) -> None:
    """Groups above, the pages of one's own group below; what is open is marked once."""
    text = client.get("/toys?red=1&what=x").text

    assert {"http://127.0.0.1:23301/toys", "http://127.0.0.1:23301/toys?red=1", "/books"} == set(
        re.findall(r'<a href="([^"#]+)"', text)
    )
    assert ['red=1" aria-current="page">红色'] == re.findall(r'red=1" aria-current="page">..', text)


def test_the_policy_is_closed(client: TestClient) -> None:
    """Everything is refused unless named, nothing unsafe is named, and pages are never kept."""
    answer = client.get("/toys")

    assert (POLICY, "no-store") == (answer.headers["content-security-policy"], answer.headers["cache-control"])
    assert POLICY.startswith("default-src 'none';")
    assert "unsafe" not in POLICY


def test_what_is_shown_is_escaped(client: TestClient) -> None:
    """Hostile text stands on the page as text."""
    text = client.get("/toys", params={"what": "{{7*7}}<script>alert(1)</script>"}).text

    assert "<p>{{7*7}}&lt;script&gt;alert(1)&lt;/script&gt;</p>" in text


def test_a_name_that_nobody_gave_is_a_defect(client: TestClient) -> None:
    """An empty place would look like a number that is missing."""
    assert 500 == client.get("/toys/forgotten").status_code


@pytest.mark.parametrize("person", [Person("<张>", "示范镇", "/leave")])
def test_who_is_signed_in_is_named(client: TestClient) -> None:
    """With their unit, and a way out."""
    text = client.get("/toys").text

    assert "&lt;张&gt;<small>示范镇</small>" in text
    assert '<form class="person" action="/leave" method="post">' in text


def test_nobody_is_named_where_nobody_is_signed_in(client: TestClient) -> None:
    """The slot is empty."""
    assert 'class="person"' not in client.get("/toys").text
