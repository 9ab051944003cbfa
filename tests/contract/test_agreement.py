"""Facts about the published schema and the reader at the doors: they take and refuse the same events."""

import copy
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft7Validator, ValidationError

from contracts.events import Refusal, Sender, model_of, read_event, types_from

CONTRACTS = Path(__file__).parents[2] / "contracts"
PROBES: Final = (
    *(None, True, False, 0, -1, 3.0, 1.5, 10**12, 10**16, [], [""], ["x"], [7], {}, {"id": "x"}, {"x": None}),
    *("", " ", "x", " x", "x" * 65, "x" * 129, "x" * 201, "x" * 4001, "a\x00b", "隐患", "major", "county", "pending"),
    *("2023-05-20", "2023-05-20T09:00:00+08:00", "2023-05-20T09:00:00", "331081", "３３１０８１", "confirmed", "true"),
)
BEYOND_SCHEMAS: Final = {"contradiction"}
"""What no JSON Schema can say: that two fields name the same thing."""


def places(value: Any, at: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = (
        [place for name, part in value.items() for place in places(part, (*at, name))]
        if isinstance(value, dict)
        else []
    )
    return [at, *inner]


def probed(event: dict[str, Any], place: tuple[str, ...], probe: Any) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(event)
    node = changed["data"]
    for name in place[:-1]:
        node = node[name]
    node[place[-1]] = probe
    return changed


def without(event: dict[str, Any], name: str) -> dict[str, Any]:
    return event | {"data": {field: value for field, value in event["data"].items() if field != name}}


@pytest.mark.parametrize("name", types_from(Sender.UPSTREAM, Sender.PEOPLE))
def test_schema_and_reader_agree_on_every_field(name: str) -> None:
    """Whatever stands in a field, a sender that checks itself by the schema is not surprised at the door."""
    schema = Draft7Validator(json.loads((CONTRACTS / "schemas" / f"{name}.json").read_text(encoding="utf-8")))
    event = json.loads((CONTRACTS / "examples" / f"{name}.json").read_text(encoding="utf-8"))
    variants = [probed(event, place, probe) for place in places(event["data"]) if place for probe in PROBES]
    variants += [without(event, field.alias or said) for said, field in model_of(name).model_fields.items()]

    disagreements = []
    for variant in variants:
        outcome = read_event(variant, people=True)
        codes = {problem.code for problem in outcome.problems} if isinstance(outcome, Refusal) else set()
        errors = list(schema.iter_errors(variant))
        if (codes and codes <= BEYOND_SCHEMAS) or _names_a_field_too_many(errors):
            continue
        if bool(codes) != bool(errors):
            disagreements.append((variant["data"], codes))

    assert disagreements == []


def _names_a_field_too_many(errors: Iterable[ValidationError]) -> bool:
    """Published schemas are closed and the reader is tolerant: there they differ on purpose."""
    return any(
        error.validator == "additionalProperties" or _names_a_field_too_many(error.context or ()) for error in errors
    )
