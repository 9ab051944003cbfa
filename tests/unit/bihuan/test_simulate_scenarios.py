"""Hold the scenario files of `tests/scenarios` against `simulate`: what must come out of them, and what must not."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bihuan.event_file import read_events
from bihuan.simulate import named_packs, read_divisions
from services.escalation.core.law import Law
from services.escalation.core.simulation import simulate
from services.escalation.packs import work_calendar

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.json"))
INSTANTS = ("at", "since")
WORDS = ("measure", "status", "level", "step", "tenant")
Record = dict[str, Any]


@cache
def law_of(policy: str) -> Law:
    return Law(list(named_packs([policy])), read_divisions(None), work_calendar())


def decided(scenario: Record, events: list[Record], folder: Path) -> list[Record]:
    """The records that the events lead to, as they are printed, and how many lines were refused."""
    file, law = folder / "events.jsonl", law_of(scenario["policy"])
    file.write_text("\n".join(json.dumps(event, ensure_ascii=False) for event in events), encoding="utf-8")
    facts, refused = read_events(file, law)
    assert (refused > 0) == bool(scenario.get("exit")), f"{refused} lines were refused"
    told = simulate(law, facts, None, datetime.fromisoformat(scenario["until"]))
    return [json.loads(msgspec.json.encode(record)) for record in told]


def fits(record: Record, wanted: Record) -> bool:
    """Whether a record has every value that is named."""
    if (record["rule"], record["subject"]["id"]) != (wanted["rule"], wanted["subject"]):
        return False
    return all(record.get(word) == wanted[word] for word in WORDS if word in wanted) and all(
        record.get(instant) and datetime.fromisoformat(record[instant]) == datetime.fromisoformat(wanted[instant])
        for instant in INSTANTS
        if instant in wanted
    )


def misses(scenario: Record, records: list[Record]) -> Iterator[str]:
    for wanted in scenario.get("expected", []):
        if not any(fits(record, wanted) for record in records):
            yield f"missing: {wanted}"
    for banned in scenario.get("forbidden", []):
        if any(fits(record, banned) for record in records):
            yield f"forbidden: {banned}"
    for banned in scenario.get("forbidden_before", []):
        asked = {key: word for key, word in banned.items() if key != "at"}
        limit = datetime.fromisoformat(banned["at"])
        if any(fits(record, asked) and datetime.fromisoformat(record["at"]) < limit for record in records):
            yield f"too early: {banned}"
    for rule, number in scenario.get("count", {}).items():
        seen = {record["subject"]["id"] for record in records if record["rule"] == rule}
        if len(seen) != number:
            yield f"{rule} for {len(seen)} subjects instead of {number}"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_holds(path: Path, tmp_path: Path) -> None:
    """Everything that it expects comes out and nothing that it forbids, in the order of interface section 4."""
    scenario = json.loads(path.read_text(encoding="utf-8"))
    records = decided(scenario, scenario["events"], tmp_path)
    order = [
        (datetime.fromisoformat(one["known_at"]), datetime.fromisoformat(one["at"]), one["decision_id"])
        for one in records
    ]

    assert list(misses(scenario, records)) == []
    assert order == sorted(order)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_order_of_the_file_and_repeated_lines_change_nothing(path: Path, tmp_path: Path) -> None:
    """Every event twice, and all moments from the last to the first: the same records; ties keep their order."""
    scenario = json.loads(path.read_text(encoding="utf-8"))
    turned = sorted(scenario["events"], key=known_at, reverse=True)

    assert decided(scenario, [*turned, *turned], tmp_path) == decided(scenario, scenario["events"], tmp_path)


def known_at(event: Record) -> float:
    """When an event becomes known, as far as an order needs it; malformed ones have no place of their own."""
    try:
        return datetime.fromisoformat(event.get("recordedtime", event["time"])).timestamp()
    except ValueError:
        return 0
