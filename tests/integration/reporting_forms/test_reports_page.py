"""Somebody chooses a unit, a day and a moment once, and every form is one click away."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from contracts.divisions import Divisions
from contracts.roles import Role
from runtime.database import Database
from runtime.testing import ManualClock
from services.reporting.core.forms.kinds import KINDS
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings
from tests.conftest import SignedIn
from tests.integration.reporting_api.test_console import text_of
from tests.integration.reporting_forms.conftest import Feed
from tests.integration.reporting_forms.test_league import TENANT, month
from tests.unit.services.reporting.facts import at

Client = TestClient
CHOSEN = f"/reports?tenant={TENANT}&date=2023-05-20&as_of=2023-05-20T18:00"


@pytest.fixture
def client(
    database: Database, database_url: str, divisions: Divisions, signed_in: SignedIn, feed: Feed
) -> Iterator[Client]:
    """The API with a month's hazards, as the county's office."""
    feed(month(), at("2023-06-04 10:00"))
    settings = ReportingSettings.model_validate({"database_url": database_url})
    with TestClient(api_app(settings, database, divisions, ManualClock(at("2023-06-04 10:00")))) as client:
        client.headers.update(signed_in(Role.COUNTY, TENANT))
        yield client


def addresses(client: Client, path: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="(/v1/reports/[^"]+)"', client.get(path).text)]


def test_every_form_can_be_opened_for_what_was_chosen(client: Client) -> None:
    """Each of its addresses answers; the moment that was chosen in Shanghai is the moment of the data."""
    found = addresses(client, CHOSEN)
    assert len(found) == 4 * len(KINDS)

    for address in (each for each in found if "format=json" in each):
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.text)
        assert answer.headers["x-as-of"] == "2023-05-20T18:00:00+08:00"


def test_nothing_needs_to_be_chosen(client: Client) -> None:
    """A clerk's own unit is there already."""
    assert all(f"tenant={TENANT}" in address for address in addresses(client, "/reports"))


@pytest.mark.parametrize("asked", ["date=2023-02-30", "since=2023-13-01", "as_of=2023-05-20T25:00"])
def test_a_day_that_is_none_is_said(client: Client, asked: str) -> None:
    """By its own words, and the list stays."""
    answer = client.get(f"/reports?tenant={TENANT}&{asked}")

    assert answer.status_code == 200
    assert f"{asked.partition('=')[2]} 不是日历上的日期" in text_of(answer.text)


def test_teams_and_stages_are_those_of_the_unit(client: Client, signed_in: SignedIn) -> None:
    """嘉兴 has teams, 温岭 has none."""
    assert 'id="team"' not in client.get(CHOSEN).text

    client.headers.update(signed_in(Role.CITY, "330400"))

    assert 'id="team"' in client.get("/reports?tenant=330400").text


def test_another_unit_gives_nothing_away(client: Client) -> None:
    """The page shows addresses only; what they answer is not found."""
    found = addresses(client, "/reports?tenant=330400")

    assert {client.get(address).status_code for address in found} == {404}


def test_a_long_form_is_ordered_and_stands_beside(client: Client, signed_in: SignedIn) -> None:
    """With the scope that was chosen; who ordered it sees it, and nobody else."""
    asked = {"kind": "ledger", "tenant": TENANT, "date": "2023-05-20", "as_of": "2023-05-20T18:00"}
    sent = client.post("/reports", data=asked, follow_redirects=False)
    assert (303, f"/reports?tenant={TENANT}&date=2023-05-20&as_of=2023-05-20T18%3A00#exports") == (
        sent.status_code,
        sent.headers["location"],
    )

    text = text_of(client.get("/reports").text)

    assert "后台导出 完成后在此下载" in text
    assert "2023-05-20 18:00:00 排队" in text
    client.headers.update(signed_in(Role.CITY, "331000"))
    assert "2023-05-20 18:00:00 排队" not in text_of(client.get("/reports").text)


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"kind": "nothing"}, 404, "没有报表 nothing"),
        ({"tenant": "330400"}, 404, "没有辖区 330400"),
        ({"as_of": "2023-07-01T00:00"}, 400, "尚未到来"),
        ({"date": "2023-02-30"}, 400, "填写的内容或查询条件有误"),
    ],
)
def test_what_cannot_be_ordered_is_said(client: Client, changed: dict[str, str], status: int, said: str) -> None:
    """In words, as a page."""
    answer = client.post("/reports", data={"kind": "ledger", "tenant": TENANT, **changed})

    assert (status, True) == (answer.status_code, said in text_of(answer.text))
