"""Who holds a role for a unit, there or above."""

import pytest

from services.notify.core.holding import nearest, superiors
from services.notify.core.roster import Roster
from tests.unit.services.notify.given import NOW, PLACES, decision, seat


@pytest.mark.parametrize(
    ("unit", "chain"),
    [
        pytest.param("331081001", ("331081001", "331081"), id="a town, then its county, which is the committee"),
        pytest.param("331081", ("331081",), id="the committee itself"),
        pytest.param("市应急管理局", ("市应急管理局", "331081001", "331081"), id="a department, then who is in charge"),
        pytest.param("330000", ("330000", "331081001", "331081"), id="a unit above the committee"),
    ],
)
def test_units_stand_one_above_the_other(unit: str, chain: tuple[str, ...]) -> None:
    """Never beyond the committee."""
    assert superiors(unit, decision(), PLACES) == chain


@pytest.mark.parametrize(
    ("held", "unit", "found"),
    [
        pytest.param(("331081001", "331081"), "331081001", "331081001", id="its own holder"),
        pytest.param(("331081",), "331081001", "331081", id="the nearest above"),
        pytest.param((), "331081001", None, id="nobody"),
    ],
)
def test_a_role_is_held_there_or_above(held: tuple[str, ...], unit: str, found: str | None) -> None:
    """With the unit whose holder it is, so that the trail can say who passes it on."""
    roster = Roster([seat("office", each) for each in held])

    seats, place = nearest("office", unit, decision(), roster=roster, places=PLACES, now=NOW)

    assert ([each.unit for each in seats], place) == ([found] if found else [], found or unit)
