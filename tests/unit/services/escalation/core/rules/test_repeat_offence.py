"""屡查不改: open in more than one inspection; never mixed up with recurrence (S3-12)."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.case import CaseKey, MemoryCases
from services.escalation.core.cases.site import SiteHistory
from services.escalation.core.engine import Engine
from services.escalation.core.rules.repeat_offence import Parameters, find
from tests.unit.services.escalation.core.rules.site_histories import WHERE, sites
from tests.unit.services.escalation.stories import fact, law_of, report, run, said


def failed(when: str, inspection_id: str = "") -> Fact:
    return fact("hazard.reinspected", when, hazard_id="H-1", passed=False, inspection_id=inspection_id)


def found(when: str, hazard_id: str, inspection_id: str) -> Fact:
    return report(when, hazard_id, inspection_id=inspection_id, rectify_by=None)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([found("05-08", "H-1", "I-1")], [], id="one inspection"),
        pytest.param(
            [found("05-08", "H-1", "I-1"), failed("05-15")],
            ["repeat_offence raised 05-15 00:00"],
            id="a failed re-inspection",
        ),
        pytest.param(
            [found("05-08", "H-1", "I-1"), found("05-15", "H-2", "I-2")],
            ["repeat_offence raised 05-15 00:00"],
            id="another inspection finds the same while one is open",
        ),
        pytest.param(
            [found("05-08", "H-1", "I-1"), found("05-15", "H-2", "I-1")], [], id="the same inspection says it twice"
        ),
        pytest.param(
            [report("05-08"), report("05-15", "H-2")],
            [],
            id="reports without an inspection say nothing about inspections",
        ),
        pytest.param(
            [
                found("05-08", "H-1", "I-1"),
                fact("hazard.closed", "05-10", hazard_id="H-1"),
                found("05-15", "H-2", "I-2"),
            ],
            [],
            id="what was closed out is a recurrence",
        ),
        pytest.param(
            [found("05-08", "H-1", "I-1"), failed("05-15"), failed("05-20")],
            ["repeat_offence raised 05-15 00:00", "repeat_offence raised 05-20 00:00"],
            id="each further inspection says so again",
        ),
    ],
)
def test_a_repeat_offence_is_open_in_a_second_inspection(facts: list[Fact], expected: list[str]) -> None:
    """A failed re-inspection counts, and a report by another inspection while one alike is open."""
    assert said(run(*facts, until="06-01"), "repeat_offence") == expected


@given(site=sites(), least=st.integers(2, 4))
def test_every_sighting_is_held_against_all_that_are_alike(site: SiteHistory, least: int) -> None:
    """What is found is what looking at every hazard of the same key at every sighting finds."""
    found = [
        (one.subject_id, one.occurrence, one.rests_on)
        for one in find(site, Parameters(clauses=("S2-24",), inspections=least), WHERE)
    ]

    expected, rows = set(), Counter[tuple[str, int]]()
    for key in {hazard.repeat_key for hazard in site.hazards}:
        alike = [hazard for hazard in site.hazards if hazard.repeat_key == key]
        sightings = [(fact.time, fact.id, fact, one, seen, False) for one in alike for fact, seen in one.reports]
        sightings += [(fact.time, fact.id, fact, one, seen, True) for one in alike for fact, seen in one.failures]
        count, inspections, opening = 0, set(), None
        for at, _, told, hazard, seen, failed in sorted(sightings, key=lambda sighting: sighting[:2]):
            some_open = any(
                one.reports[0][0].time < at and not any(closure.time <= at for closure in one.closures) for one in alike
            )
            if opening is None or not some_open:
                count, inspections, opening = 1, {seen}, told
            elif failed or (seen and seen not in inspections):
                count, inspections = count + 1, inspections | {seen}
                if count >= least:
                    rows[hazard.hazard_id, count] += 1
                    row = rows[hazard.hazard_id, count]
                    name = f"{count}/{row}" if row > 1 else str(count)
                    expected.add((hazard.hazard_id, name, tuple(dict.fromkeys((opening, told)))))
    assert set(found) == expected
    assert len({(subject, occurrence) for subject, occurrence, _ in found}) == len(found)


def test_a_second_row_of_one_hazard_is_another_occurrence() -> None:
    """Else the two would have one name, and each look at the site would announce the other of them."""
    told = [
        found("05-08", "H-1", "I-1"),
        found("05-10", "H-1", "I-2"),
        fact("hazard.closed", "05-12", hazard_id="H-1"),
        found("05-14", "H-2", "I-3"),
        found("05-16", "H-1", "I-4"),
    ]
    engine, cases = Engine(law_of("wenling-2023")), MemoryCases()
    records = [record for one in told for record in engine.apply_fact(one, cases)]

    twice = [record.occurrence for record in records if record.rule == "repeat_offence"]
    assert twice == ["2", "2/2"]
    assert engine.settle_again(CaseKey("331081", "site", "", "S-1"), cases) == []
