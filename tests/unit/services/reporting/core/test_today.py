"""The same-day board counts team by team what is found and what still waits, and how long the day has."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.core.days import SHANGHAI
from services.reporting.core.today import Board, Found, by_team, left, left_text, waited_text
from tests.unit.services.reporting.facts import at

EARLY, LATE = at("2023-05-08 09:00"), at("2023-05-08 15:00")


def test_inspections_of_one_team_are_its_day() -> None:
    """Those who name no team stand under their area, and who has most to hand over stands first."""
    teams = {"i-1": "team-1", "i-2": "team-1"}
    found = [
        Found("331081001", "i-1", 3, 2, 1, 1, LATE),
        Found("331081002", "i-2", 2, 1, 0, 0, EARLY),
        Found("331081002", "", 4, 1, 1, 0, EARLY),
        Found("331081003", "i-9", 1, 1, 0, 0, None),
    ]
    days = by_team(found, teams)

    assert [("", "331081002", 3), ("team-1", "", 2), ("", "331081003", 0)] == [
        (day.team, day.area, day.waiting) for day in days
    ]
    assert (5, 3, 1, 1, EARLY) == (
        days[1].found,
        days[1].handed,
        days[1].major,
        days[1].major_sent_up,
        days[1].earliest,
    )
    assert (10, 5) == (Board(days, [], [], 0).found, Board(days, [], [], 0).handed)


def test_the_day_runs_to_midnight_in_shanghai() -> None:
    """At midnight the whole day lies ahead."""
    assert [timedelta(hours=15), timedelta(minutes=1), timedelta(days=1)] == [
        left(at(moment)) for moment in ("2023-05-08 09:00", "2023-05-08 23:59", "2023-05-09 00:00")
    ]
    assert ["15 小时 00 分", "0 小时 01 分"] == [left_text(EARLY), left_text(at("2023-05-08 23:59"))]


def test_waiting_is_told_in_hours_then_in_days() -> None:
    """What lies ahead of the moment has not waited at all."""
    assert ["6 小时 00 分", "2 天 3 小时", "0 小时 00 分"] == [
        waited_text(EARLY, moment) for moment in (LATE, at("2023-05-10 12:30"), at("2023-05-07 00:00"))
    ]


@given(st.datetimes(datetime(2023, 1, 1), datetime(2024, 1, 1)))  # noqa: DTZ001 (the zone is put on below)
def test_no_day_is_longer_than_a_day(naive: datetime) -> None:
    """Whatever the moment."""
    assert timedelta(0) < left(naive.replace(tzinfo=SHANGHAI)) <= timedelta(days=1)
