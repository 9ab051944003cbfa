"""A decision of each rule is explained in sentences that an official could read aloud: taken from the shipped packs."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bihuan.event_file import read_events
from contracts.decisions import Decision
from contracts.facts import Fact
from contracts.vocabulary import Measure, RuleId
from policies import tables
from services.escalation.core.explaining import DONE, explain
from services.escalation.core.law import Law
from services.escalation.core.ours import WORDS
from services.escalation.core.rules.registry import RULES
from services.escalation.core.simulation import simulate
from tests.unit.bihuan.test_simulate_scenarios import SCENARIOS
from tests.unit.bihuan.test_simulate_scenarios import law_of as law_of_file
from tests.unit.services.escalation.stories import fact, law_of, moment, report

ENDED = ("cleared", "retracted", "coalesced")
MACHINE = re.compile(r"True|False|None|[(\[{]'|[a-z]+_[a-z]+|区域[0-9]|\d+d\b|T[+-]\d|“[^“”]*“|《[^》]*《")
"""What no official would read out: values of the machine, names of steps, quotation marks within quotation marks."""

INTENDED = re.compile("(?:分|24时)拟")
"""What no person has decided yet is intended."""


class Taken(NamedTuple):
    """A decision with the law and the facts that it came of."""

    record: Decision
    law: Law
    facts: dict[str, Fact]


def scenes(folder: Path) -> Iterator[tuple[Law, list[Fact], datetime]]:
    """The shipped scenarios, and what they have no decision of."""
    for path in SCENARIOS:
        scenario, law = (
            json.loads(path.read_text(encoding="utf-8")),
            law_of_file(json.loads(path.read_text())["policy"]),
        )
        file = folder / "events.jsonl"
        file.write_text("\n".join(json.dumps(event) for event in scenario["events"]), encoding="utf-8")
        yield law, list(read_events(file, law)[0]), datetime.fromisoformat(scenario["until"])
    major: dict[str, Any] = {"level": "major", "rectify_by": None}
    ranks = [{"unit": f"33108100{place}", "rank": place} for place in range(1, 7)]
    yield (
        law_of("wenling-2023"),
        [
            report("05-08", **major),
            fact("hazard.closed", "05-12", hazard_id="H-1"),
            report("06-01 09:00", "H-2", **major),
            fact("league.published", "06-05 10:00", tenant="331081", period="2023-05", rows=ranks),
        ],
        moment("12-01"),
    )
    site = {"id": "S-1", "name": "示范林场", "address": "示范路1号", "kind": "place", "sector": "森林防火"}
    yield (
        law_of("jiaxing-2020"),
        [fact("site.registered", "2020-03-20 09:00", tenant="330402", site=site)],
        moment("2020-04-20"),
    )


@cache
def taken(folder: Path) -> dict[str, Taken]:
    """The first decision of each rule."""
    found: dict[str, Taken] = {}
    for law, facts, until in scenes(folder):
        known = {one.id: one for one in facts}
        for record in simulate(law, sorted(facts, key=lambda one: one.known_at), None, until):
            if record.status not in ENDED:
                found.setdefault(record.rule, Taken(record, law, known))
    return found


@pytest.fixture(scope="module")
def decisions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Taken]:
    """One for each rule."""
    return taken(tmp_path_factory.mktemp("events"))


@pytest.mark.parametrize("rule", list(RuleId), ids=str)
def test_a_decision_of_each_rule_can_be_read_aloud(rule: RuleId, decisions: dict[str, Taken]) -> None:
    """What was decided about whom, why, by which words of the notice, on which facts, and which days were counted."""
    record, law, facts = decisions[rule]
    pack = law.version(record.policy.id, record.policy.version)

    lines = explain([record], pack, tables.clauses(), law.calendar, facts)

    begins = [line.partition("：")[0] for line in lines]
    for word in ("决定", "理由", "依据", "事实", "计日", "状态"):
        assert word in begins
    assert all(line.startswith("　") or line.endswith("。") for line in lines)
    aloud = [
        line for line in lines if not line.startswith(("依据", "事实"))
    ]  # those name packs and events by their ids
    assert [line for line in aloud if MACHINE.search(line)] == []
    assert len(set(record.facts)) == len(record.facts)
    assert bool(INTENDED.search(lines[0])) == (record.status in ("proposed", "provisional"))


def test_every_measure_is_said_as_what_it_does() -> None:
    """Not as a word in quotation marks that is "taken"."""
    assert set(DONE) == set(Measure)


def test_every_value_that_a_pack_may_propose_has_its_words() -> None:
    """A rule with a new parameter says here how it is read out."""
    asked = {
        (name, field)
        for name, rule in RULES.items()
        for field, info in rule.parameters.model_fields.items()
        if "Given" in str(info.annotation) or "Span" in str(info.annotation)
    }

    assert asked == set(WORDS)
