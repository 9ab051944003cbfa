"""Check the boundary file of a customer before a map shows it: the law asks for an approved map (审图号)."""

import json
from typing import Any, Final, NamedTuple

AREAS: Final = ("Polygon", "MultiPolygon")
LARGEST: Final = 20 << 20  # bytes; a browser has to hold it


class InvalidBoundaries(ValueError):
    """The file cannot be shown; the message says why and what mends it."""


class Boundaries(NamedTuple):
    """A boundary file as a page gets it, and the approval number that stands beside it."""

    document: bytes
    licence: str


def read_boundaries(document: bytes, licence: str) -> Boundaries:
    """The boundaries of a GeoJSON file in WGS-84 or CGCS2000; raises `InvalidBoundaries`."""
    if not licence.strip():
        raise InvalidBoundaries("没有审图号：公开的地图须经审核，请设置 BIHUAN_BOUNDARY_LICENCE，例如 GS(2024)0650号")
    if len(document) > LARGEST:
        raise InvalidBoundaries(f"边界文件超过 {LARGEST >> 20} MB，请先简化")
    try:
        found = json.loads(document)
    except ValueError as error:
        raise InvalidBoundaries("边界文件不是 UTF-8 的 JSON") from error
    features = found.get("features") if isinstance(found, dict) and found.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        raise InvalidBoundaries("边界文件不是 GeoJSON 的 FeatureCollection，或者里面没有要素")
    for number, feature in enumerate(features, 1):
        _check(number, feature)
    return Boundaries(document, licence.strip())


def _check(number: int, feature: Any) -> None:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") not in AREAS:
        raise InvalidBoundaries(f"第 {number} 个要素不是面（Polygon 或 MultiPolygon）")
    properties = feature.get("properties")
    if not isinstance(properties, dict) or not isinstance(properties.get("name"), str):
        raise InvalidBoundaries(f"第 {number} 个要素没有名称（properties.name）")
