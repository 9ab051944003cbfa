"""Coordinates of Chinese web maps end where they belong: forth and back is the same place to a decimetre."""

import pytest
from coordTransform import gcj02_to_bd09, wgs84_to_gcj02
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.core.geo import Point, point

DECIMETRE = 2e-6  # degrees, with what rounding adds
chinese = st.tuples(st.floats(75.0, 134.0), st.floats(19.0, 53.0))


@given(chinese)
def test_gcj02_is_turned_back(place: tuple[float, float]) -> None:
    """The library alone is metres off; the map is not."""
    made = point(*wgs84_to_gcj02(*place), "gcj02")

    assert made is not None
    assert place == pytest.approx((made.lon, made.lat), abs=DECIMETRE)
    assert "gcj02" == made.given_in


@given(chinese)
def test_bd09_is_turned_back(place: tuple[float, float]) -> None:
    """Through both shifts."""
    made = point(*gcj02_to_bd09(*wgs84_to_gcj02(*place)), "bd09")

    assert made is not None
    assert place == pytest.approx((made.lon, made.lat), abs=DECIMETRE)


def test_a_known_place_is_where_it_is() -> None:
    """A point in 温岭: the shift of some five hundred metres is undone."""
    given_in = wgs84_to_gcj02(121.3858, 28.3716)
    made = point(*given_in, "gcj02")

    assert abs(given_in[0] - 121.3858) > 0.003
    assert Point(121.3858, 28.3716, "gcj02") == made


@pytest.mark.parametrize("system", ["", "wgs84", "cgcs2000"])
def test_what_is_in_the_maps_system_stays(system: str) -> None:
    """Rounded to a decimetre; nothing said means WGS-84."""
    assert Point(121.385812, 28.371699, system or "wgs84") == point(121.3858123, 28.3716987, system)


@pytest.mark.parametrize(
    ("lon", "lat", "system"),
    [
        pytest.param(None, 28.0, "", id="no longitude"),
        pytest.param(121.0, None, "", id="no latitude"),
        pytest.param(121.0, 28.0, "beijing54", id="a system that we do not know"),
        pytest.param(28.0, 121.0, "", id="turned around"),
    ],
)
def test_a_guess_is_no_place(lon: float | None, lat: float | None, system: str) -> None:
    """It would be hundreds of metres off, or in the sea."""
    assert point(lon, lat, system) is None
