"""Every scenario that holds in `simulate` holds in the running services: published through Kafka, read from the API."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from contracts.roles import Role
from deploy.local.testing import start_kafka
from tests.conftest import SignedIn
from tests.e2e import replayed
from tests.e2e.replayed import Installation, Record, Scenario
from tests.unit.bihuan.test_simulate_scenarios import misses

TESTS = Path(__file__).parents[1]
CITIES = TESTS / "e2e" / "cities"  # cities that exist in no pack of the product: a pack and a scenario, and no code
MORE = [Path(folder) for folder in os.environ.get("BIHUAN_SCENARIOS", "").split(os.pathsep) if folder]
FILES = [path for folder in (TESTS / "scenarios", CITIES, *MORE) for path in sorted(folder.glob("*.json"))]
GROUPS = ("expected", "forbidden", "forbidden_before")


@pytest.fixture(scope="module")
def scenarios() -> dict[Path, Scenario]:
    """Every scenario under a committee of its own."""
    return dict(zip(FILES, replayed.read(FILES), strict=True))


@pytest.fixture(scope="module")
def installation(
    database_url: str, scenarios: dict[Path, Scenario], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One machine for all of them, replayed once."""
    kafka = start_kafka(tmp_path_factory.mktemp("kafka"))
    made = Installation(
        url=database_url, kafka=kafka, folder=tmp_path_factory.mktemp("replayed"), scenarios=list(scenarios.values())
    )
    try:
        made.replay()
        yield made
    finally:
        made.close()
        kafka.stop()


@pytest.fixture(scope="module")
def api(installation: Installation, signed_in: SignedIn) -> Iterator[TestClient]:
    """Escalation's API after the last instant, for the office of the province."""
    with installation.api() as client:
        client.headers.update(signed_in(Role.PROVINCE))
        yield client


@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_holds_live(
    path: Path, scenarios: dict[Path, Scenario], installation: Installation, api: TestClient
) -> None:
    """What it expects was decided, what it forbids was not, and what is malformed was put aside."""
    scenario = scenarios[path]
    found = _asked(api, scenario)

    assert list(misses(scenario.said, found)) == []
    assert (installation.refused(scenario) > 0) == bool(scenario.said.get("exit"))


def test_every_scenario_asks_something() -> None:
    """A file without an expectation would always hold."""
    assert [path.stem for path in FILES if not json.loads(path.read_text(encoding="utf-8")).get("expected")] == []


def _asked(api: TestClient, scenario: Scenario) -> list[Record]:
    """The records of everything that the scenario speaks of."""
    named = {(one["rule"], one["subject"]) for group in GROUPS for one in scenario.said.get(group, [])}
    found = [
        record
        for rule, subject in sorted(named)
        for record in replayed.records(api, scenario, rule=rule, subject=subject)
    ]
    for rule in scenario.said.get("count", {}):
        found += replayed.records(api, scenario, rule=rule)
    return found
