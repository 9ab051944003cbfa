"""Facts about what a schema may become."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from contracts.evolution import breaks
from contracts.schema import schema_of

FROZEN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "maxLength": 128, "minLength": 1},
        "level": {"$ref": "#/definitions/Level"},
        "until": {"anyOf": [{"type": "string", "pattern": "^[0-9-]+$"}, {"type": "null"}], "description": "by when"},
        "site": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    },
    "required": ["id", "level"],
    "definitions": {"Level": {"enum": ["general", "major"]}},
}

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> tuple[str, ...]:
    current = copy.deepcopy(FROZEN)
    change(current)
    return breaks(FROZEN, current)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda schema: schema["properties"].update(note={"type": "string"}), id="an optional field is added"
        ),
        pytest.param(lambda schema: schema["definitions"]["Level"]["enum"].append("minor"), id="a word is added"),
        pytest.param(lambda schema: schema["properties"]["id"].update(maxLength=200), id="an upper bound is raised"),
        pytest.param(lambda schema: schema["properties"]["id"].update(minLength=0), id="a lower bound is lowered"),
        pytest.param(lambda schema: schema["properties"]["id"].pop("maxLength"), id="a bound is dropped"),
        pytest.param(
            lambda schema: schema["properties"]["until"].update(description="until"), id="a description changes"
        ),
        pytest.param(
            lambda schema: schema["properties"].update(level={"enum": ["general", "major"]}),
            id="a definition is written out",
        ),
    ],
)
def test_what_may_happen_within_a_version(change: Change) -> None:
    """Nobody who knows the frozen schema stumbles."""
    assert changed(change) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda schema: schema["properties"].pop("until"), "/until: removed or renamed", id="a field goes"),
        pytest.param(
            lambda schema: schema["properties"]["site"]["properties"].update(
                title=schema["properties"]["site"]["properties"].pop("name")
            ),
            "/site/name: removed or renamed",
            id="an inner field is renamed",
        ),
        pytest.param(
            lambda schema: schema["required"].append("until"), "/until: newly required", id="a field is needed"
        ),
        pytest.param(
            lambda schema: schema["required"].remove("id"), "/id: no longer required", id="a field is not sure"
        ),
        pytest.param(
            lambda schema: schema["definitions"]["Level"]["enum"].remove("major"),
            "/level/enum: word 'major' removed",
            id="a word goes",
        ),
        pytest.param(
            lambda schema: schema["properties"]["id"].update(maxLength=64),
            "/id/maxLength: narrowed from 128 to 64",
            id="an upper bound falls",
        ),
        pytest.param(
            lambda schema: schema["properties"]["id"].update(minLength=2),
            "/id/minLength: narrowed from 1 to 2",
            id="a lower bound rises",
        ),
        pytest.param(
            lambda schema: schema["properties"]["site"].update(maxProperties=3),
            "/site/maxProperties: changed from None to 3",
            id="a bound is new",
        ),
        pytest.param(
            lambda schema: schema["properties"]["id"].update(type="integer"),
            "/id/type: changed from 'string' to 'integer'",
            id="another type",
        ),
        pytest.param(
            lambda schema: schema["properties"]["until"]["anyOf"][0].update(pattern="^[0-9]+$"),
            "/until/anyOf[0]/pattern: changed from '^[0-9-]+$' to '^[0-9]+$'",
            id="another pattern",
        ),
        pytest.param(
            lambda schema: schema["properties"]["until"]["anyOf"].pop(),
            "/until/anyOf: changed from [{'type': 'string', 'pattern': '^[0-9-]+$'}, {'type': 'null'}] "
            "to [{'type': 'string', 'pattern': '^[0-9-]+$'}]",
            id="null is no longer taken",
        ),
    ],
)
def test_what_needs_a_new_version(change: Change, reason: str) -> None:
    """Each break is named with its place."""
    assert (reason,) == changed(change)


def test_a_schema_does_not_break_itself() -> None:
    """The same schema twice is no change."""
    schema = schema_of("hazard.reported.v1")

    assert breaks(schema, copy.deepcopy(schema)) == ()
