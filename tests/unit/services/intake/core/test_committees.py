"""A tenant's committee is the nearest unit at or above it that has a policy of its own."""

import pytest

from contracts.divisions import Divisions
from services.intake.core import committees
from services.intake.core.committees import Committees

DIVISIONS = Divisions.parse(
    {"code": code, "name": name, "parent": parent, "level": level, "valid_from": "", "valid_to": "", "replaced_by": ""}
    for code, name, parent, level in [
        ("330000", "浙江省", "", "province"),
        ("331000", "台州市", "330000", "city"),
        ("331081", "温岭市", "331000", "county"),
        ("331081003", "城西街道", "331081", "town"),
        ("331100", "丽水市", "330000", "city"),
        ("331171", "经开区", "331100", "zone"),
    ]
)


@pytest.mark.parametrize(
    ("tenant", "expected"),
    [
        pytest.param("331081", "331081", id="a root is its own committee"),
        pytest.param("331081003", "331081", id="a town belongs to the county that has the policy"),
        pytest.param("331081999", "331081", id="an unknown town belongs to its county"),
        pytest.param("331081003012", "331081", id="a village by its town"),
        pytest.param("331081000000", "331081", id="the same county written with twelve digits"),
        pytest.param("331171", "331100", id="a zone belongs to its city"),
        pytest.param("331000", None, id="the city above a root has none"),
        pytest.param("110101", None, id="another province"),
        pytest.param("999999", None, id="nowhere"),
    ],
)
def test_the_nearest_root_at_or_above_is_the_committee(tenant: str, expected: str | None) -> None:
    """It follows from the table alone, asked once or again."""
    asked = Committees(DIVISIONS, ["331081", "331100"])

    assert expected == asked.of(tenant)
    assert expected == asked.of(tenant)


def test_invented_codes_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is bounded."""
    monkeypatch.setattr(committees, "_MOST_REMEMBERED", 10)
    asked = Committees(DIVISIONS, ["331081"])

    answers = [asked.of(f"33108100{n}") for n in range(100, 150)]

    assert answers == ["331081"] * 50
    assert len(asked._known) <= 10
