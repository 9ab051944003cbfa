"""The engine as a whole: any order of arrival leaves the same decisions, and a replay changes nothing."""

from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.case import MemoryCases
from services.escalation.core.engine import Engine
from tests.unit.services.escalation.stories import fact, law_of, live, moment, report, run, said, settle, standing

UNTIL = moment("07-30")


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """The facts of one or two hazards at one site, contradictions included."""
    facts: list[Fact] = []
    day = st.integers(1, 80).map(lambda n: f"{moment('05-01') + timedelta(hours=n * 23):%Y-%m-%d %H:%M}")
    for hazard in draw(st.sampled_from([["H-1"], ["H-1", "H-2"]])):
        facts.append(
            report(
                draw(day),
                hazard,
                level=draw(st.sampled_from(["general", "major"])),
                found_by=draw(st.sampled_from(["inspection", "undercover"])),
                rectify_by=draw(st.sampled_from([None, "2023-05-20", "2023-06-10"])),
                inspection_id=draw(st.sampled_from([None, "I-1", "I-2"])),
            )
        )
        for _ in range(draw(st.integers(0, 5))):
            kind = draw(st.sampled_from(sorted(_FOLLOWS)))
            facts.append(fact(f"hazard.{kind}", draw(day), hazard_id=hazard, **_FOLLOWS[kind]))
    unique = {one.id: one for one in facts}
    return list(unique.values())


_FOLLOWS: dict[str, dict[str, object]] = {
    "rectified": {"by": "示范机械厂"},
    "reinspected": {"passed": True},
    "closed": {},
    "rectification_refused": {},
    "extension_decided": {"granted": True, "until": "2023-06-25", "approver": "市安委办", "reason": "设备交货"},
    "clock_suspended": {"approver": "市安委办", "reason": "挂账"},
    "clock_resumed": {"approver": "市安委办", "reason": "恢复"},
    "regraded": {"level": "major", "reason": "复核"},
}


@settings(max_examples=150, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_leaves_the_same_decisions(facts: list[Fact], chance: object) -> None:
    """Facts that arrive late, shuffled, leave the decisions that they leave when they arrive in time."""
    shuffled = list(facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert settle(shuffled, UNTIL) == settle(facts, UNTIL) == live(facts, UNTIL)


@settings(max_examples=50, deadline=None)
@given(histories())
def test_a_replay_changes_nothing(facts: list[Fact]) -> None:
    """Facts that are known already lead to no record and move no case."""
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    for one in facts:
        engine.apply_fact(one, cases, UNTIL)
    before = standing(cases)
    again = [record for one in facts for record in engine.apply_fact(one, cases, UNTIL)]

    assert (again, standing(cases)) == ([], before)


@settings(max_examples=50, deadline=None)
@given(histories(), st.integers(0, 60))
def test_a_later_now_never_lowers_a_step(facts: list[Fact], days: int) -> None:
    """With the same facts, what has been decided by some day is still decided later."""
    early = set(settle(facts, UNTIL))
    late = set(settle(facts, UNTIL + timedelta(days=days)))

    assert early <= late


def test_what_only_the_former_site_takes_back_has_not_ended() -> None:
    """A correction places a hazard at another site, where the same inspections found it: it stays a repeat offence."""
    place = {"id": "S-2", "name": "示范化工厂", "address": "示范路2号", "kind": "unit", "sector": "工贸"}
    first, again = report("05-10", inspection_id="I-1"), report("05-12", inspection_id="I-2")
    moved = msgspec.structs.replace(
        report("05-10", known="05-14", inspection_id="I-1", site=place), correction=first.id
    )

    assert said(run(first, again, moved, until="05-15"), "repeat_offence") == ["repeat_offence raised 05-12 00:00"]
