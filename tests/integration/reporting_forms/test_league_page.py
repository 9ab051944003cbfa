"""S2-17, S2-18: a clerk reads the table, opens the sum behind a score, objects; the office answers and publishes."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from contracts.divisions import Divisions
from contracts.roles import Role
from runtime.database import Database
from runtime.testing import ManualClock
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings
from tests.conftest import SignedIn
from tests.integration.reporting_api.test_console import text_of
from tests.integration.reporting_forms.conftest import Feed
from tests.integration.reporting_forms.test_league import TENANT, TOWNS, month
from tests.unit.services.reporting.facts import at

Client = TestClient
AFTER_CUT_OFF = at("2023-06-04 10:00")
AFTER_OBJECTIONS = at("2023-06-07 09:00")


@pytest.fixture
def clock() -> ManualClock:
    """While objections are taken."""
    return ManualClock(AFTER_CUT_OFF)


@pytest.fixture
def client(
    database: Database, database_url: str, divisions: Divisions, clock: ManualClock, signed_in: SignedIn, feed: Feed
) -> Iterator[Client]:
    """The API with the month's hazards, as the county's office."""
    with database.begin() as work:
        work.connection.execute("TRUNCATE league_objection, league_publication, outbox")
    feed(month(), AFTER_CUT_OFF)
    settings = ReportingSettings.model_validate({"database_url": database_url})
    with TestClient(api_app(settings, database, divisions, clock), follow_redirects=False) as client:
        client.headers.update(signed_in(Role.COUNTY, TENANT))
        yield client


def page(client: Client, path: str = "/league") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def ids_of_objections(html: str) -> list[str]:
    return re.findall(r"/objections/([0-9a-f-]{36})/answer", html)


def test_the_month_before_stands_first_with_its_order(client: Client) -> None:
    """Nobody has to ask for a committee or a month."""
    text = text_of(page(client))

    assert "月晾晒 2023年5月，异议期（至" in text
    assert "尚未更新到当前时刻" not in text
    assert text.index("城东街道") < text.index("城西街道")
    assert "末位，建议约谈" not in text  # three units have a place, and the rule would propose all three


def test_a_score_opens_onto_its_hazards(client: Client) -> None:
    """From the table to the sum, from the sum to a hazard."""
    address = f"/league/2023-05/{TOWNS[1]}?tenant={TENANT}"
    assert address in page(client)

    html = page(client, address)

    assert "3÷5＝0.6000" in html
    assert 'href="/hazards/331081%3Atest%3A2-0"' in html or 'href="/hazards/331081:test:2-0"' in html


def test_from_objection_to_publication(client: Client, clock: ManualClock, signed_in: SignedIn) -> None:
    """A town objects on the page, the office answers on the page, then publishes on the page."""
    office = dict(client.headers)
    client.headers.update(signed_in(Role.DEPARTMENT, TOWNS[2]))
    html = page(client)
    assert "提交异议" in html
    assert "公布 2023-05 排名" not in html
    sent = client.post(
        f"/league/2023-05/objections?tenant={TENANT}", data={"unit": TOWNS[2], "reason": "<b>三条</b>已按期"}
    )
    assert (303, f"/league?tenant={TENANT}&period=2023-05&done=objected") == (
        sent.status_code,
        sent.headers["location"],
    )
    assert "异议已提交" in page(client, sent.headers["location"])
    assert not ids_of_objections(page(client)), "who objects does not answer"

    client.headers.update(office)
    html = page(client)
    assert "&lt;b&gt;三条&lt;/b&gt;已按期" in html
    (identity,) = ids_of_objections(html)
    answered = client.post(
        f"/league/2023-05/objections/{identity}/answer?tenant={TENANT}",
        data={"words": "经核查维持", "accepted": "false"},
    )
    assert answered.status_code == 303
    assert "经核查维持" in page(client)

    clock.advance(to=AFTER_OBJECTIONS)
    assert "公布 2023-05 排名" in page(client)
    told = client.post(f"/league/2023-05/publish?tenant={TENANT}", data={"document_no": "温安委办〔2023〕9号"})
    assert told.headers["location"].endswith("done=published")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/league?period=2023-04", "没有月晾晒评价办法"),
        ("/league?period=2023-13", "填写的内容或查询条件有误"),
        ("/league?period=0000-01", "填写的内容或查询条件有误"),
        (f"/league/2023-05/999999?tenant={TENANT}", "999999 不参加月晾晒；参加的有：太平街道、城东街道"),
    ],
)
def test_what_is_not_there_is_said_in_words(client: Client, path: str, said: str) -> None:
    """An empty month is a page, a month that is none and a unit that is none are errors in words."""
    assert said in text_of(client.get(path).text)


def test_who_has_no_league_is_told_so(client: Client, signed_in: SignedIn) -> None:
    """A county of another city sees that it has none, and nothing of this one's."""
    client.headers.update(signed_in(Role.COUNTY, "330402"))

    assert "您所在的辖区没有月晾晒评价办法" in text_of(page(client))
    assert client.get(f"/league/2023-05/{TOWNS[1]}?tenant={TENANT}").status_code == 404
    assert "没有这个月的排名" in text_of(page(client, f"/league?tenant={TENANT}"))


def test_an_empty_reason_is_refused(client: Client) -> None:
    """Blanks are no reason."""
    sent = client.post(f"/league/2023-05/objections?tenant={TENANT}", data={"unit": TOWNS[2], "reason": "  "})

    assert sent.status_code == 400
