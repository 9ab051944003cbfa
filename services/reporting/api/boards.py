"""Answer what the pages of today and of sites ask, each answer out of one transaction with its as-of moment."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.reporting.api.reading import Reader
from services.reporting.core.days import local_day, midnight
from services.reporting.core.places import SiteLine, SiteName, SiteStory
from services.reporting.core.timeline import tell
from services.reporting.core.today import Board, by_team
from services.reporting.store import board, frontier, places

WAITING_SHOWN: Final = 100
MISSED_SHOWN: Final = 30
SITES_SHOWN: Final = 50
AT_SITE_SHOWN: Final = 50
FACTS_SHOWN: Final = 20
_ONE_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=365)
_PLANNED_BEFORE: Final = timedelta(days=7)
"""An inspection is planned at most this long before what it finds; a matter of display only."""


class Today(NamedTuple):
    """The board of the as-of moment's day."""

    board: Board
    as_of: datetime | None


class Sites(NamedTuple):
    """A list of sites."""

    sites: list[SiteLine]
    as_of: datetime | None


def today(reader: Reader, code: str) -> Today:
    """What was found on the day of the as-of moment and what waits to be handed over, by team."""
    scope = reader.scope(code)
    with reader.begin() as work:
        as_of = frontier.as_of(work, scope)
        since = midnight(local_day(as_of or reader.now()))
        until = since + _ONE_DAY
        teams = board.teams(work, frontier.committees(work, scope), since=since - _PLANNED_BEFORE)
        found = Board(
            teams=by_team(board.found(work, scope, since=since, until=until), teams),
            waiting=board.waiting(work, scope, since=since, until=until, limit=WAITING_SHOWN),
            missed=board.waiting(work, scope, since=None, until=since, limit=MISSED_SHOWN),
            missed_count=board.missed(work, scope, until=since),
        )
    return Today(found, as_of)


def sites(reader: Reader, code: str, text: str) -> Sites:
    """The sites whose name holds the text; without a text those with most that is overdue."""
    scope = reader.scope(code)
    with reader.begin() as work:
        found = (
            places.named(work, scope, text, limit=SITES_SHOWN) if text else places.worst(work, scope, limit=SITES_SHOWN)
        )
        return Sites(found, frontier.as_of(work, scope))


def site(reader: Reader, text: str) -> SiteStory | None:
    """One site with its history; None for one that is not known, or not seen."""
    key = SiteName.parse(text)
    if key is None:
        return None
    scope = reader.scope("")
    with reader.begin() as work:
        found = places.one(work, key, scope)
        if found is None:
            return None
        as_of = frontier.as_of(work, scope)
        facts = places.told(work, key, limit=FACTS_SHOWN)
        told = tell(facts, (), (), hazard_id="", reaches=reader.divisions.is_within, recipient=str)
        return SiteStory(
            words=found[0],
            line=found[1],
            hazards=places.hazards(work, key, scope, limit=AT_SITE_SHOWN),
            decisions=places.decided(work, key, limit=FACTS_SHOWN),
            facts=told[::-1],
            repeats=places.repeats(work, key, (as_of or reader.now()) - _YEAR),
            as_of=as_of,
        )
