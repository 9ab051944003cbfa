"""Cases in a file are the same as cases in memory, however few of them memory holds."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.engine import Engine
from services.escalation.core.simulation import activation, run, simulate
from services.escalation.store import scratch
from services.escalation.store.scratch import AFTER, BEFORE, Outcomes, ScratchCases
from tests.unit.services.escalation.histories import DAY, TENANTS, histories
from tests.unit.services.escalation.stories import fact, law_of, moment, report
from tests.unit.services.escalation.visits import correcting

LAW = law_of("wenling-2023")
OPENED = activation(LAW, "331081", LAW.begins(LAW.packs[0]))
UNTIL = moment("07-15")


def story(hazards: int) -> list[Fact]:
    """Hazards of three sites: late ones, ones put right, one voided before its report comes."""
    told = [OPENED]
    for number in range(hazards):
        name, when = f"H-{number}", f"05-{8 + number % 5:02d} 09:{number % 60:02d}"
        told.append(report(when, name, site={"id": f"S-{number % 3}", "name": "示范厂"}, inspection_id=f"I-{number}"))
        if number % 2:
            told.append(fact("hazard.rectified", f"05-{15 + number % 9} 10:00", hazard_id=name, by="u1"))
        if number % 4 == 3:
            told.append(fact("hazard.reinspected", f"05-{25 + number % 5} 10:00", hazard_id=name, passed=False))
    void = correcting(fact("hazard.reported", "05-08 08:00"), report("05-09 09:00", "H-void"))
    return sorted([*told, void, report("05-09 09:00", "H-void")], key=lambda one: one.known_at)


def kept_in(in_memory: int, told: list[Fact], asleep: int = 1) -> list[Decision]:
    with ScratchCases(in_memory, asleep) as cases:
        return list(run(Engine(LAW), told, UNTIL, cases))


@pytest.mark.parametrize("pack", sorted(TENANTS))
@settings(max_examples=12, deadline=None)
@given(data=st.data(), in_memory=st.integers(0, 12), asleep=st.integers(0, 2))
def test_what_is_printed_is_the_same_byte_for_byte(pack: str, data: st.DataObject, in_memory: int, asleep: int) -> None:
    """Whatever happened, corrected and voided events and people's words among it, and wherever its cases lay."""
    start, facts = data.draw(histories(pack))
    law, told = law_of(pack), sorted(facts, key=lambda one: one.known_at)

    with ScratchCases(in_memory, asleep) as cases:
        spilled = [msgspec.json.encode(one) for one in simulate(law, told, None, start + 400 * DAY, cases)]

    assert spilled == [msgspec.json.encode(one) for one in simulate(law, told, None, start + 400 * DAY)]


@pytest.mark.parametrize("in_memory", [0, 2, 1000])
def test_much_of_everything_goes_through_the_file(in_memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where every list that is written in bulk is full after two."""
    monkeypatch.setattr(scratch, "AT_ONCE", 2)
    told = story(9)

    expected = list(simulate(LAW, [one for one in told if one is not OPENED], None, UNTIL))
    assert kept_in(in_memory, told) == expected


def test_memory_holds_no_more_than_it_may() -> None:
    """Between two facts."""
    with ScratchCases(3, 2) as cases:
        for _ in run(Engine(LAW), story(8), UNTIL, cases):
            pass
        cases.due(UNTIL, inclusive=True)

        assert len(cases._used) <= 3
        assert len(cases._asleep) <= 2


FIRST = next(one for one in kept_in(100, story(1)) if one.rule == "overdue")


@pytest.mark.parametrize(
    ("before", "after", "ways"),
    [
        pytest.param([FIRST], [FIRST], [], id="the same"),
        pytest.param([FIRST], [], ["dropped"], id="one has none"),
        pytest.param([], [FIRST], ["added"], id="the other has none"),
        pytest.param([FIRST], [msgspec.structs.replace(FIRST, level="city")], ["moved"], id="another level"),
        pytest.param([FIRST, msgspec.structs.replace(FIRST, status="retracted")], [], [], id="taken back"),
        pytest.param(
            [FIRST, msgspec.structs.replace(FIRST, status="retracted"), FIRST], [], ["dropped"], id="back again"
        ),
    ],
)
def test_what_is_taken_back_does_not_count(before: list[Decision], after: list[Decision], ways: list[str]) -> None:
    """Of each decision the first record that stands."""
    with Outcomes() as outcomes:
        for law, records in ((BEFORE, before), (AFTER, after)):
            for record in records:
                outcomes.note(law, record, told=record.status == "raised")

        assert [one.way for one in outcomes.differences()] == ways
    assert timedelta(0) < UNTIL - FIRST.at
