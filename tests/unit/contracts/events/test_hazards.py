"""Facts about what happens to a hazard."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events.hazards import HazardExtensionDecided, HazardPlanFiled, HazardReinspected, HazardReported

SITE = {"id": "S-1", "name": "甲一机械有限公司", "address": "示范路 1 号", "kind": "unit", "sector": "工贸"}
REPORT: dict[str, Any] = {
    "hazard_id": "H-1",
    "level": "general",
    "category": "fire_safety",
    "description": "疏散通道被货物堵塞",
    "sector": "工贸",
    "found_by": "grid",
}
EXTENSION: dict[str, Any] = {"hazard_id": "H-1", "granted": True, "approver": "person-1", "reason": "供货期。"}


@pytest.mark.parametrize(
    "site",
    [
        pytest.param({"site": SITE}, id="in full"),
        pytest.param({"site_id": "S-1"}, id="by id"),
        pytest.param({"site": SITE, "site_id": "S-1"}, id="both, the same"),
        pytest.param({"site": SITE, "site_id": ""}, id="in full, the id empty"),
    ],
)
def test_a_hazard_has_a_site(site: dict[str, Any]) -> None:
    """In full or by id."""
    assert HazardReported.model_validate(REPORT | site).hazard_id == "H-1"


@pytest.mark.parametrize(
    ("site", "code"),
    [
        pytest.param({}, "site_missing", id="neither"),
        pytest.param({"site": None, "site_id": ""}, "site_missing", id="both empty"),
        pytest.param({"site": SITE, "site_id": "S-2"}, "sites_differ", id="two sites"),
    ],
)
def test_a_hazard_without_one_site_is_refused(site: dict[str, Any], code: str) -> None:
    """No site or two sites cannot be followed up."""
    with pytest.raises(ValidationError) as caught:
        HazardReported.model_validate(REPORT | site)

    assert [code] == [error["type"] for error in caught.value.errors()]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2023-05-20", date(2023, 5, 20)),
        ("2023-05-20T10:00:00Z", datetime(2023, 5, 20, 10, tzinfo=UTC)),
        (None, None),
    ],
)
def test_a_deadline_is_a_day_an_instant_or_none(sent: str | None, read: date | None) -> None:
    """No deadline is not a deadline at zero."""
    assert read == HazardReported.model_validate(REPORT | {"site_id": "S-1", "rectify_by": sent}).rectify_by


def test_a_granted_extension_says_until_when() -> None:
    """A refused one need not."""
    assert HazardExtensionDecided.model_validate(EXTENSION | {"granted": False}).until is None
    assert HazardExtensionDecided.model_validate(EXTENSION | {"until": "2023-06-05"}).until == date(2023, 6, 5)
    with pytest.raises(ValidationError):
        HazardExtensionDecided.model_validate(EXTENSION)


def test_a_plan_needs_what_keeps_it_safe_meanwhile() -> None:
    """A plan without interim measures is no plan (S0-10)."""
    plan = {"hazard_id": "H-1", "target_date": "2023-06-30", "responsible": "安全部", "measures": "更换线路。"}

    with pytest.raises(ValidationError):
        HazardPlanFiled.model_validate(plan)
    assert HazardPlanFiled.model_validate(plan | {"interim_measures": "断电。"}).target_date == date(2023, 6, 30)


@pytest.mark.parametrize("word", ["true", 1, "合格", None])
def test_passed_is_true_or_false(word: object) -> None:
    """A word that decides is not guessed from another."""
    with pytest.raises(ValidationError):
        HazardReinspected.model_validate({"hazard_id": "H-1", "passed": word})
