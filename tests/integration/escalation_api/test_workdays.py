"""What a committee set in its calendar, and which dates moved by it, is there to be read."""

import pytest
from fastapi.testclient import TestClient

from contracts.roles import Role
from runtime.database import Database
from services.escalation.core.calendar_changes import Dated, Recounted
from services.escalation.core.case import CaseKey
from services.escalation.store import bulk, calendars
from tests.conftest import SignedIn
from tests.unit.services.escalation.core.test_calendar_changes import days
from tests.unit.services.escalation.stories import all_divisions, moment

WENLING = "331081"
KEY = CaseKey(WENLING, "hazard", "city", "H|9")
CHANGE = days("2023-05-26=holiday", when="2023-05-24 10:00", tenant=WENLING, document_no="国办发明电〔2023〕1号")


@pytest.fixture(autouse=True)
def _changed(database: Database) -> None:
    """A day off, two dates that moved and one that became firm."""
    moved = [
        Recounted("overdue", Dated(moment("05-27"), firm=True), Dated(moment("05-28"), firm=True)),
        Recounted("refusal", None, Dated(moment("05-29"), firm=True)),
        Recounted("long_standing", Dated(moment("05-30"), firm=False), Dated(moment("05-30"), firm=True)),
    ]
    with database.begin() as work:
        using = bulk.cursor(work)
        calendars.keep(using, CHANGE)
        progress = calendars.progress(using, CHANGE)
        assert progress is not None
        columns = all_divisions().columns_of("331081003")
        calendars.note(using, progress.place, [(KEY, columns, one) for one in moved])


def test_the_days_that_were_set_are_told(api: TestClient) -> None:
    """Each with its kind and by whose word, beside the years that are published."""
    (item,) = api.get(f"/v1/calendar?committee={WENLING}").json()["items"]

    assert (item["first_year"], item["last_year"]) == (2010, 2026)
    assert item["days"] == [
        {"day": "2023-05-26", "kind": "holiday", "name": None, "order": "国办发明电〔2023〕1号"},
    ]


def test_the_dates_that_moved_are_told_page_by_page(api: TestClient) -> None:
    """The newest first, in figures and as a sentence; a case is found by its id, whatever signs it holds."""
    first = api.get("/v1/calendar/recounted?subject=H|9&limit=2").json()
    rest = api.get(f"/v1/calendar/recounted?subject=H|9&limit=2&cursor={first['next']}").json()

    assert [one["rule"] for one in first["items"] + rest["items"]] == ["long_standing", "refusal", "overdue"]
    assert rest["next"] is None
    assert rest["items"][0]["sentence"] == (
        "隐患H|9：“逾期未整改”的期限由2023年5月26日24时改为2023年5月27日24时，已确定"
        "（2023年5月24日10时00分日历调整：国办发明电〔2023〕1号）。"
    )
    assert "仍为2023年5月29日24时，已确定" in first["items"][0]["sentence"]
    assert api.get("/v1/calendar/recounted?subject=H").json()["items"] == []


def test_another_county_reads_no_date_of_this_one(api: TestClient, signed_in: SignedIn) -> None:
    """The journal lies in the division of its case."""
    assert api.get("/v1/calendar/recounted", headers=signed_in(Role.COUNTY, "330402")).json()["items"] == []
