"""Show a site with its history: what was found there, what is open, how often it came back."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from contracts.decisions import Decision
from services.reporting.core.rows import HazardRow
from services.reporting.core.timeline import Entry


class SiteName(NamedTuple):
    """Which site: `namespace` tells upstream systems' ids apart."""

    committee: str
    namespace: str
    site_id: str

    def __str__(self) -> str:
        return ":".join(self)

    @classmethod
    def parse(cls, text: str) -> "SiteName | None":
        """Read what `str` wrote; the id may hold colons itself."""
        parts = text.split(":", 2)
        return cls(*parts) if len(parts) == len(cls._fields) and parts[0].isdecimal() else None


class SiteLine(NamedTuple):
    """One site of a list, with the sums of its hazards."""

    committee: str
    namespace: str
    site_id: str
    name: str
    address: str
    sector: str
    reported: int
    open: int
    overdue: int
    latest: datetime | None

    @property
    def key(self) -> SiteName:
        """The site's full name."""
        return SiteName(self.committee, self.namespace, self.site_id)


class SiteWords(NamedTuple):
    """What the latest word on a site says."""

    committee: str
    namespace: str
    site_id: str
    name: str
    address: str
    kind: str
    sector: str
    supervising_unit: str
    registered: bool
    said_at: datetime

    @property
    def key(self) -> SiteName:
        """The site's full name."""
        return SiteName(self.committee, self.namespace, self.site_id)


class SiteStory(msgspec.Struct, frozen=True):
    """One site: its sums, its newest hazards, what was decided about it, and the facts about it itself."""

    words: SiteWords
    line: SiteLine
    hazards: list[HazardRow]
    decisions: list[Decision]
    facts: list[Entry]
    repeats: int
    as_of: datetime | None
