"""An accident breaks the goals of a campaign, a key period or the year (S0-02, S0-03, S0-04, S2-03, S2-04)."""

import pytest
from pydantic import ValidationError

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import (
    WENZHOU,
    accident,
    corrected,
    dated,
    decide,
    pack,
    told,
    under,
    void,
)
from tests.unit.services.escalation.stories import law_with

RULE = "campaign_goal"
RUIAN = "330381"
AT = "2020-04-06 08:00"


def broken(*facts: Fact, until: str = "2020-06-01") -> list[str]:
    """The goals that stand broken, as `step status`."""
    records = [one for one in decide(*facts, until=until, packs=WENZHOU) if one.rule == RULE]
    return [f"{one.step} {one.status}" for one in records]


def happened(when: str = AT, **words: object) -> Fact:
    return accident(when, "W-1", **({"tenant": RUIAN, "liability": "pending"} | words))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fact", "goals"),
    [
        pytest.param(happened(deaths=1), ["no_death raised"], id="one death breaks the soft goal"),
        pytest.param(
            happened(deaths=2), ["no_death raised", "no_two_deaths raised"], id="two break both: 以上 includes two"
        ),
        pytest.param(happened(deaths=0), [], id="no death"),
        pytest.param(happened(deaths=None, serious_injuries=5), [], id="unknown deaths break nothing"),
        pytest.param(
            happened(deaths=0, category="forest_fire"), ["no_forest_fire raised"], id="a forest fire without deaths"
        ),
        pytest.param(
            happened(deaths=None, category="forest_fire.crown"), ["no_forest_fire raised"], id="a kind of forest fire"
        ),
        pytest.param(happened(deaths=0, category="fire"), [], id="a fire that is no forest fire"),
        pytest.param(happened("2020-03-24 00:00"), ["no_death raised"], id="the campaign's first instant"),
        pytest.param(happened("2020-03-23 23:59"), [], id="the minute before"),
        pytest.param(happened("2020-04-15 23:59"), ["no_death raised"], id="the campaign's last minute"),
        pytest.param(happened("2020-04-16 00:00", deaths=2), [], id="the minute after: outside its goals"),
        pytest.param(happened(liability="not_liable"), ["no_death raised"], id="nobody has to answer for it"),
        pytest.param(happened(known="2020-05-20 09:00"), ["no_death raised"], id="known after the campaign"),
        pytest.param(happened(tenant="330371"), ["no_death raised"], id="in the zone"),
        pytest.param(happened(tenant="330300"), ["no_death raised"], id="the city's own"),
    ],
)
def test_an_accident_breaks_the_goals_of_the_campaign(fact: Fact, goals: list[str]) -> None:
    """Deaths and the campaign's days decide; its first and last day belong to it."""
    assert sorted(broken(fact)) == goals


def test_a_toll_that_changes_breaks_and_mends_goals() -> None:
    """A second death breaks the second goal; an accident that never was breaks none."""
    assert broken(
        happened(deaths=1, id_="first"), happened(deaths=2, known="2020-04-08"), void("first", "2020-04-09 09:00")
    ) == ["no_death raised", "no_two_deaths raised"]
    assert broken(happened(id_="first"), void("first", "2020-04-09 09:00", tenant=RUIAN)) == [
        "no_death raised",
        "no_death retracted",
    ]


def test_a_correction_of_the_event_counts_like_a_second_word() -> None:
    """It replaces the data and keeps the event's time."""
    first = happened(id_="first")
    mended = corrected(happened("2020-04-20 08:00", deaths=0, id_="second"), "first")

    assert broken(first, mended) == ["no_death raised", "no_death retracted"]


def test_the_record_says_how_grave_it_is() -> None:
    """A hard goal is a red alert; the subject is the accident, its own clause stands on the record."""
    records = [one for one in decide(happened(deaths=2), until="2020-06-01", packs=WENZHOU) if one.rule == RULE]

    assert {one.step: (one.context["severity"], one.clauses, one.level) for one in records} == {
        "no_death": ("alert", ("S0-02",), "city"),
        "no_two_deaths": ("red", ("S0-03",), "city"),
    }
    assert {(one.measure, one.subject.kind, one.subject.id, one.tenant) for one in records} == {
        ("alert", "accident", "W-1", RUIAN)
    }
    assert min(one.reason for one in records) == (
        "2020年4月6日瑞安市的工贸事故（W-1）死亡2人，突破“护航复工复产安全生产攻坚行动”“力争不发生亡人事故”的目标。"
    )


