"""The same-day board and the pages of sites, over the sample and a day on which two teams were out."""

import re
from collections.abc import Callable, Sequence
from html import unescape

import pytest
from starlette.testclient import TestClient

from contracts.facts import Fact
from contracts.vocabulary import RuleId, Status
from tests.integration.reporting_read_models.log import decided
from tests.unit.services.reporting.facts import at, fact, follow, reported

EARLY, LATE = at("2023-06-01 08:30"), at("2023-06-01 11:00")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.fixture(scope="module")
def out(client: TestClient, feed: Callable[[Sequence[Fact]], None]) -> TestClient:
    """Team 1 found three things this morning and handed one over; one was put right at once, one missed its day."""
    feed(
        [
            fact("inspection.completed", EARLY, event_id="i1", inspection_id="I-1", kind="special", team_id="第一组"),
            reported(EARLY, event_id="t1", hazard_id="T-1", inspection_id="I-1"),
            reported(LATE, event_id="t2", hazard_id="T-2", inspection_id="I-1", level="major"),
            reported(LATE, event_id="t3", hazard_id="T-3", inspection_id="I-1"),
            follow("handed_over", at("2023-06-01 11:30"), event_id="h3", hazard_id="T-3", to_unit="示范机械有限公司"),
            reported(LATE, event_id="t4", hazard_id="T-4", fixed_on_the_spot=True),
            reported(at("2023-05-31 22:00"), event_id="t5", hazard_id="T-5"),
            decided("T-1", Status.RAISED, EARLY, number=50, rule=RuleId.REPEAT_OFFENCE, step=""),
        ]
    )
    return client


def test_the_board_counts_down_to_midnight(out: TestClient) -> None:
    """What waits, how long the day has, and who has to hand over."""
    seen = text_of(out.get("/today").text)

    assert "距 24:00 还有 12 小时 01 分" in seen
    assert "今日发现 3 当场整改的不计 已交办 1 33.3% 待交办 2" in seen
    assert "第一组 2 3 0/1 3 小时 29 分" in seen
    assert "T-5 一般 示范机械有限公司 疏散通道被货物堵塞 城西街道 2023-05-31 22:00 13 小时 59 分" in seen


def test_what_was_found_first_stands_first(out: TestClient) -> None:
    """And what was put right on the spot waits for nobody."""
    waiting = out.get("/today").text.partition('aria-labelledby="missed"')[0]

    assert ["T-1", "T-2"] == re.findall(r'class="id"><a href="[^"]+">([^<]+)</a>', waiting)


def test_the_board_renews_itself(out: TestClient) -> None:
    """By the same address, once a minute."""
    html = out.get("/today?tenant=331081003").text

    assert 'hx-get="/today?tenant=331081003" hx-trigger="every 60s"' in html


def test_a_site_is_found_by_a_part_of_its_name(out: TestClient) -> None:
    """Wherever the part stands; signs of a pattern are text."""
    assert "示范机械有限公司" in out.get("/sites", params={"q": "机械"}).text
    assert "没有符合条件的场所" in out.get("/sites", params={"q": "%"}).text


def test_the_worst_sites_stand_first(out: TestClient) -> None:
    """Without a name those with most that is overdue."""
    assert ["/sites/331081:test:S-1", "/sites/331081:other:S-1", "/sites/331081:test:S-2"] == re.findall(
        r'<a href="(/sites/[^"]+)"', out.get("/sites").text
    )


def test_a_site_shows_what_was_found_there(out: TestClient) -> None:
    """With its sums, and how often something came back."""
    html = out.get("/sites/331081:test:S-1").text
    seen = text_of(html)

    assert "未销号 7 逾期未整改 2 累计上报 8 一年内反复 1" in seen
    assert "一年内反复 1 次" in seen
    assert 8 == html.count('class="id"')


def test_a_hazard_leads_to_its_site_and_shows_how_its_days_count(out: TestClient) -> None:
    """The day of the report is not counted, the twelfth is the last."""
    html = out.get("/hazards/H-1").text
    seen = text_of(html)

    assert '<a href="/sites/331081:test:S-1">示范机械有限公司</a>' in html
    assert "5月8日（星期一）上报当日不计，5月20日（星期六）为第 12 天，至 24:00 止" in seen
    assert "5/8 始 5/9 1 5/10 2" in seen


def test_a_decision_shows_the_words_of_its_clauses(out: TestClient) -> None:
    """As the notice has them."""
    assert "条款原文" in out.get("/hazards/H-1").text


@pytest.mark.parametrize("path", ["/sites/nothing", "/sites/331081:test:S-404", "/sites/331081:test:"])
def test_a_site_that_is_not_known_is_said_in_words(out: TestClient, path: str) -> None:
    """With a way back."""
    answer = out.get(path)

    assert (404, True) == (answer.status_code, "没有这个场所" in answer.text)


def test_a_quiet_day_is_said_so(empty: TestClient) -> None:
    """Nothing found is an answer with its moment."""
    assert "今日没有新发现的隐患" in empty.get("/today?tenant=330402").text
