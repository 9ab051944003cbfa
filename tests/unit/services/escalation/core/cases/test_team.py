"""A team's visits: which day, which area, with or without notice (S1-09, S1-11, S1-12, S1-23)."""

from datetime import date

import pytest

from contracts.facts import Fact
from services.escalation.core.cases.team import Team, visits
from services.escalation.core.heard import hear
from tests.unit.services.escalation.stories import all_divisions, fact
from tests.unit.services.escalation.visits import inspected


def team(*facts: Fact) -> Team:
    made = visits([hear(one) for one in facts], "330400", "330482", all_divisions())
    return Team("team-4", "第四组", "330400", "330482", tuple(made))


@pytest.mark.parametrize(
    ("visit", "area", "unannounced"),
    [
        pytest.param(inspected("2020-04-01 10:00"), "330482", True, id="in its own area"),
        pytest.param(inspected("2020-04-01 10:00", tenant="330421"), "330421", True, id="in another area"),
        pytest.param(inspected("2020-04-01 10:00", tenant="330421103"), "330421", True, id="in a town of another area"),
        pytest.param(inspected("2020-04-01 10:00", tenant="330400"), "330482", True, id="told by the city"),
        pytest.param(inspected("2020-04-01 10:00", unannounced=False), "330482", False, id="announced after all"),
        pytest.param(inspected("2020-04-01 10:00", unannounced=None), "330482", True, id="undercover by kind"),
        pytest.param(
            inspected("2020-04-01 10:00", unannounced=None, kind="routine"), "330482", False, id="a routine visit"
        ),
    ],
)
def test_a_visit_is_somewhere_and_known_before_or_not(visit: Fact, area: str, unannounced: bool) -> None:
    """四不两直 is what the event says, else what its kind means."""
    assert [(one.area, one.unannounced) for one in team(visit).visits] == [(area, unannounced)]


def test_days_are_counted_once_and_within_bounds() -> None:
    """Two visits of a day, a visit before and one after."""
    known = team(
        inspected("2020-03-24 10:00"),
        inspected("2020-03-26 09:00"),
        inspected("2020-03-26 15:00"),
        inspected("2020-03-27 23:59"),
        inspected("2020-04-16 00:01"),
    )

    assert known.field_days(date(2020, 3, 25), date(2020, 4, 15)) == [date(2020, 3, 26), date(2020, 3, 27)]


def test_an_inspection_told_twice_is_one() -> None:
    """The same id again is the same visit, as last told."""
    known = team(inspected("2020-03-26 09:00", "I-1"), inspected("2020-03-27 09:00", "I-1", unannounced=False))

    assert [(visit.day, visit.unannounced) for visit in known.visits] == [(date(2020, 3, 27), False)]


def test_plans_are_no_visits() -> None:
    """Only what was made counts."""
    plan = fact(
        "inspection.planned", "2020-03-26 09:00", inspection_id="I-1", planned_on="2020-03-27", team_id="team-4"
    )

    assert team(plan).visits == ()
