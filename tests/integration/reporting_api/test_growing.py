"""A list stands still under its reader, and begins with nothing."""

from collections.abc import Iterator
from typing import Any

from starlette.testclient import TestClient

from tests.integration.reporting_api.conftest import Feed
from tests.unit.services.reporting.facts import BASE, at, reported


def test_nothing_known_is_a_zero_summary_without_a_moment(empty: TestClient) -> None:
    """Before the first fact there is no moment to count up to."""
    summary = empty.get("/v1/summary").json()

    assert (None, 0, []) == (summary["as_of"], summary["total"]["reported"], summary["areas"])
    assert {"as_of": None, "items": [], "next": None} == empty.get("/v1/hazards").json()


def test_new_hazards_never_move_a_page(empty: TestClient, feed: Feed) -> None:
    """What is reported while one pages appears neither twice nor instead of another."""
    feed([reported(at(f"2023-05-{day:02} 09:00"), event_id=f"r{day}", hazard_id=f"H-{day}") for day in range(9, 19)])
    pages = pages_of(empty)
    first = next(pages)

    feed(
        [
            reported(at("2023-05-31 09:00"), event_id="new", hazard_id="N-1"),
            reported(BASE, event_id="old", hazard_id="O-1"),
        ]
    )

    assert [f"H-{day}" for day in range(18, 8, -1)] + ["O-1"] == [*first, *(one for page in pages for one in page)]


def pages_of(client: TestClient) -> Iterator[list[str]]:
    """The ids of each page, three at a time."""
    asked: dict[str, Any] = {"limit": 3}
    while True:
        page = client.get("/v1/hazards", params=asked).json()
        yield [item["hazard_id"] for item in page["items"]]
        if page["next"] is None:
            return
        asked["cursor"] = page["next"]


def test_numbers_that_stand_still_are_said_to(empty: TestClient, feed: Feed) -> None:
    """Pages warn when their moment is older than five minutes."""
    feed([reported(event_id="stale", hazard_id="S-1")])

    assert "尚未更新到当前时刻" in empty.get("/").text
