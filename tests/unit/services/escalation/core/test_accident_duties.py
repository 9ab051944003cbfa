"""Accidents, duties and talks as a whole: any order of arrival leaves the same decisions, and a replay changes nothing."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.case import MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.simulation import activation
from tests.unit.services.escalation.accidents import (
    WEIHAI,
    accident,
    corrected,
    dated,
    done,
    pack,
    registered,
    told,
    under,
    void,
)
from tests.unit.services.escalation.stories import all_divisions, law_of, law_with, live, moment, settle, standing

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


BRIEFING = {"rule": "warning_meeting", "title": "情况说明", "clauses": ["S3-18"]}
SHORTLY = {"kind": "accident", "within": {"count": 2, "unit": "calendar_day"}}


def test_departments_may_owe_something_alone_and_without_a_record_at_the_accident() -> None:
    """The pack says who owes it, and whether it is a record of its own; a sector without a lead owes nothing."""
    law = law_with(
        pack(
            units={"members": [{"id": "市消防专委办"}]},
            sectors=[{"name": "消防", "leads": ["市消防专委办"]}],
            obligations={"briefing": BRIEFING | {"when": SHORTLY | {"owed_by": ["department"]}}},
        )
    )
    led = accident("2023-06-01 08:00", tenant="331081003", sector="消防")
    nobodys = accident("2023-06-01 08:00", "A-2", tenant="331081003")

    assert told(under(law, led, nobodys, until="2023-07-01"), "warning_meeting") == [
        "warning_meeting A-1 missing_report raised 2023-06-04 00:00"
    ]


def test_a_talk_stands_under_the_version_of_its_accident() -> None:
    """A version that binds later changes what happens later, and takes nothing back."""
    rules = {"talk_serious_accident": {"clauses": ["S3-21"]}}
    law = Law(
        [pack(rules=rules), pack(version="2", effective_from="2023-09-01", rules={})],
        all_divisions(),
    )
    happened = [
        accident(f"2023-{month}-01 08:00", f"A-{month}", tenant="331081003", deaths=3) for month in ("08", "10")
    ]

    records = under(law, *happened, until="2024-01-01")
    assert [(one.policy.version, one.status, one.facts) for one in records if one.rule == "talk_serious_accident"] == [
        ("1", "proposed", ("A-08/2023-08-01 08:00/",))
    ]


def test_a_window_reaches_back_over_a_new_version() -> None:
    """What an older version of the same pack bound still counts."""
    rules = {"talk_fatal_window": {"clauses": ["S3-22"], "count": 2, "within": {"count": 3, "unit": "month"}}}
    law = Law([pack(rules=rules), pack(version="2", effective_from="2023-09-01", rules=rules)], all_divisions())
    happened = [accident(f"2023-{month}-01 08:00", f"A-{month}", tenant="331081003") for month in ("08", "10")]

    records = [one for one in under(law, *happened, until="2024-01-01") if one.rule == "talk_fatal_window"]
    assert [(one.policy.version, one.subject.id, len(one.facts)) for one in records] == [("2", "331081003", 2)]
