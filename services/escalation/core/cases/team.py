"""Fold one inspection team: which sites it visited, on which days, in which areas (S1-09, S1-12, S1-23)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import msgspec

from contracts.divisions import Divisions
from services.escalation.core.calendar import local_day
from services.escalation.core.cases.accident import area_of
from services.escalation.core.heard import Heard, in_order

WITHOUT_NOTICE = "undercover"
"""The kind of inspection that is unannounced by its nature, where the event does not say."""


class _Said(msgspec.Struct, frozen=True):
    """What the rules read of `inspection.completed`."""

    inspection_id: str = ""
    kind: str = ""
    site_id: str = ""
    unannounced: bool | None = None


class Visit(NamedTuple):
    """One visit of a site; `area` is the division directly below the committee, as the event's tenant says."""

    told: Heard
    area: str
    unannounced: bool

    @property
    def day(self) -> date:
        """The day of the visit."""
        return local_day(self.told.time)


@dataclass(frozen=True, slots=True)
class Team:
    """A team that a pack names: its own area by division code, and its visits in order of time."""

    id: str
    name: str
    tenant: str
    area: str
    visits: tuple[Visit, ...]

    def field_days(self, first: date, last: date) -> list[date]:
        """The distinct days from `first` to `last` with an unannounced visit of a site, in order."""
        return sorted({visit.day for visit in self.visits if visit.unannounced and first <= visit.day <= last})


_said_of = msgspec.json.Decoder(_Said).decode


def visits(facts: Sequence[Heard], committee: str, own_area: str, divisions: Divisions) -> Iterator[Visit]:
    """The visits that `facts` tell, in order of time; one inspection that is told again counts as last told.

    An inspection under the committee's own code was made in the team's area. A report from a desk is no visit: only
    completed inspections of a site are.
    """
    told: dict[str, Visit] = {}
    for fact in in_order(facts):
        said = _said_of(fact.data)
        if fact.subject != "inspection.completed" or not said.site_id:
            continue
        area = area_of(fact.tenant, committee, divisions)
        unannounced = said.kind == WITHOUT_NOTICE if said.unannounced is None else said.unannounced
        place = area if area != committee else own_area
        told[said.inspection_id] = Visit(msgspec.structs.replace(fact, data=b""), place, unannounced)
    return iter(sorted(told.values(), key=lambda visit: (visit.told.time, visit.told.id)))
