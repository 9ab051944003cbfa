"""The risk map says where and how bad, in the form of RFC 7946, and never who."""

import json

import msgspec
import pytest

from services.reporting.core.risk import RISKS, SitePoint, collection, hazard_feature, site_feature
from tests.unit.services.reporting.core.test_rows import row
from tests.unit.services.reporting.facts import at

SITE = SitePoint("331081", "test", "S-1", "示范机械有限公司", "工贸", "331081003", 121.4, 28.4, "", 3, 0, 0, 0, None)


@pytest.mark.parametrize(
    ("site", "risk"),
    [
        pytest.param(SITE, "blue", id="something is open"),
        pytest.param(SITE._replace(major=1), "yellow", id="a major one is open"),
        pytest.param(SITE._replace(major=1, overdue=1), "orange", id="something is overdue"),
        pytest.param(SITE._replace(major=1, overdue=1, major_overdue=1), "red", id="a major one is overdue"),
    ],
)
def test_the_worst_that_holds_is_the_risk(site: SitePoint, risk: str) -> None:
    """Four shades, from the worst."""
    assert risk == site.risk
    assert risk in RISKS


def test_sites_make_a_collection() -> None:
    """Longitude stands first; what cannot be placed is counted, not lost in silence."""
    lost = SITE._replace(site_id="S-2", lon=None)
    made = collection([SITE, lost], as_of=at("2023-06-01 12:00"), more=False)

    assert ("FeatureCollection", 1, False, "2023-06-01T12:00:00+08:00") == (
        made["type"],
        made["unplaced"],
        made["more"],
        made["as_of"],
    )
    (feature,) = made["features"]
    assert ("Feature", "331081:test:S-1") == (feature["type"], feature["id"])
    assert {"type": "Point", "coordinates": [121.4, 28.4]} == feature["geometry"]
    assert site_feature(lost) is None


def test_another_platform_is_told_of_no_person() -> None:
    """No free text, no address and no name of a person leaves; a hazard without a place has no geometry."""
    named = msgspec.structs.replace(
        row(), description="王某的出租房", address="示范路1号", responsible_person="handle", responsible_unit="某某店"
    )
    told = json.dumps(hazard_feature(named, None, None, ""), ensure_ascii=False)

    assert json.loads(told)["geometry"] is None
    assert not [word for word in ("王某", "示范路", "handle", "某某店") if word in told]
    assert {"level", "state", "open", "overdue", "tenant", "due_at"} <= json.loads(told)["properties"].keys()
