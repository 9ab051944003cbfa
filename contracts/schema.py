"""Publish the shape of each event as a JSON Schema (draft 7, which AsyncAPI and every validator read)."""

from inspect import cleandoc
from typing import Any, Final

import msgspec
from pydantic import BaseModel

from contracts.audit import ANCHOR_TYPE
from contracts.envelope import Envelope
from contracts.events.table import EVENT_TYPES, TICK_TYPE, EventType, Sender
from contracts.fields import CLOSED, Data

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_TEMPLATE: Final = "#/definitions/{model}"
_REF_TEMPLATE: Final = "#/definitions/{name}"

_MOMENT: Final = {"type": "string", "format": "date-time"}
INNER_ATTRIBUTES: Final[dict[str, Any]] = {
    "committee": {"type": "string", "description": "安委会: root tenant of the governing policy; the Kafka key"},
    "acceptedtime": _MOMENT | {"description": "受理时间: when we knew; stamped by the relay, monotone in a slot"},
    "sequence": {
        "type": "string",
        "pattern": "^[0-9]+:[0-9]+$",
        "description": "序号: <incarnation>:<n>, without gaps in a slot",
    },
    "namespace": {"type": "string", "description": "编号空间: the id namespace of the source"},
    "historic": {"type": "boolean", "description": "历史导入: an import that tells nobody"},
    "flags": {
        "type": "array",
        "items": {"type": "string"},
        "description": "标记: what intake noticed without refusing it",
    },
    "door": {"type": "string", "description": "入口: kafka, http, file, ledger or people"},
}
"""What the inner topics add to an event's attributes."""


def schema_of(name: str) -> dict[str, Any]:
    """Return the schema of one whole structured event of this type: attributes open, as CloudEvents are, data closed."""
    row = EVENT_TYPES[name]
    data, definitions = _data_schema(row)
    attributes, required = _attributes(row)
    schema: dict[str, Any] = {
        "$schema": DRAFT,
        "title": f"{name} {row.chinese}",
        "description": row.sentence,
        "type": "object",
        "properties": attributes | {"type": {"const": name}, "data": {"type": "object"}},
        "required": required,
    }
    if row.sender is Sender.OURSELVES:
        schema["properties"]["data"] = data
    else:
        schema["anyOf"] = [
            {"properties": {"data": data}},
            {
                "required": ["correction"],
                "properties": {"correction": {"type": "string"}, "data": {"maxProperties": 0}},
            },
        ]
    return schema | {"definitions": definitions}


def envelope_schema() -> dict[str, Any]:
    """Return the schema of the context attributes that every public event has."""
    schema: dict[str, Any] = _cleaned(Envelope.model_json_schema(ref_template=_TEMPLATE))
    return schema


def data_schema(name: str) -> dict[str, Any]:
    """Return the schema of the data of one type, with its definitions inside."""
    data, definitions = _data_schema(EVENT_TYPES[name])
    return {**definitions[data["$ref"].rpartition("/")[2]], "definitions": definitions}


def _attributes(row: EventType) -> tuple[dict[str, Any], list[str]]:
    public = envelope_schema()
    attributes: dict[str, Any] = dict(public["properties"])
    required = list(public["required"])
    if row.sender is Sender.OURSELVES:
        attributes |= INNER_ATTRIBUTES
        required += ["committee"]
    if row.name in {TICK_TYPE, ANCHOR_TYPE}:  # of the whole installation
        attributes |= {"tenant": {"const": ""}, "committee": {"const": ""}}
    return attributes, required


def _data_schema(row: EventType) -> tuple[dict[str, Any], dict[str, Any]]:
    if issubclass(row.model, Data):
        return _of_model(row.model)
    (reference,), definitions = msgspec.json.schema_components([row.model], ref_template=_REF_TEMPLATE)
    closed = {name: part | CLOSED if "properties" in part else part for name, part in definitions.items()}
    return reference, _cleaned(closed)


def _of_model(model: type[BaseModel]) -> tuple[dict[str, Any], dict[str, Any]]:
    schema = model.model_json_schema(ref_template=_TEMPLATE)
    definitions = schema.pop("$defs", {}) | {model.__name__: schema}
    return {"$ref": _TEMPLATE.format(model=model.__name__)}, _cleaned(dict(sorted(definitions.items())))


def _cleaned(node: Any) -> Any:
    """Drop the titles that only repeat a field's name, and defaults that only say a field may be left out."""
    if isinstance(node, list):
        return [_cleaned(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        key: cleandoc(value) if key == "description" and isinstance(value, str) else _cleaned(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
    }
