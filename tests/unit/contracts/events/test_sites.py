"""Facts about sites and inspections."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events.sites import InspectionCompleted, Site, SiteTransferred

SITE: dict[str, Any] = {
    "id": "S-1",
    "name": "甲一机械有限公司",
    "address": "示范路 1 号",
    "kind": "unit",
    "sector": "工贸",
}


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"uscc": "not a code"}, id="an invalid credit code is kept"),
        pytest.param({"kind": "ship"}, id="an unfamiliar kind is kept"),
        pytest.param({"lon": 121, "lat": -28.5}, id="whole degrees"),
        pytest.param({"tags": [], "capacity": 0}, id="no tags, no room"),
    ],
)
def test_dirty_sites_are_kept(more: dict[str, Any]) -> None:
    """What is only odd does not cost the event."""
    assert Site.model_validate(SITE | more).id == "S-1"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"lat": 90.1}, id="beyond the pole"),
        pytest.param({"lon": float("nan")}, id="nowhere"),
        pytest.param({"lat": False}, id="false is no latitude"),
        pytest.param({"capacity": -1}, id="less than nobody"),
        pytest.param({"name": None}, id="no name"),
    ],
)
def test_sites_that_would_mislead_are_refused(more: dict[str, Any]) -> None:
    """What would be drawn or counted wrongly does not pass."""
    with pytest.raises(ValidationError):
        Site.model_validate(SITE | more)


def test_a_zero_report_is_a_report() -> None:
    """An inspection that found nothing counts."""
    inspection = {"inspection_id": "I-1", "kind": "routine", "site_id": "S-1", "found": 0}

    assert InspectionCompleted.model_validate(inspection).found == 0


def test_a_transfer_names_both_divisions() -> None:
    """From where and to where, by code."""
    with pytest.raises(ValidationError):
        SiteTransferred.model_validate({"site_id": "S-1", "from_tenant": "331081006", "to_tenant": "开发区"})
