"""No boundary is shown without its approval number, and a file that is none says what is wrong with it."""

import json
from typing import Any

import pytest

from services.reporting.core.boundaries import Boundaries, InvalidBoundaries, read_boundaries

LICENCE = "GS(2024)0000号"
AREA = {"type": "Feature", "properties": {"name": "示范市"}, "geometry": {"type": "Polygon", "coordinates": []}}


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_a_licensed_file_is_taken_as_it_is() -> None:
    """Byte for byte."""
    document = collection(AREA)

    assert Boundaries(document, LICENCE) == read_boundaries(document, f" {LICENCE} ")


@pytest.mark.parametrize(
    ("document", "licence", "words"),
    [
        pytest.param(collection(AREA), " ", "没有审图号", id="no approval number"),
        pytest.param(b"\xff", LICENCE, "不是 UTF-8 的 JSON", id="no text"),
        pytest.param(b"{", LICENCE, "不是 UTF-8 的 JSON", id="cut off"),
        pytest.param(b"[]", LICENCE, "FeatureCollection", id="a list"),
        pytest.param(collection(), LICENCE, "没有要素", id="empty"),
        pytest.param(collection(AREA, {"type": "Feature"}), LICENCE, "第 2 个要素不是面", id="no geometry"),
        pytest.param(collection({**AREA, "geometry": {"type": "Point"}}), LICENCE, "第 1 个要素不是面", id="a point"),
        pytest.param(collection({**AREA, "properties": {}}), LICENCE, "没有名称", id="no name"),
        pytest.param(b" " * (20 << 20) + collection(AREA), LICENCE, "超过 20 MB", id="too large"),
    ],
)
def test_a_file_that_cannot_be_shown_says_why(document: bytes, licence: str, words: str) -> None:
    """And how to mend it."""
    with pytest.raises(InvalidBoundaries, match=words):
        read_boundaries(document, licence)
