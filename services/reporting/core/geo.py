"""Bring coordinates of Chinese web maps to the one system of the map: WGS-84, which RFC 7946 asks for."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from coordTransform import bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02

from contracts.vocabulary import CoordinateSystem

DIGITS: Final = 6
"""Of a degree: a decimetre, finer than any of the systems is defined."""

_ROUNDS: Final = 4
"""The library inverts the shift of GCJ-02 in one step, metres off; each round makes the rest a thousandth."""

FARTHEST: Final = 180.0
POLE: Final = 90.0

Pair = tuple[float, float]


class Point(NamedTuple):
    """A place in WGS-84, and the system in which it was given."""

    lon: float
    lat: float
    given_in: str


def point(lon: float | None, lat: float | None, system: str) -> Point | None:
    """The place; None where it is not given, or in a system that we do not know, for a guess would be hundreds of metres off."""
    convert = _CONVERSIONS.get(system or CoordinateSystem.WGS84)
    if lon is None or lat is None or convert is None or abs(lon) > FARTHEST or abs(lat) > POLE:
        return None
    east, north = convert(lon, lat)
    return Point(round(east, DIGITS), round(north, DIGITS), system or str(CoordinateSystem.WGS84))


def _same(lon: float, lat: float) -> Pair:
    return lon, lat


def _from_gcj02(lon: float, lat: float) -> Pair:
    return _refined((lon, lat), gcj02_to_wgs84(lon, lat), wgs84_to_gcj02)


def _from_bd09(lon: float, lat: float) -> Pair:
    return _from_gcj02(*_refined((lon, lat), bd09_to_gcj02(lon, lat), gcj02_to_bd09))


def _refined(wanted: Pair, guess: Pair, forward: Callable[[float, float], Pair]) -> Pair:
    """The pair that `forward` takes to `wanted`, beginning at a guess near it."""
    lon, lat = guess
    for _ in range(_ROUNDS):
        there = forward(lon, lat)
        lon, lat = lon + wanted[0] - there[0], lat + wanted[1] - there[1]
    return lon, lat


_CONVERSIONS: Final[Mapping[str, Callable[[float, float], Pair]]] = {
    CoordinateSystem.WGS84: _same,
    CoordinateSystem.CGCS2000: _same,  # differs from WGS-84 by centimetres
    CoordinateSystem.GCJ02: _from_gcj02,
    CoordinateSystem.BD09: _from_bd09,
}
