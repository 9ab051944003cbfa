"""Keep the latest word on each site, and say which hazards it renames."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from runtime.database import Work
from services.reporting.core.rows import HazardKey, SiteRow
from services.reporting.store import bulk

SiteKey = tuple[str, str, str]
"""(committee, namespace, site id)."""

_KEY: Final[bulk.Columns] = {"committee": "text", "namespace": "text", "site_id": "text"}
_SITE: Final[bulk.Columns] = {
    **_KEY,
    "name": "text",
    "address": "text",
    "kind": "text",
    "sector": "text",
    "supervising_unit": "text",
    "lon": "float8",
    "lat": "float8",
    "coord_sys": "text",
    "registered": "bool",
    "said_at": "timestamptz",
    "recorded_at": "timestamptz",
    "source": "text",
    "event_id": "text",
}
_WEIGHT: Final = ("registered", "said_at", "recorded_at", "source", "event_id")


class SiteWord(NamedTuple):
    """One word on a site. A registration counts before a mention in a report, and the newest of a kind counts."""

    committee: str
    namespace: str
    site_id: str
    name: str
    address: str
    kind: str
    sector: str
    supervising_unit: str
    lon: float | None
    lat: float | None
    coord_sys: str
    registered: bool
    said_at: datetime
    recorded_at: datetime
    source: str
    event_id: str

    @property
    def key(self) -> SiteKey:
        """The site it is about."""
        return self.committee, self.namespace, self.site_id

    @property
    def weight(self) -> tuple[Any, ...]:
        """Of two words the heavier counts."""
        return self.registered, self.said_at, self.recorded_at, self.source, self.event_id


def known(work: Work, keys: Iterable[SiteKey]) -> dict[SiteKey, SiteRow]:
    """What lists need of each site that is known."""
    rows = bulk.run(
        work,
        """SELECT s.committee, s.namespace, s.site_id, s.name, s.address
        FROM {rows} JOIN site s USING (committee, namespace, site_id)""",
        _KEY,
        sorted(set(keys)),
    )
    return {(committee, namespace, site): SiteRow(name, address) for committee, namespace, site, name, address in rows}


def hear(work: Work, words: Iterable[SiteWord]) -> set[HazardKey]:
    """Keep the word that counts on each site; returns the hazards at sites that are now called otherwise."""
    best: dict[SiteKey, SiteWord] = {}
    for word in words:
        if word.key not in best or best[word.key].weight < word.weight:
            best[word.key] = word
    called = known(work, best)
    written = bulk.run(
        work,
        """INSERT INTO site AS s ({names}) SELECT * FROM {rows}
        ON CONFLICT (committee, namespace, site_id) DO UPDATE SET {changes}
        WHERE ({weight}) < ({heavier}) RETURNING committee, namespace, site_id, name, address""",
        _SITE,
        [best[key] for key in sorted(best)],
        names=bulk.listed(_SITE),
        changes=bulk.changes(name for name in _SITE if name not in _KEY),
        weight=bulk.listed(_WEIGHT, "s"),
        heavier=bulk.listed(_WEIGHT, "excluded"),
    )
    renamed = [
        (committee, namespace, site)
        for committee, namespace, site, name, address in written
        if called.get((committee, namespace, site)) != SiteRow(name, address)
    ]
    rows = bulk.run(
        work,
        "SELECT h.committee, h.namespace, h.hazard_id FROM {rows} JOIN hazard h USING (committee, namespace, site_id)",
        _KEY,
        renamed,
    )
    return {HazardKey(*row) for row in rows}
