"""Show a chain of reports, unit to zone to city to government, and who blocks its next link (S4-04..06)."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from contracts.divisions import Divisions
from services.escalation.core.pictures.duties import Duty

ORDER: Final = ("town", "zone", "county", "city", "province")
CAME: Final = ("in_time", "late")


class Link(msgspec.Struct, frozen=True):
    """Everything that has to come at one level before the next one can report; `blocks` are those that have not."""

    level: str
    expected: int
    came: int
    blocks: tuple[Duty, ...]


class Chain(msgspec.Struct, frozen=True):
    """The links from below; `stands_at` is the lowest level at which something is still missing, empty where none is."""

    period: str
    links: tuple[Link, ...]
    stands_at: str


def chain(period: str, duties: Iterable[Duty], root: str, divisions: Divisions) -> Chain:
    """The chain of one period: the units of a zone report to the zone, it and the counties to the city, that one on."""
    levels: dict[str, list[Duty]] = {}
    for one in duties:
        levels.setdefault(_level(one, root, divisions), []).append(one)
    links = tuple(_link(level, levels[level]) for level in sorted(levels, key=ORDER.index))
    return Chain(period, links, next((link.level for link in links if link.blocks), ""))


def _link(level: str, duties: Sequence[Duty]) -> Link:
    missing = [one for one in duties if one.state not in CAME]
    blocks = sorted(missing, key=lambda one: (one.state != "missed", one.unit))
    return Link(level, len(duties), len(duties) - len(missing), tuple(blocks))


def _level(one: Duty, root: str, divisions: Divisions) -> str:
    """At which level a report is made: a zone's own units below the zone, which reports beside the counties."""
    if one.tenant == root:
        return "city"
    division = divisions.get(one.tenant)
    if division is not None and division.is_zone and one.unit != one.tenant:
        return "zone"
    return str(divisions.level_of(one.tenant))
