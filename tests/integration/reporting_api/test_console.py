"""The pages show what the routes answer, escape what others wrote, and say so when they cannot answer."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from contracts.roles import Role
from runtime.database import Database
from runtime.errors import Unavailable
from runtime.pages.frame import POLICY
from tests.conftest import SignedIn

PAGES = (
    "/",
    "/?tenant=331081",
    "/hazards",
    "/hazards?overdue=1",
    "/hazards/H-1",
    "/hazards/331081:test:117",
    "/hazards/117",
    "/today",
    "/sites",
    "/sites/331081:test:S-2",
)


def text_of(html: str) -> str:
    """What a reader sees, in one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_html_under_the_closed_policy(client: TestClient, page: str) -> None:
    """Every page answers 200 with the policy and is never kept by a cache."""
    answer = client.get(page)

    assert (200, "text/html; charset=utf-8", POLICY, "no-store") == (
        answer.status_code,
        answer.headers["content-type"],
        answer.headers["content-security-policy"],
        answer.headers["cache-control"],
    )


@pytest.mark.parametrize("page", [*PAGES, "/hazards?sector=消防", "/hazards/%3Cscript%3E%2F4%3F"])
def test_hostile_text_never_becomes_markup(client: TestClient, page: str) -> None:
    """No script but the files of the frame, no bold from a site's name, braces stay braces."""
    html = client.get(page).text

    assert all(
        re.fullmatch(r'<script src="/static/[^"]+\.js" defer>', tag) for tag in re.findall(r"<script[^>]*>", html)
    )
    assert "<b>示范" not in html


def test_the_overview_says_what_came_and_went(client: TestClient) -> None:
    """The trend ends today and adds up; ages add up to what is open; the causes are named."""
    html = client.get("/").text
    total = client.get("/v1/summary").json()["total"]
    days = re.findall(r'<th scope="row">(\d{4}-\d\d-\d\d)</th><td class="n">(\d+)</td><td class="n">(\d+)</td>', html)
    ages = re.search(r'aria-labelledby="ages">.*?</table>', html, re.DOTALL)
    assert ages is not None
    counted = re.findall(r"(\d+)</td></tr>", ages.group())

    assert (30, "2023-06-01") == (len(days), days[-1][0])
    assert total["reported"] == sum(int(reported) for _, reported, _ in days)
    assert total["closed"] == sum(int(closed) for *_, closed in days)
    assert total["open"] == sum(map(int, counted))


def test_braces_are_text(client: TestClient) -> None:
    """What looks like a template is shown as it was written."""
    assert "{{7*7}}&lt;script&gt;alert(1)&lt;/script&gt;" in client.get("/hazards?sector=消防").text


def test_the_overview_counts_what_the_summary_counts(client: TestClient) -> None:
    """The same numbers for the same moment, with the moment on the page."""
    total = client.get("/v1/summary").json()["total"]
    html = client.get("/").text
    figures = dict(re.findall(r'<span class="label">([^<]+)</span><strong>([^<]+)</strong>', html))

    assert {
        "未销号": str(total["open"]),
        "逾期未整改": str(total["overdue"]),
        "复查不合格": str(total["failed"]),
        "待复查": str(total["awaiting_reinspection"]),
        "已销号": str(total["closed"]),
        "累计上报": str(total["reported"]),
        "按期整改率 · 近 30 天": "100.0%",
        "反复隐患 · 近 30 天": "0",
    } == figures
    assert "数据截至 2023-06-01 11:59:00" in text_of(html)


def test_the_longest_overdue_stands_first(client: TestClient) -> None:
    """117 since 16 May, H-1 since 21 May, as of 1 June."""
    html = client.get("/").text

    assert ["/hazards/331081:test:117", "/hazards/331081:test:H-1"] == re.findall(
        r'<li>\s*<a href="(/hazards/[^"]+)"><span class="site">', html
    )
    assert ["逾期 17 天", "逾期 12 天"] == re.findall(r'<span class="when"><span class="said bad">([^<]+)</span>', html)


def test_decisions_of_the_day_are_listed(client: TestClient) -> None:
    """One was decided on 1 June; those of other days are not repeated."""
    seen = text_of(client.get("/").text)

    assert "2023年6月1日 星期四，共 1 项" in seen
    assert "待审定 重大隐患挂牌 · 督办函 · 镇（街道） · 城西街道 建议挂牌督办。" in seen


