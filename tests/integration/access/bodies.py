"""Make of an operation of OpenAPI the smallest request that its own schema takes."""

import re
from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

MOMENT: Final = "2099-01-01T00:00:00+08:00"
_FORMATS: Final = {
    "date-time": MOMENT,
    "date": "2023-05-09",
    "uuid": "00000000-0000-7000-8000-0000000000aa",
    "binary": "x",
}
_WORDS: Final = ("331081", "2023-05", "1", "x", "甲", "2023-05-09", "a@example.invalid", "")


def request_of(document: Schema, operation: Schema, known: Mapping[str, Any]) -> dict[str, Any]:
    """What `TestClient.request` takes beside method and path; `known` are values by the name of their field."""
    told: dict[str, Any] = {}
    query = {
        parameter["name"]: _value(document, parameter["schema"], known, parameter["name"])
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter.get("required")
    }
    if query:
        told["params"] = query
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        value = _value(document, media.get("schema", {}), known, "")
        match kind:
            case "application/json":
                told["json"] = value
            case "application/x-www-form-urlencoded":
                told["data"] = value
            case "multipart/form-data":
                files = dict.fromkeys(_binary(document, media["schema"]), ("x.xlsx", b"x"))
                told |= {"files": files, "data": {k: v for k, v in value.items() if k not in files}}
            case _:
                told |= {"content": b"{}", "headers": {"content-type": kind}}
        break
    return told


def _binary(document: Schema, schema: Schema) -> list[str]:
    properties = _resolved(document, schema).get("properties", {})
    return [name for name, part in properties.items() if _is_file(_resolved(document, part))]


def _is_file(schema: Schema) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema


def _resolved(document: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _value(document: Schema, asked: Schema, known: Mapping[str, Any], name: str) -> Any:
    schema = _resolved(document, asked)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _value(document, schema[several][0], known, name)
    fixed = [known.get(name), schema.get("const"), schema.get("default"), *schema.get("enum", ())]
    chosen = next((one for one in fixed if one is not None), None)
    return chosen if chosen is not None else _made(document, schema, known, name)


def _made(document: Schema, schema: Schema, known: Mapping[str, Any], name: str) -> Any:
    match schema.get("type"):
        case "object":
            told = schema.get("properties", {})
            return {part: _value(document, told.get(part, {}), known, part) for part in schema.get("required", ())}
        case "array":
            return [_value(document, schema.get("items", {}), known, name) for _ in range(schema.get("minItems", 0))]
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _text(schema)


def _text(schema: Schema) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    shortest = schema.get("minLength", 0)
    fitting = (word for word in _WORDS if len(word) >= shortest and re.search(schema.get("pattern", ""), word))
    return next(fitting, "x" * shortest)
