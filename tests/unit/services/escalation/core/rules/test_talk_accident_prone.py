"""Many accidents bring an area to a talk (S2-18); the number and the span are ours."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import accident, pack, told, under
from tests.unit.services.escalation.stories import law_with

RULE = "talk_accident_prone"
TOWN = "331081003"


def law_of_three(**more: object) -> object:
    parameters = {
        "clauses": ["S2-18"],
        "count": {"value": 3, "source": "proposed", "leans_on": "L5"},
        "within": {"count": 6, "unit": "month", "source": "proposed", "leans_on": "L5"},
    }
    return law_with(
        pack(
            rules={RULE: parameters | more},
            sectors=[{"name": "建筑施工", "leads": ["建设施工专委办"]}],
            fallback_lead="市安委办",
        )
    )


def happened(when: str, number: int, **words: object) -> Fact:
    return accident(when, f"A-{number}", **({"tenant": TOWN, "deaths": 0} | words))  # type: ignore[arg-type]


TWO = [happened("2023-05-10", 1), happened("2023-06-10", 2)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(TWO, [], id="two are not three"),
        pytest.param([*TWO, happened("2023-11-10 23:59", 3)], ["proposed 2023-11-10 23:59"], id="three in six months"),
        pytest.param([*TWO, happened("2023-11-11", 3)], [], id="the first has dropped out"),
        pytest.param(
            [*TWO, happened("2023-07-01", 3, liability="pending")],
            ["provisional 2023-07-01 00:00"],
            id="one is pending",
        ),
        pytest.param([*TWO, happened("2023-07-01", 3, liability="not_liable")], [], id="nobody answers for one"),
        pytest.param([*TWO, happened("2023-07-01", 3, tenant="331081004")], [], id="the third is in another town"),
        pytest.param(
            [*TWO, happened("2023-07-01", 3, tenant=f"{TOWN}201")],
            ["proposed 2023-07-01 00:00"],
            id="a village is its town's",
        ),
    ],
)
def test_three_accidents_within_six_months(facts: list[Fact], expected: list[str]) -> None:
    """Accidents for which somebody answers, in one area, within the span."""
    records = under(law_of_three(), *facts, until="2024-01-01")  # type: ignore[arg-type]

    assert told(records, RULE) == [f"{RULE} {TOWN} admonition_talk {line}" for line in expected]


def test_a_pack_may_count_fatal_accidents_of_some_families_alone() -> None:
    """The ground is the committee's own to draw."""
    law = law_of_three(fatal=True, categories=["industrial"])
    third = happened("2023-07-01", 3, deaths=1)

    assert told(under(law, *TWO, third, until="2024-01-01"), RULE) == []  # type: ignore[arg-type]


def test_the_sectors_office_talks_on_behalf_of_the_committee() -> None:
    """`acts_for` names it; the sentence lists the accidents."""
    third = happened("2023-07-01", 3, sector="建筑施工")
    record = next(one for one in under(law_of_three(), *TWO, third, until="2024-01-01") if one.rule == RULE)  # type: ignore[arg-type]

    assert (record.level, record.acts_for) == ("county", "建设施工专委办")
    assert record.reason == (
        "城西街道在6个月内发生3起事故：2023年5月10日（A-1）、2023年6月10日（A-2）、2023年7月1日（A-3），属事故多发，"
        "建议约谈城西街道主要负责同志，督促限期整改突出问题。"
    )


def test_the_committees_own_accidents_call_nobody() -> None:
    """It does not talk to itself."""
    own = [happened(f"2023-0{month}-10", month, tenant="331081") for month in (5, 6, 7)]

    assert told(under(law_of_three(), *own, until="2024-01-01"), RULE) == []  # type: ignore[arg-type]
