"""Facts about the published schemas."""

from typing import Any

import pytest
from jsonschema import Draft7Validator

from contracts.events.table import EVENT_TYPES, TICK_TYPE
from contracts.schema import data_schema, envelope_schema, schema_of

CLOSE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/examples/upstream",
    "type": "hazard.closed.v1",
    "time": "2023-05-08T09:00:00+08:00",
    "tenant": "331081003",
    "data": {"hazard_id": "H-1"},
}


def objects(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for part in node for found in objects(part)]
    if not isinstance(node, dict):
        return []
    inner = [found for part in node.values() for found in objects(part)]
    return [node, *inner] if node.get("type") == "object" and "properties" in node else inner


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_every_schema_is_a_schema(name: str) -> None:
    """Validators can use each as it is."""
    of_schemas = Draft7Validator(Draft7Validator.META_SCHEMA)

    assert [*of_schemas.iter_errors(schema_of(name)), *of_schemas.iter_errors(data_schema(name))] == []


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_data_are_closed(name: str) -> None:
    """A sender that misspells an optional field finds out by the schema."""
    assert all(part["additionalProperties"] is False for part in objects(data_schema(name)["definitions"]))


def test_attributes_are_open() -> None:
    """CloudEvents may carry attributes of others."""
    assert Draft7Validator(schema_of("hazard.closed.v1")).is_valid(CLOSE | {"partitionkey": "331081"})
    assert "properties" in envelope_schema()


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        pytest.param({}, True, id="a good event"),
        pytest.param({"data": {"hazard_id": "H-1", "colour": "red"}}, False, id="a field too many"),
        pytest.param({"data": {}}, False, id="empty data"),
        pytest.param({"data": {}, "correction": "e-0"}, True, id="empty data with a correction"),
        pytest.param({"data": {}, "correction": None}, False, id="empty data with a correction of nothing"),
        pytest.param({"type": "hazard.opened.v1"}, False, id="another type"),
        pytest.param({"tenant": ""}, False, id="no tenant"),
        pytest.param({"time": "2023-05-08T09:00:00"}, False, id="no offset"),
    ],
)
def test_what_a_schema_takes(changes: dict[str, Any], *, valid: bool) -> None:
    """The schema alone tells good from bad."""
    assert valid == Draft7Validator(schema_of("hazard.closed.v1")).is_valid(CLOSE | changes)


def test_a_ticks_tenant_is_nobody() -> None:
    """A tick concerns every committee of its slot."""
    properties = schema_of(TICK_TYPE)["properties"]

    assert (properties["tenant"], properties["committee"]) == ({"const": ""}, {"const": ""})