def test_a_failed_re_inspection_reads_clearly(client: TestClient) -> None:
    """In red, with what is to be done and since when it is overdue."""
    html = client.get("/hazards/331081:test:117").text

    assert '<p class="verdict bad" role="alert"><b>复查不合格，重新整改</b>' in html
    assert "2023-05-17 09:00 复查认定未整改到位。逾期 17 天。" in text_of(html)
    assert "自 2023-05-16 00:00 起" in text_of(html)


def test_a_hazards_page_tells_its_story(client: TestClient) -> None:
    """Happened, known, what, from where; the notice with its recipient."""
    seen = text_of(client.get("/hazards/H-1").text)

    assert "2023-05-08 09:00 2023-05-08 09:00 事实 隐患上报" in seen
    assert "逾期未整改 · 督办函（首次） 状态 已发出 理由 整改期限已过，尚未整改。" in seen
    assert "通知 · 已送达 事由 逾期未整改 · 督办函（首次） 接收人 town-office 渠道 电子邮件" in seen
    assert "2023-05-20（至 24:00）" in seen


@pytest.mark.parametrize(
    ("asked", "count"), [("overdue=1", 2), ("unfinished=1", 4), ("state=failed", 1), ("level=major", 1), ("q=塑料", 1)]
)
def test_the_ledger_is_filtered(client: TestClient, asked: str, count: int) -> None:
    """As many rows as it says there are, and the form keeps what was asked."""
    html = client.get(f"/hazards?{asked}").text

    assert count == html.count('<th scope="row" class="id">')
    assert f"共 {count} 项" in html


def test_an_id_that_two_systems_use_offers_both(client: TestClient) -> None:
    """The page names the systems and leads to each."""
    html = client.get("/hazards/117").text

    assert ["/hazards/331081:other:117", "/hazards/331081:test:117"] == re.findall(
        r'class="id"><a href="([^"]+)"', html
    )


def test_nothing_found_is_said_with_the_moment(client: TestClient) -> None:
    """An empty list is an answer and offers a way back."""
    html = client.get("/hazards?q=没有的").text

    assert "没有符合条件的隐患" in html
    assert "截至 2023-06-01 11:59:00，没有隐患符合以上条件" in text_of(html)


def test_an_area_without_hazards_is_no_error(client: TestClient) -> None:
    """It is named, and nothing is made up for it."""
    assert "“南湖区”尚无已接收的隐患" in client.get("/?tenant=330402").text


@pytest.mark.parametrize(
    ("page", "status", "words"),
    [
        ("/hazards/nope", 404, "没有这条隐患"),
        ("/hazards?cursor=x", 400, "无法理解这个请求"),
        ("/hazards?state=lost", 400, "无法理解这个请求"),
        ("/static/../main.py", 404, ""),
        ("/static/0/main.py", 404, "没有找到"),
    ],
)
def test_trouble_is_a_page_too(client: TestClient, page: str, status: int, words: str) -> None:
    """Words and a trace id instead of a bare document."""
    answer = client.get(page)

    assert (status, True) == (answer.status_code, words in answer.text)


def test_a_database_that_is_away_is_a_page(
    client: TestClient, served: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with words; a defect is 500 with a trace id and not a word of the exception."""

    def away(*_: object) -> None:
        raise Unavailable("postgresql://secret@host")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(served, "begin", away)
    missing = client.get("/")
    monkeypatch.setattr(served, "begin", broken)
    defect = client.get("/hazards")

    assert (503, True, False) == (missing.status_code, "暂时无法读取数据" in missing.text, "secret" in missing.text)
    assert (500, True, False) == (defect.status_code, "追踪号" in defect.text, "secret" in defect.text)


def test_the_navigation_leads_where_one_may_go(client: TestClient, signed_in: SignedIn) -> None:
    """Beside the ledger stand the tip-offs for who has a part in them alone."""
    roles = (Role.COUNTY, Role.TEAM)
    office, team = (client.get("/hazards", headers=signed_in(role, "331081")).text for role in roles)

    assert [True, True] == ['/sites"' in page for page in (office, team)]
    assert [True, False] == ['/tip-offs"' in page for page in (office, team)]
