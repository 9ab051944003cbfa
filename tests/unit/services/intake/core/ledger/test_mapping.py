"""A mapping that cannot be used is refused with every place that is wrong."""

from typing import Any

import pytest

from policies import files
from services.intake.core.ledger.mapping import BadMappingError, parse_mapping


def mapping(**changes: Any) -> dict[str, Any]:
    return {
        "id": "test",
        "title": "测试",
        "zone": "Asia/Shanghai",
        "key": "编号",
        "words": {"level": {"一般": "general"}},
        "events": [
            {
                "type": "hazard.reported.v1",
                "at": "发现",
                "data": {"hazard_id": {"from": "编号"}, "level": {"from": "等级", "words": "level"}},
            }
        ],
        **changes,
    }


@pytest.mark.parametrize("path", sorted((files.folder() / "mappings").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_mapping_that_ships_can_be_used(path: Any) -> None:
    """Its id is the name of its file."""
    assert parse_mapping(files.read(path)).id == path.stem


def test_the_columns_it_needs_are_all_that_it_names() -> None:
    """Keys, moments, conditions, cells and bounds."""
    read = parse_mapping(
        mapping(
            skip={"编号": "合计"},
            tenant={"from": "乡镇", "else": "331081"},
            events=[
                {
                    "type": "hazard.reported.v1",
                    "at": ["发现", "登记"],
                    "when": {"状态": "filled"},
                    "stands_when": {"备注": "empty"},
                    "data": {
                        "a": [{"from": ["甲", "乙"]}],
                        "b": {"c": {"from": "限", "as": "time", "not_before": "起"}},
                    },
                }
            ],
        )
    )

    assert read.columns() == {"编号", "乡镇", "发现", "登记", "状态", "备注", "甲", "乙", "限", "起"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param({"zone": "Asia/Peking"}, "zone", id="no such zone"),
        pytest.param({"events": []}, "events", id="no events"),
        pytest.param({"key": []}, "key", id="no key"),
        pytest.param({"colour": 1}, "colour", id="a key nobody knows"),
        pytest.param({"skip": ["合计"]}, "skip", id="a condition that names no column"),
        pytest.param({"words": {}}, "level", id="words that are not there"),
        pytest.param(
            {"events": [{"type": "hazard.exploded.v1", "at": "x", "data": {}}]}, "events.0.type", id="no type"
        ),
        pytest.param(
            {"events": [{"type": "clock.ticked.v1", "at": "x", "data": {}}]}, "events.0.type", id="our own type"
        ),
        pytest.param(
            {"events": [{"type": "hazard.closed.v1", "at": "x", "data": {"a": {"from": "x", "as": "colour"}}}]},
            "events.0",
            id="a cell of an unknown kind",
        ),
        pytest.param(
            {"events": [{"type": "hazard.closed.v1", "at": "x", "data": {"a": {"from": "x", "wrods": "y"}}}]},
            "events.0",
            id="a slip of the hand in a cell",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(changes: dict[str, Any], place: str) -> None:
    """No mapping is used half."""
    with pytest.raises(BadMappingError, match=place):
        parse_mapping(mapping(**changes))


def test_something_that_is_no_mapping_is_refused() -> None:
    """A list, or nothing at all."""
    for raw in (None, [], "x"):
        with pytest.raises(BadMappingError):
            parse_mapping(raw)
