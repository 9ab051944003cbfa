"""Publish the shape of a policy pack as a JSON Schema (2020-12), with a sentence on every key."""

from inspect import cleandoc
from typing import Any, Final

from services.escalation.core.policy import Pack
from services.escalation.core.rules.registry import RULES

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
PARAMETERS: Final = "_parameters"

Schema = dict[str, Any]

_TYPES: Final = ((dict, "object"), (list, "array"), (str, "string"))


def pack_schema() -> Schema:
    """The schema of one pack file: every part closed, each rule with its own parameters."""
    schema = Pack.model_json_schema()
    definitions: Schema = schema.pop("$defs")
    del definitions["RuleParameters"]  # what all rules share stands in each of them
    of_rules: Schema = {}
    for rule in sorted(RULES):
        parameters = RULES[rule].parameters.model_json_schema()
        for name, part in parameters.pop("$defs", {}).items():
            if definitions.setdefault(name, part) != part:
                raise ValueError(f"two parts of packs are called {name}")
        definitions[rule + PARAMETERS] = parameters
        sentence = (RULES[rule].parameters.__doc__ or "").partition("\n\n")[0]
        of_rules[rule] = {"$ref": f"#/$defs/{rule}{PARAMETERS}", "description": sentence}
    schema["properties"]["rules"] = {
        "type": "object",
        "description": Pack.model_fields["rules"].description,
        "properties": of_rules,
        "additionalProperties": False,
    }
    shape: Schema = _cleaned(schema | {"$defs": dict(sorted(definitions.items()))})
    return {"$schema": DRAFT, "title": "Bihuan policy pack"} | shape


def part_at(schema: Schema, raw: Any, place: tuple[str | int, ...]) -> Schema:
    """The schema of the part of `raw` at `place`; of several shapes the one whose `kind` the part names.

    An empty schema where the pack knows no such place.
    """
    shape = _chosen(schema, schema, raw)
    for key in place:
        raw = _inside(raw, key)
        following = shape.get("items", {}) if isinstance(key, int) else shape.get("properties", {}).get(key)
        if following is None:
            extra = shape.get("additionalProperties")
            following = extra if isinstance(extra, dict) else {}
        shape = _chosen(schema, following, raw)
    return shape


def _inside(raw: Any, key: str | int) -> Any:
    try:
        return raw[key]
    except (KeyError, IndexError, TypeError):
        return None


def _chosen(schema: Schema, shape: Schema, raw: Any) -> Schema:
    if "$ref" in shape:
        shape = schema["$defs"][shape["$ref"].rpartition("/")[2]]
    several: list[Schema] = shape.get("oneOf") or shape.get("anyOf") or []
    choices = [_chosen(schema, choice, raw) for choice in several]
    if not choices:
        return shape
    kind = raw.get("kind") if isinstance(raw, dict) else None
    for choice in choices:
        of_kind = choice.get("properties", {}).get("kind", {})
        if kind is not None and kind in (of_kind.get("const"), *of_kind.get("enum", ())):
            return choice
    wanted = next((name for kind_, name in _TYPES if isinstance(raw, kind_)), "")
    return next((choice for choice in choices if choice.get("type") == wanted), choices[0])


def _cleaned(node: Any) -> Any:
    """Drop titles that only repeat a key, and tidy sentences."""
    if isinstance(node, list):
        return [_cleaned(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        key: cleandoc(value) if key == "description" and isinstance(value, str) else _cleaned(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
    }
