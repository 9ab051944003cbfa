"""What cases tell one another about visits, listings, tip-offs and what came back: small, whole, and by value.

A case never reads another; it keeps what the other gave it, and is told anew when that changes.
"""

from datetime import date, datetime

import msgspec

from services.escalation.core.heard import Heard


class Charge(msgspec.Struct, frozen=True, tag="charge"):
    """What a committee's pack names and wants watched from the day it binds: a team, a target, its campaign."""

    policy_id: str
    policy_version: str
    tenant: str
    since: datetime


class TipOff(msgspec.Struct, frozen=True, tag="tip_off"):
    """What a tip-off says of a hazard: `is_true` is None until somebody verified it. Facts without their data."""

    tip_off_id: str
    received: Heard
    verified: Heard | None
    is_true: bool | None


class SeenAgain(msgspec.Struct, frozen=True, tag="seen_again"):
    """What a site tells one of its hazards: the reports with which it came back or was found open again, where it went.

    `returns` are reports after a close-out of the same key, `repeats` the facts that made it a repeat offence, `moves`
    the transfers with which it went, each without its data, and to which tenant.
    """

    returns: tuple[Heard, ...] = ()
    repeats: tuple[Heard, ...] = ()
    moves: tuple[tuple[Heard, str], ...] = ()

    def tenant_at(self, moment: datetime | None, opened_in: str) -> str:
        """In whose charge the hazard is at `moment` (None: after all that is known)."""
        reached = (tenant for told, tenant in reversed(self.moves) if moment is None or told.time <= moment)
        return next(reached, opened_in)


class Listed(msgspec.Struct, frozen=True, tag="listed"):
    """That a listing names a hazard or a site; `opened` without its data."""

    listing_id: str
    opened: Heard


class SectorListed(msgspec.Struct, frozen=True, tag="sector_listed"):
    """That something of this sector was listed."""

    sector: str
    opened: Heard


class Visited(msgspec.Struct, frozen=True, tag="visited"):
    """The first visit of a team in each area: (division code, the fact without its data)."""

    areas: tuple[tuple[str, Heard], ...]


class Handed(msgspec.Struct, frozen=True, tag="handed"):
    """A correction that came before its event was handed over to the event's case, which keeps it among its facts."""


class Summoned(msgspec.Struct, frozen=True, tag="summoned"):
    """That another case may want a talk with the subject of this one, and has to be told of those that are held."""


class Talked(msgspec.Struct, frozen=True, tag="talked"):
    """The talks held with an area or a department: day and fact without its data, the earliest first."""

    kind: str
    id: str
    held: tuple[tuple[date, Heard], ...]
