"""Find who holds a role for a unit: its own holders, else those of the nearest unit above, up to the committee."""

from datetime import datetime

from contracts.decisions import Decision
from services.notify.core.places import Places
from services.notify.core.roster import Roster, Seat


def superiors(unit: str, decision: Decision, places: Places) -> tuple[str, ...]:
    """The unit and those above it up to the committee; a unit that is no division is followed by the one in charge."""
    lineage = places.lineage(unit)
    if decision.committee not in lineage:
        lineage = (unit, *(code for code in places.lineage(decision.tenant) if code != unit))
    if decision.committee not in lineage:
        return (*lineage, decision.committee)
    return lineage[: lineage.index(decision.committee) + 1]


def nearest(
    role: str, unit: str, decision: Decision, *, roster: Roster, places: Places, now: datetime
) -> tuple[tuple[Seat, ...], str]:
    """The seats, and the unit whose they are; nobody, and the unit itself, where nobody holds the role anywhere."""
    for place in superiors(unit, decision, places):
        seats = roster.holders(role, place, now)
        if seats:
            return seats, place
    return (), unit
