"""The published schema of packs: closed, with a sentence on every key, and true of the packs that ship."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policies import files
from services.escalation.core.published import pack_schema, part_at
from services.escalation.core.rules.registry import RULES
from tests.unit.services.escalation.broken_packs import CITY, PACKS

SHIPPED = [*files.pack_files(), PACKS / CITY]


def keys_of(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        for name, part in node.get("properties", {}).items():
            yield f"{place}.{name}", part
        for name, part in node.items():
            yield from keys_of(part, f"{place}.{name}")


def in_json(raw: object) -> Any:
    return json.loads(json.dumps(raw, default=str))


def test_every_key_has_a_sentence() -> None:
    """Whoever writes a pack finds there what each key means."""
    assert [place for place, part in keys_of(pack_schema()) if not part.get("description")] == []


def test_every_rule_is_in_it() -> None:
    """Each with parameters of its own."""
    assert sorted(pack_schema()["properties"]["rules"]["properties"]) == sorted(RULES)


def test_it_is_a_schema() -> None:
    """Of the draft that it names."""
    of_schemas = Draft202012Validator(Draft202012Validator.META_SCHEMA)

    assert list(of_schemas.iter_errors(pack_schema())) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_packs_fit_it(path: Path) -> None:
    """An editor that knows the schema shows no fault in them."""
    found = Draft202012Validator(pack_schema()).iter_errors(in_json(files.read(path)))

    assert [f"{error.json_path}: {error.message}" for error in found] == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param({"colour": "red"}, "$", id="an unknown key"),
        pytest.param({"rules": {"nothing": {}}}, "$.rules", id="an unknown rule"),
        pytest.param({"rules": {"refusal": {}}}, "$.rules.refusal", id="no clause"),
        pytest.param({"rules": {"refusal": {"clauses": ["S9-01"]}}}, "$.rules.refusal.clauses[0]", id="no clause id"),
    ],
)
def test_what_is_malformed_does_not_fit(change: dict[str, Any], place: str) -> None:
    """The schema refuses what the check refuses by form."""
    raw = in_json(files.read(PACKS / CITY)) | change

    found = Draft202012Validator(pack_schema()).iter_errors(raw)

    assert place in [error.json_path for error in found]


def test_a_part_is_found_by_its_place() -> None:
    """Of several shapes the one whose kind the file names; nothing where the pack knows no such place."""
    raw, schema = files.read(PACKS / CITY), pack_schema()
    stages = part_at(schema, raw, ("obligations", "stage_report", "when"))
    daily = part_at(schema, raw, ("obligations", "commitment", "when"))
    returns = part_at(schema, raw, ("rules", "problem_list", "returns"))

    assert "stages" in stages["properties"]
    assert "stages" not in daily["properties"]
    assert sorted(returns["properties"]) == ["leans_on", "source", "value"]
    assert part_at(schema, raw, ("obligations", "commitment", "nothing", "there")) == {}
