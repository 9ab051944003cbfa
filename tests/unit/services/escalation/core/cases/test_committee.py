"""A committee's milestones: the last date said, and all days of one that recurs (S3-17, S4-03)."""

from datetime import date

import pytest

from contracts.facts import Fact
from services.escalation.core.cases.committee import Committee, fold
from services.escalation.core.heard import hear
from tests.unit.services.escalation.accidents import corrected, dated
from tests.unit.services.escalation.stories import fact, moment

MEETING = "standing_meeting"


def folded(*facts: Fact) -> Committee:
    return fold([hear(one) for one in facts])


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        pytest.param([dated(MEETING, "2021-07-09", "2021-07-01")], [9], id="one day"),
        pytest.param(
            [dated(MEETING, "2021-07-09", "2021-07-01"), dated(MEETING, "2021-07-20", "2021-07-08")],
            [20],
            id="put off before it came",
        ),
        pytest.param(
            [dated(MEETING, "2021-07-09", "2021-07-01"), dated(MEETING, "2021-07-20", "2021-07-09 08:00")],
            [20],
            id="put off on its own day",
        ),
        pytest.param(
            [dated(MEETING, "2021-07-09", "2021-07-01"), dated(MEETING, "2021-07-20", "2021-07-10")],
            [9, 20],
            id="the next one after it was held",
        ),
        pytest.param(
            [dated(MEETING, f"2021-07-{day:02}", "2021-07-01") for day in (16, 2, 9)],
            [2, 9, 16],
            id="announced at once: a calendar",
        ),
        pytest.param(
            [
                *(dated(MEETING, f"2021-07-{day:02}", "2021-07-01") for day in (2, 9, 16)),
                dated(MEETING, "2021-07-12", "2021-07-08"),
            ],
            [2, 12],
            id="a later word replaces what had not come",
        ),
        pytest.param(
            [
                dated(MEETING, "2021-07-09", "2021-07-01"),
                dated(MEETING, "2021-07-16", "2021-07-01"),
                corrected(dated(MEETING, "2021-07-12", "2021-07-08"), f"{MEETING}/2021-07-09/2021-07-01"),
            ],
            [12, 16],
            id="a correction moves the one that it names",
        ),
    ],
)
def test_the_days_of_a_milestone_that_recurs(facts: list[Fact], days: list[int]) -> None:
    """In whatever order they arrive."""
    expected = tuple(date(2021, 7, day) for day in days)

    assert folded(*facts).days[MEETING] == expected
    assert folded(*reversed(facts)).days[MEETING] == expected


def test_the_date_last_recorded_counts() -> None:
    """For a milestone that comes once."""
    first = dated("summit_end", "2016-09-05", "2016-08-20")
    second = dated("summit_end", "2016-09-06", "2016-08-25")

    assert folded(second, first).milestones == {"summit_end": date(2016, 9, 6)}


def test_the_next_day_lies_after_the_accidents_own() -> None:
    """None while none is dated."""
    known = folded(dated(MEETING, "2021-07-09", "2021-07-01"))

    assert known.next_day(MEETING, date(2021, 7, 8)) == date(2021, 7, 9)
    assert known.next_day(MEETING, date(2021, 7, 9)) is None
    assert known.next_day("summit_end", date(2021, 7, 8)) is None


def test_the_first_activation_is_when_the_packs_began_to_bind() -> None:
    """A second version that is activated later opens nothing anew."""
    first = fact("policy.activated", "2021-05-14", tenant="371000", id_="v1", policy="weihai-2021", version="1")
    second = fact("policy.activated", "2021-09-01", tenant="371000", id_="v2", policy="weihai-2021", version="2")

    assert folded(second, first).active_from == moment("2021-05-14")
