"""Say in whose charge a site and its open hazards are after it was transferred from one tenant to another."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from contracts.divisions import Divisions
from services.escalation.core.case import HazardAtSite
from services.escalation.core.heard import Heard


@dataclass(frozen=True, slots=True)
class Transfer:
    """One word of a common parent that the site went from one tenant to another; `told` without its data."""

    told: Heard
    left: str
    reached: str

    def counts(self, divisions: Divisions) -> bool:
        """Whether it was sent by somebody above both; nobody takes a site or gives one away alone."""
        return all(divisions.is_within(one, self.told.tenant) for one in (self.left, self.reached))


def moves(
    tenant: str, since: datetime, transfers: Iterable[Transfer], divisions: Divisions
) -> Iterator[tuple[Heard, str]]:
    """Each transfer from `since` on of what was in the charge of `tenant` then, and to whom it went."""
    for transfer in transfers:
        if transfer.told.time >= since and divisions.is_within(tenant, transfer.left):
            tenant = transfer.reached
            yield transfer.told, tenant


def in_charge_now(told: Heard, transfers: Iterable[Transfer], divisions: Divisions) -> str:
    """In whose charge that is by now which `told` said."""
    tenant = told.tenant
    for _, reached in moves(tenant, told.time, transfers, divisions):
        tenant = reached
    return tenant


def moves_of(
    hazard: HazardAtSite, transfers: Iterable[Transfer], divisions: Divisions
) -> tuple[tuple[Heard, str], ...]:
    """The transfers with which a hazard went; one that was closed by then stays with whom it was."""
    found_at = hazard.reports[0][0].time
    ways = moves(hazard.opened_in or hazard.tenant, found_at, transfers, divisions)
    return tuple((told, reached) for told, reached in ways if _is_open(hazard, told.time))


def _is_open(hazard: HazardAtSite, at: datetime) -> bool:
    closed = max((fact.time for fact in hazard.closures if fact.time < at), default=None)
    again = [fact.time for fact, _ in (*hazard.reports, *hazard.failures)]
    return closed is None or any(closed < time <= at for time in again)
