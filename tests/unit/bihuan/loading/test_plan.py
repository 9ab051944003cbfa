"""Simulated upstreams say things that can be said, the same for the same seed, each hazard's steps in order."""

import json
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from bihuan.loading.plan import STEPS, TENANTS, Script, Upstream, upstreams
from contracts.events.table import EVENT_TYPES
from contracts.fields import Data

NOW = datetime(2026, 5, 4, 2, tzinfo=UTC)
UPSTREAM = Upstream("load-1-kafka", "331081003", "kafka")


def said(seed: int, count: int = 500) -> list[dict[str, object]]:
    script = Script(UPSTREAM, "load1", random.Random(seed))
    return [script.next(NOW + timedelta(seconds=number / 5)) for number in range(count)]


def test_the_same_seed_says_the_same() -> None:
    """And another one says something else."""
    assert said(1) == said(1)
    assert said(1) != said(2)


def test_every_event_is_one_of_the_contract_and_has_an_id_of_its_own() -> None:
    """Strictly as the doors judge it."""
    events = said(1)

    for event in events:
        model = EVENT_TYPES[str(event["type"])].model
        assert issubclass(model, Data)
        model.model_validate_json(json.dumps(event["data"]))
    assert len({event["id"] for event in events}) == len(events)


def test_steps_of_a_hazard_come_in_their_order() -> None:
    """From report to close-out, none left out between."""
    order = ["hazard.reported.v1", *(f"{kind}.v1" for kind, _ in STEPS)]
    steps = defaultdict(list)
    for event in said(1):
        steps[event["data"]["hazard_id"]].append(event["type"])  # type: ignore[index]

    assert all(kinds == order[: len(kinds)] for kinds in steps.values())
    assert max(len(kinds) for kinds in steps.values()) == len(order)


@pytest.mark.parametrize(("door", "doors"), [("both", {"kafka", "http"}), ("kafka", {"kafka"}), ("http", {"http"})])
def test_upstreams_take_tenants_and_doors_in_turn(door: str, doors: set[str]) -> None:
    """Each has a name of its own that a topic may have."""
    made = upstreams(7, door, TENANTS)  # type: ignore[arg-type]

    assert {one.door for one in made} == doors
    assert [one.tenant for one in made[:6]] == [*TENANTS, TENANTS[0]]
    assert len({one.slug for one in made}) == 7
