"""Say what still has to be handed over before the day ends, team by team."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from services.reporting.core.days import local_day, midnight
from services.reporting.core.rows import HazardRow

_ONE_DAY: Final = timedelta(days=1)
NO_TEAM: Final = ""


class Found(NamedTuple):
    """What one inspection, or an area without one, found on a day, and how much of it is handed over."""

    tenant: str
    inspection_id: str
    found: int
    handed: int
    major: int
    major_sent_up: int
    earliest_waiting: datetime | None


class TeamDay(msgspec.Struct, frozen=True):
    """One team's day; `area` stands for those who name no team. `earliest` is the oldest find that still waits."""

    team: str
    area: str
    found: int
    handed: int
    major: int
    major_sent_up: int
    earliest: datetime | None

    @property
    def waiting(self) -> int:
        """What is not handed over yet."""
        return self.found - self.handed


class Board(msgspec.Struct, frozen=True):
    """The same-day board: the teams, what waits today, and what missed its day."""

    teams: tuple[TeamDay, ...]
    waiting: list[HazardRow]
    missed: list[HazardRow]
    missed_count: int

    @property
    def found(self) -> int:
        """What was found today."""
        return sum(team.found for team in self.teams)

    @property
    def handed(self) -> int:
        """What of it is handed over."""
        return sum(team.handed for team in self.teams)


def by_team(found: Iterable[Found], teams: Mapping[str, str]) -> tuple[TeamDay, ...]:
    """The day of each team, those who have most to hand over first; `teams` are the teams of inspections by id."""
    days: dict[tuple[str, str], TeamDay] = {}
    for part in found:
        team = teams.get(part.inspection_id, NO_TEAM)
        key = (team, NO_TEAM if team else part.tenant)
        before = days.get(key, TeamDay(*key, 0, 0, 0, 0, None))
        earliest = [moment for moment in (before.earliest, part.earliest_waiting) if moment]
        days[key] = TeamDay(
            *key,
            before.found + part.found,
            before.handed + part.handed,
            before.major + part.major,
            before.major_sent_up + part.major_sent_up,
            min(earliest, default=None),
        )
    return tuple(sorted(days.values(), key=lambda day: (-day.waiting, -day.found, day.team, day.area)))


def left(moment: datetime) -> timedelta:
    """How long the day of `moment` still has."""
    return midnight(local_day(moment)) + _ONE_DAY - moment


def left_text(moment: datetime) -> str:
    """`4 小时 05 分`."""
    minutes = int(left(moment).total_seconds() // 60)
    return f"{minutes // 60} 小时 {minutes % 60:02} 分"


def waited_text(since: datetime, moment: datetime) -> str:
    """How long something waits: `3 小时 20 分`, `2 天 4 小时`."""
    minutes = max(int((moment - since).total_seconds() // 60), 0)
    hours, rest = divmod(minutes, 60)
    return f"{hours // 24} 天 {hours % 24} 小时" if hours >= 24 else f"{hours} 小时 {rest:02} 分"  # noqa: PLR2004 (a day)
