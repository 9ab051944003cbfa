"""The risk map answers in the form of RFC 7946, for one's own scope, and shows boundaries only with their licence."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from contracts.divisions import load
from contracts.facts import Fact
from contracts.roles import Role
from runtime.database import Database
from runtime.testing import ManualClock
from services.reporting.core.boundaries import InvalidBoundaries
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings
from tests.conftest import SignedIn
from tests.integration.reporting_api.sample import NOW
from tests.telephones import CARRIER
from tests.unit.services.reporting.facts import at, reported

PLACED = {
    "id": "S-9",
    "name": f"示范码头 {CARRIER}",
    "address": "示范路9号",
    "kind": "unit",
    "sector": "涉海涉渔",
    "lon": 121.39,
    "lat": 28.37,
    "coord_sys": "bd09",
}
LICENCE = "GS(2024)0000号"
AREA = {"type": "Feature", "properties": {"name": "示范"}, "geometry": {"type": "Polygon", "coordinates": []}}


@pytest.fixture(scope="module")
def placed(client: TestClient, feed: Callable[[Sequence[Fact]], None]) -> TestClient:
    """A major hazard of today at a site with coordinates of a web map."""
    feed([reported(at("2023-06-01 09:00"), event_id="p1", hazard_id="P-1", level="major", site=PLACED)])
    return client


def test_the_map_is_geojson(placed: TestClient) -> None:
    """Placed sites as points in WGS-84, the others counted, with the moment."""
    answer = placed.get("/v1/risk-map.geojson")
    found = answer.json()

    assert (200, "application/geo+json") == (answer.status_code, answer.headers["content-type"])
    assert ("FeatureCollection", "2023-06-01T11:59:00+08:00", False) == (found["type"], found["as_of"], found["more"])
    (feature,) = found["features"]
    assert {"risk": "yellow", "open": 1, "major": 1, "coord_sys": "bd09"}.items() <= feature["properties"].items()
    assert 121.37 < feature["geometry"]["coordinates"][0] < 121.39
    assert found["unplaced"] > 0


def test_no_person_is_on_the_map(placed: TestClient) -> None:
    """No address, and a telephone number in a name is masked."""
    text = placed.get("/v1/risk-map.geojson").text

    assert "示范路9号" not in text
    assert "138****8000" in text


def test_the_map_is_asked_for_a_part(placed: TestClient) -> None:
    """By area, level and sector; another area has nothing and says so."""
    counts = [
        len(placed.get(f"/v1/risk-map.geojson?{asked}").json()["features"])
        for asked in ("tenant=331081003", "tenant=330402", "level=general", "level=major", "sector=工贸")
    ]

    assert [1, 0, 0, 1, 1] == counts


def test_the_page_says_that_there_are_no_boundaries(placed: TestClient) -> None:
    """Dots stand on bare coordinates, and areas are ranked."""
    html = placed.get("/map").text

    assert "未配置边界底图" in html
    assert "data-boundaries" not in html
    assert [] == placed.get("/v1/boundaries.geojson").json()["features"]


def test_a_licensed_file_is_shown_with_its_number(database: Database, signed_in: SignedIn, tmp_path: Path) -> None:
    """As the customer gave it."""
    file = tmp_path / "boundaries.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [AREA]}), encoding="utf-8")
    settings = ReportingSettings.model_validate(
        {"database_url": "postgresql://x", "boundary_file": file, "boundary_licence": LICENCE}
    )
    with TestClient(api_app(settings, database, load(), ManualClock(NOW))) as client:
        client.headers.update(signed_in(Role.PROVINCE))
        assert f"审图号：{LICENCE}" in client.get("/map").text
        assert AREA == client.get("/v1/boundaries.geojson").json()["features"][0]


def test_a_file_without_its_number_does_not_start(database: Database, tmp_path: Path) -> None:
    """The law asks for it."""
    file = tmp_path / "boundaries.geojson"
    file.write_text("{}", encoding="utf-8")
    settings = ReportingSettings.model_validate({"database_url": "postgresql://x", "boundary_file": file})

    with pytest.raises(InvalidBoundaries, match="审图号"):
        api_app(settings, database, load(), ManualClock(NOW))