PERIODS = law_with(
    pack(
        milestones=["games_start", "games_end"],
        key_periods=[
            {"id": "games", "name": "亚运会期间", "begins_with": "games_start", "ends_with": "games_end"},
            {"id": "holiday", "name": "国庆节期间", "first": "2023-10-01", "last": "2023-10-06"},
        ],
        rules={
            RULE: {
                "clauses": ["S2-03", "S2-04"],
                "goals": [
                    {
                        "id": "no_larger",
                        "title": "不发生较大以上事故",
                        "binding": "hard",
                        "clauses": ["S2-03"],
                        "during": "always",
                        "grade": "larger",
                    },
                    {
                        "id": "key_period",
                        "title": "不发生亡人或有影响的事故",
                        "binding": "hard",
                        "clauses": ["S2-04"],
                        "during": "key_periods",
                        "deaths": 1,
                        "influential": True,
                    },
                ],
            }
        },
    )
)
START = dated("games_start", "2023-09-23", "2023-09-01", tenant="331081")
END = dated("games_end", "2023-10-08", "2023-09-01", tenant="331081")
OTHER_END = dated("games_end", "2023-09-24", "2023-09-20", tenant="331081")
TOWN = "331081003"


def in_periods(*facts: Fact) -> list[str]:
    records = [one for one in under(PERIODS, *facts, until="2023-12-31") if one.rule == RULE]
    return [f"{one.step} {one.status}" for one in records]


@pytest.mark.parametrize(
    ("facts", "goals"),
    [
        pytest.param(
            [START, END, accident("2023-09-23 00:00", tenant=TOWN)], ["key_period raised"], id="the first day"
        ),
        pytest.param([START, END, accident("2023-10-08 23:59", tenant=TOWN)], ["key_period raised"], id="the last day"),
        pytest.param([START, END, accident("2023-10-09 00:00", tenant=TOWN)], [], id="the day after"),
        pytest.param([START, END, accident("2023-09-25", tenant=TOWN, deaths=0)], [], id="nobody died"),
        pytest.param(
            [START, END, accident("2023-09-25", tenant=TOWN, deaths=0, influential=True)],
            ["key_period raised"],
            id="but it drew attention",
        ),
        pytest.param([accident("2023-09-25", tenant=TOWN)], [], id="not dated: not begun"),
        pytest.param(
            [START, accident("2023-09-25", tenant=TOWN)],
            ["key_period provisional"],
            id="its end is not dated: provisional",
        ),
        pytest.param([accident("2023-10-01", tenant=TOWN)], ["key_period raised"], id="a period with known days"),
        pytest.param([accident("2023-06-01", tenant=TOWN, deaths=3)], ["no_larger raised"], id="the goal of the year"),
        pytest.param([START, END, OTHER_END, accident("2023-09-25", tenant=TOWN)], [], id="the end is brought forward"),
    ],
)
def test_key_periods_are_dated_by_milestones(facts: list[Fact], goals: list[str]) -> None:
    """A window between two milestones begins when the first is dated; named windows need none."""
    assert in_periods(*facts) == goals


def test_a_milestone_dated_afterwards_settles_what_was_provisional() -> None:
    """An end before the accident takes it back, an end after it makes it firm."""
    happened = accident("2023-09-25", tenant=TOWN)
    after = dated("games_end", "2023-10-08", "2023-10-05", tenant="331081")
    before = dated("games_end", "2023-09-24", "2023-10-05", tenant="331081")

    assert in_periods(START, happened, after) == ["key_period provisional", "key_period raised"]
    assert in_periods(START, happened, before) == ["key_period provisional", "key_period retracted"]


def test_two_goals_of_one_id_are_refused() -> None:
    """They would be one decision."""
    goal = {"id": "g", "title": "g", "binding": "soft", "clauses": ["S0-02"]}

    with pytest.raises(ValidationError, match="two goals have one id"):
        pack(rules={RULE: {"clauses": ["S0-02"], "goals": [goal, goal]}})


def test_accidents_of_two_systems_with_one_id_are_two() -> None:
    """Ids of different upstream systems are told apart."""
    records = [
        one
        for one in decide(happened(), _elsewhere(happened(id_="other")), until="2020-06-01", packs=WENZHOU)
        if one.rule == RULE
    ]

    assert len({one.decision_id for one in records}) == 2
    assert told(records, RULE) == [f"{RULE} W-1 alert raised {AT}"] * 2


def _elsewhere(fact: Fact) -> Fact:
    return type(fact)(**{name: getattr(fact, name) for name in fact.__struct_fields__} | {"namespace": "elsewhere"})
