"""A division code covers one column of every row."""

import pytest

from contracts.divisions import Divisions
from services.reporting.core.scope import EVERYTHING, Scope, area_name, name_of, scope_of

TABLE = Divisions.parse(
    [
        {
            "code": code,
            "name": name,
            "parent": parent,
            "level": level,
            "valid_from": "",
            "valid_to": "",
            "replaced_by": "",
        }
        for code, name, parent, level in (
            ("330000", "浙江省", "", "province"),
            ("331000", "台州市", "330000", "city"),
            ("331081", "温岭市", "331000", "county"),
            ("331081003", "城西街道", "331081", "town"),
        )
    ]
)


@pytest.mark.parametrize(
    ("code", "scope"),
    [
        pytest.param("", EVERYTHING, id="nothing asked for is everything"),
        pytest.param("330000", Scope("province", "330000"), id="province"),
        pytest.param("331000", Scope("city", "331000"), id="city"),
        pytest.param("331081", Scope("county", "331081"), id="county"),
        pytest.param("331081003", Scope("tenant", "331081003", "331081"), id="town"),
        pytest.param("999999", Scope("tenant", "999999"), id="a code nobody knows covers its own rows"),
    ],
)
def test_the_level_names_the_column(code: str, scope: Scope) -> None:
    """The level comes from the table, never from zeros at the end of a code."""
    assert scope == scope_of(code, TABLE)


def test_areas_are_called_by_name() -> None:
    """The name, else the code, else a word for nothing."""
    assert ["温岭市", "999999", "未注明"] == [name_of(code, TABLE) for code in ("331081", "999999", "")]


def test_what_lies_at_the_scopes_own_level_is_said_so() -> None:
    """A county's own cases stand beside its towns as 本级."""
    county = Scope("county", "331081")

    assert ["城西街道", "温岭市本级", "温岭市本级"] == [
        area_name(code, county, "tenant", TABLE) for code in ("331081003", "331081", "")
    ]
    assert ["温岭市本级", "未注明", "台州市"] == [
        area_name("331081", EVERYTHING, "tenant", TABLE),
        area_name("", EVERYTHING, "county", TABLE),
        area_name("331000", EVERYTHING, "city", TABLE),
    ]
