"""Facts about the examples that ship: each is good by the schema, by the reader and by the inner decoder."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator

from contracts.audit import ANCHOR_TYPE, AuditAnchored
from contracts.decisions import DECISION_TYPE, Decision
from contracts.divisions import load
from contracts.events import EVENT_TYPES, Event, Sender, model_of, read_event, types_from
from contracts.facts import Fact
from contracts.notices import NOTICE_TYPE, Notice

CONTRACTS = Path(__file__).parents[2] / "contracts"
STRUCTS = {DECISION_TYPE: Decision, NOTICE_TYPE: Notice, ANCHOR_TYPE: AuditAnchored}


def example(name: str) -> dict[str, Any]:
    return dict(json.loads((CONTRACTS / "examples" / f"{name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_example_fits_its_schema(name: str) -> None:
    """The frozen schema takes the example."""
    schema = json.loads((CONTRACTS / "schemas" / f"{name}.json").read_text(encoding="utf-8"))

    assert [error.message for error in Draft7Validator(schema).iter_errors(example(name))] == []


@pytest.mark.parametrize("name", types_from(Sender.UPSTREAM, Sender.PEOPLE))
def test_an_example_is_read_without_a_flag(name: str) -> None:
    """The reader at the doors takes the example, and every word of it is familiar."""
    event = read_event(example(name), people=EVENT_TYPES[name].sender is Sender.PEOPLE)

    assert isinstance(event, Event), event
    assert event.flags == ()


@pytest.mark.parametrize("name", types_from(Sender.OURSELVES))
def test_an_inner_example_is_decoded(name: str) -> None:
    """What the services say is read by the inner decoder."""
    fact = msgspec.json.decode(json.dumps(example(name)), type=Fact)

    assert name == fact.type
    if name in STRUCTS:
        assert msgspec.json.decode(fact.data, type=STRUCTS[name])


@pytest.mark.parametrize("name", types_from(Sender.UPSTREAM, Sender.PEOPLE))
def test_an_example_shows_every_field(name: str) -> None:
    """Whoever copies an example sees all that could be said; a site is given in full rather than by its id."""
    fields = {field.alias or said for said, field in model_of(name).model_fields.items()}

    assert fields - example(name)["data"].keys() <= ({"site_id"} if "site" in fields else set())


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_example_names_no_real_person_or_number(name: str) -> None:
    """Handles only, and divisions that are known."""
    text = json.dumps(example(name), ensure_ascii=False)

    assert re.search(r"(?<![0-9a-f])1[3-9][0-9]{9}(?![0-9a-f])", text) is None
    assert name in {"clock.ticked.v1", ANCHOR_TYPE} or load().known(example(name)["tenant"])
