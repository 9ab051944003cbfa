"""Accidents, duties and talks as a whole: any order of arrival leaves the same decisions, and a replay changes nothing."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.case import MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.simulation import activation
from tests.unit.services.escalation.accidents import WEIHAI, accident, corrected, dated, done, registered, void
from tests.unit.services.escalation.stories import law_of, live, moment, settle, standing

LAW = law_of(*WEIHAI)
FIRST = moment("2021-05-10")
UNTIL = moment("2022-03-01")
AREAS = ("371083", "371071")


def _when(hours: int) -> str:
    return f"{FIRST + timedelta(hours=hours):%Y-%m-%d %H:%M}"


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """Accidents told several times, corrected and voided, meetings dated anew, duties done in time and late."""
    hours = st.integers(0, 24 * 200)
    facts: list[Fact] = [activation(LAW, "371000", moment("2021-05-14"))]
    for number in range(draw(st.integers(1, 4))):
        name, tenant, first = f"A-{number}", draw(st.sampled_from(AREAS)), draw(hours)
        recorded = first
        for word in range(draw(st.integers(1, 3))):
            facts.append(
                accident(
                    _when(first),
                    name,
                    tenant=draw(st.sampled_from([tenant, tenant, "371000", "371082"])) if word else tenant,
                    known=_when(recorded),
                    id_=f"{name}/{word}",
                    deaths=draw(st.sampled_from([None, 0, 1, 1, 2, 3])),
                    liability=draw(st.sampled_from(["liable", "liable", "pending", "not_liable"])),
                    category=draw(st.sampled_from(["industrial", "industrial.mine", "road"])),
                    sector=draw(st.sampled_from(["道路交通", "消防", "工贸"])),
                )
            )
            recorded += draw(st.integers(1, 500))
        if draw(st.booleans()):
            facts.append(
                draw(
                    st.sampled_from(
                        [
                            void(f"{name}/0", _when(recorded), tenant=tenant),
                            corrected(accident(_when(recorded), name, tenant=tenant, id_=f"{name}/c"), f"{name}/0"),
                        ]
                    )
                )
            )
        if draw(st.booleans()):
            held = first + draw(st.integers(0, 24 * 30))
            late = held + draw(st.sampled_from([0, 0, 24 * 20]))
            facts.append(done("warning_meeting", tenant, name, _when(held), known=_when(late), id_=f"{name}/held"))
    for number in range(draw(st.integers(0, 3))):
        said = draw(hours)
        day = FIRST + timedelta(hours=said, days=draw(st.integers(0, 20)))
        facts.append(dated("standing_meeting", f"{day:%Y-%m-%d}", _when(said + number)))
    unique = {one.id: one for one in facts}
    return list(unique.values())


@settings(max_examples=120, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_leaves_the_same_decisions(facts: list[Fact], chance: object) -> None:
    """Facts that arrive late, shuffled, leave the decisions that they leave when they arrive in time.

    What takes an event back names it by its id alone, so it comes after it.
    """
    shuffled = list(facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    shuffled.sort(key=lambda one: one.id.startswith("void/"))

    assert settle(shuffled, UNTIL, LAW) == settle(facts, UNTIL, LAW) == live(facts, UNTIL, LAW)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_a_replay_changes_nothing(facts: list[Fact]) -> None:
    """Every fact told a second time brings no record and changes no case."""
    cases, engine = MemoryCases(), Engine(LAW)
    for one in facts:
        engine.apply_fact(one, cases, UNTIL)
    before = standing(cases)

    again = [record for one in facts for record in engine.apply_fact(one, cases, UNTIL)]

    assert again == []
    assert standing(cases) == before


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 200))
def test_a_later_now_never_takes_a_decision_back(facts: list[Fact], days: int) -> None:
    """As time passes without news, decisions are only added or ended."""
    now = moment("2021-12-20")
    known = [one for one in facts if one.known_at <= now and one.time <= now]

    earlier = live(known, now, LAW)
    later = live(known, now + timedelta(days=days), LAW)

    assert set(earlier) <= set(later)
    assert {key for key, (_, status) in earlier.items() if status == "cleared"} <= {
        key for key, (_, status) in later.items() if status == "cleared"
    }


def test_one_case_is_not_opened_twice_by_many_words() -> None:
    """A site registered a hundred times leaves one decision."""
    facts = [registered(f"2021-06-01 09:{minute:02}", id_=f"r-{minute}") for minute in range(50)]

    assert len(settle(facts, UNTIL, LAW)) == 1
