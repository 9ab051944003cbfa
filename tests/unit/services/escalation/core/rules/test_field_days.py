"""Every team spends eight days in the field, by unannounced visits of sites (S1-12)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import pack, under
from tests.unit.services.escalation.stories import fact, law_with, moment
from tests.unit.services.escalation.visits import decide, inspected

RULE = "field_days"


def days(*numbers: int, **words: object) -> list[Fact]:
    """Visits on these days; 26 and above is March, below is April."""
    return [inspected(f"2020-{'03' if n > 24 else '04'}-{n:02d} 10:00", **words) for n in numbers]  # type: ignore[arg-type]


def said(*facts: Fact, until: str = "2020-05-01", team: str = "team-4") -> list[str]:
    return [
        f"{one.step} {one.status} {one.at.astimezone(moment('05-01').tzinfo):%m-%d %H:%M}"
        for one in decide(*facts, until=until)
        if one.rule == RULE and one.subject.id == team
    ]


NEVER = ["forecast raised 04-09 00:00", "missed raised 04-16 00:00"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([], NEVER, id="no visit at all: warned when seven days are left for eight"),
        pytest.param(days(26, 27, 28, 29, 30, 31, 1, 2), [], id="eight days"),
        pytest.param(days(8, 9, 10, 11, 12, 13, 14, 15), [], id="eight days at the very end, without a warning"),
        pytest.param(
            days(26, 27, 28, 29, 30, 31, 1),
            ["missed raised 04-16 00:00"],
            id="seven days: the last day could still have been the eighth",
        ),
        pytest.param(
            days(26, 27, 28, 29),
            ["forecast raised 04-13 00:00", "missed raised 04-16 00:00"],
            id="four days: warned when three are left for four",
        ),
        pytest.param(
            days(26, 26, 27, 27, 28, 28, 29, 29),
            ["forecast raised 04-13 00:00", "missed raised 04-16 00:00"],
            id="two visits of one day are one day",
        ),
        pytest.param(days(26, 27, 28, 29, 30, 31, 1, 2, unannounced=False), NEVER, id="announced visits do not count"),
        pytest.param(
            days(26, 27, 28, 29, 30, 31, 1, 2, unannounced=None), [], id="an undercover visit is unannounced by itself"
        ),
        pytest.param(
            days(26, 27, 28, 29, 30, 31, 1, 2, unannounced=None, kind="routine"), NEVER, id="a routine visit is not"
        ),
        pytest.param(
            days(26, 27, 28, 29, 30, 31, 1, 2, unannounced=True, kind="special"),
            [],
            id="whatever its kind, if it says so",
        ),
        pytest.param(days(26, 27, 28, 29, 30, 31, 1, 2, team_id="第四组"), [], id="the team by another spelling"),
        pytest.param(days(26, 27, 28, 29, 30, 31, 1, 2, team_id="team-5"), NEVER, id="another team's visits"),
        pytest.param(days(26, 27, 28, 29, 30, 31, 1, 2, tenant="330400"), [], id="told by the city"),
        pytest.param(
            [*days(26, 27, 28, 29, 30, 31, 1), inspected("2020-04-16 00:30")],
            ["missed raised 04-16 00:00"],
            id="a visit after the campaign is too late",
        ),
        pytest.param(
            [*days(26, 27, 28, 29, 30, 31, 1), inspected("2020-04-15 23:30")], [], id="a visit in its last hour is not"
        ),
    ],
)
def test_days_in_the_field(facts: list[Fact], expected: list[str]) -> None:
    """The warning falls at the end of the day after which the number cannot be reached."""
    unique = {one.id: one for one in facts}

    assert said(*unique.values()) == expected


def test_a_report_from_a_desk_is_no_visit() -> None:
    """Daily zero reports fulfil another duty."""
    reports = [
        fact(
            "obligation.fulfilled", f"2020-04-{n:02d} 20:00", tenant="330400", id_=f"daily/{n}",
            obligation="daily_report", unit="team-4", period=f"2020-04-{n:02d}",
        )
        for n in range(1, 15)
    ]  # fmt: skip

    assert said(*reports) == NEVER


def test_every_team_is_watched_from_the_first_day() -> None:
    """A team of which nothing is ever heard is warned and missed like any other."""
    records = decide(until="2020-05-01")

    assert {one.subject.id for one in records if one.rule == RULE} == {f"team-{n}" for n in range(1, 10)}


def test_visits_recorded_late_take_the_warning_back() -> None:
    """The days themselves count, whenever they are told."""
    late = days(1, 2, 3, known="2020-04-10 09:00") + days(9, 10, 11, 12, 13)

    assert said(*late, until="2020-04-14") == ["forecast raised 04-09 00:00", "forecast retracted 04-10 09:00"]


def test_the_reason_counts_the_days() -> None:
    """What was done, what is missing, what is left."""
    warned = next(
        one
        for one in decide(*days(26, 27, 28, 29), until="2020-04-14")
        if one.subject.id == "team-4" and one.rule == RULE
    )

    assert warned.reason == "第四督查暗访组截至2020年4月12日现场暗访4天，少于规定的8天，还差4天，行动只剩3天。"


def test_without_a_campaign_nothing_is_counted() -> None:
    """The days are days of a campaign."""
    rules = {RULE: {"clauses": ["S1-12"], "teams": "teams", "days": 8}}
    here = law_with(pack(rules=rules, units={"teams": [{"id": "team-4", "area": "331081003"}]}))

    assert [one for one in under(here, until="2024-06-01") if one.rule == RULE] == []
