"""A numeric target that is not reached by its day, or falls behind its schedule (S0-12..14, S1-04, S2-28..34)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.law import Law
from tests.unit.services.escalation.accidents import pack, under
from tests.unit.services.escalation.stories import fact, law_with, live, moment, settle
from tests.unit.services.escalation.visits import correcting, decide, told, voiding

RULE = "target_behind"
BEHIND = "target_behind due vessels raised 07-01 00:00"


def law(checks: tuple[dict[str, Any], ...] = (), **target: Any) -> Law:
    words = {
        "id": "vessels",
        "title": "安全示范渔船培育建设",
        "goal": 95,
        "unit_of_count": "艘",
        "due": "2023-06-30",
        "clauses": ["S2-29"],
    } | target
    units = {"towns": [{"id": "331081008", "name": "松门镇"}, {"id": "331081011", "name": "石塘镇"}]}
    return law_with(pack(rules={RULE: {"clauses": ["S2-29"], "checks": checks}}, targets=[words], units=units))


def progress(
    value: float, as_of: str, *, unit: str = "松门镇", when: str = "", known: str | None = None, target: str = "vessels"
) -> Fact:
    return fact(
        "target.progressed",
        when or f"{as_of[5:10]} 18:00",
        known=known,
        tenant="331081",
        id_=f"{target}/{unit}/{as_of}/{value}/{when}",
        target=target,
        unit=unit,
        value=value,
        as_of=as_of,
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([], [BEHIND], id="nothing was ever said"),
        pytest.param([progress(95, "2023-06-30")], [], id="reached on the last day"),
        pytest.param([progress(94, "2023-06-30")], [BEHIND], id="one is missing"),
        pytest.param([progress(95.0, "2023-06-30")], [], id="a number with a point"),
        pytest.param(
            [progress(94, "2023-06-30"), progress(95, "2023-07-05")],
            [BEHIND, "target_behind due vessels cleared 07-05 18:00"],
            id="reached five days late",
        ),
        pytest.param(
            [progress(60, "2023-06-20"), progress(35, "2023-06-25", unit="石塘镇")], [], id="two towns together"
        ),
        pytest.param(
            [progress(60, "2023-06-20"), progress(35, "2023-06-25", unit="331081008")],
            [BEHIND],
            id="one town by two spellings: its running total counts, not the sum",
        ),
        pytest.param(
            [progress(60, "2023-05-20"), progress(95, "2023-06-20")], [], id="a running total replaces the earlier one"
        ),
        pytest.param(
            [progress(95, "2023-06-20"), progress(90, "2023-06-28")], [BEHIND], id="a total that was lowered again"
        ),
        pytest.param(
            [progress(95, "2023-06-30", when="07-04 09:00")],
            [BEHIND, "target_behind due vessels retracted 07-04 09:00"],
            id="told later about the last day: it was in time",
        ),
        pytest.param(
            [progress(95, "2023-06-30T23:59:00+08:00", when="06-30 23:59")], [], id="as of an instant of the last day"
        ),
        pytest.param([progress(95, "2023-06-30", target="others")], [BEHIND], id="another target"),
    ],
)
def test_a_target_is_reached_by_its_day(facts: list[Fact], expected: list[str]) -> None:
    """At 24:00 of its day; what is about that day counts, whenever it is told."""
    assert told(under(law(), *facts, until="2023-08-01"), RULE) == expected


def test_a_target_without_a_day_opens_no_clock() -> None:
    """温州's denominators have none: coverage is counted, nobody is late (S0-12)."""
    records = under(law(due=None), until="2024-06-01")

    assert told(records, RULE) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            [progress(47, "2023-05-20"), progress(95, "2023-06-20")],
            ["target_behind half vessels raised 06-01 00:00", "target_behind half vessels cleared 06-20 18:00"],
            id="just below the share",
        ),
        pytest.param([progress(48, "2023-05-20"), progress(95, "2023-06-20")], [], id="just above it"),
    ],
)
def test_a_check_before_the_end(facts: list[Fact], expected: list[str]) -> None:
    """A pack may expect a share of the goal by a day."""
    here = law(checks=({"step": "half", "day": "2023-05-31", "share": 0.5},))

    assert told(under(here, *facts, until="2023-08-01"), RULE) == expected


def test_of_percentages_the_lowest_counts() -> None:
    """一体化率100%: reached when every town has reached it; shares are never added."""
    here = law(goal=100, unit_of_count="%")
    facts = [progress(100, "2023-06-20"), progress(60, "2023-06-20", unit="石塘镇")]

    assert told(under(here, *facts, until="2023-07-05"), RULE) == [BEHIND]


def test_a_correction_replaces_and_a_void_takes_back() -> None:
    """A total that was wrong counts for nothing."""
    wrong = progress(95, "2023-06-30")
    corrected = under(
        law(), wrong, correcting(progress(80, "2023-06-30", when="07-03 09:00"), wrong), until="2023-07-10"
    )
    voided = under(law(), wrong, voiding(wrong, "2023-07-03 09:00"), until="2023-07-10")

    assert [told(records, RULE) for records in (corrected, voided)] == [[BEHIND]] * 2


def test_the_reason_says_how_far_it_is() -> None:
    """The goal, the day, what was reached."""
    behind = next(one for one in under(law(), progress(80, "2023-06-20"), until="2023-07-05") if one.rule == RULE)

    assert (behind.reason, behind.subject.kind, str(behind.level)) == (
        "“安全示范渔船培育建设”目标为95艘，截至2023年6月30日完成80艘，未达目标要求。",
        "target",
        "county",
    )


def test_nine_chemical_parks() -> None:
    """S1-04: the notice counts nine, and the campaign's end is their day."""
    parks = [
        fact(
            "target.progressed", "2020-04-15 17:00", tenant="330400", id_=f"parks/{unit}", target="chemical_parks",
            unit=unit, value=value, as_of="2020-04-15",
        )
        for unit, value in (("港区", 5), ("海盐县", 3))
    ]  # fmt: skip

    behind = next(one for one in decide(*parks, until="2020-04-20") if one.rule == RULE)

    assert "目标为9个，截至2020年4月15日完成8个" in behind.reason


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(5)))
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    """Progress may be told in any order, and before the pack names the target's case."""
    activated = fact("policy.activated", "04-28", tenant="331081", policy="trial-2023", version="1")
    facts = [
        activated,
        progress(40, "2023-05-20"),
        progress(60, "2023-06-20"),
        progress(30, "2023-06-25", unit="石塘镇"),
        progress(40, "2023-07-05", unit="石塘镇"),
    ]
    until, here = moment("2023-08-01"), law()

    assert settle([facts[place] for place in order], until, here) == live(facts, until, here)


def test_a_check_after_the_day_is_none() -> None:
    """A target that is due in June is not checked in September."""
    here = law(checks=({"step": "Q3", "day": "2023-09-30", "share": 0.75},))

    assert told(under(here, until="2023-12-01"), RULE) == [BEHIND]
