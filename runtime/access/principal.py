"""Say who somebody is: a name, and for each role the tenants and sectors that they hold it for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from contracts.divisions import Divisions
from contracts.roles import EVERYWHERE, Role

Via = Literal["cookie", "bearer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role for one sub-tree of tenants (a division code, or EVERYWHERE); without sectors for all of them."""

    role: Role
    tenant: str
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. In a handler the grants are those whose role opens this very route, so `tenants` is what counts there."""

    name: str
    display: str
    grants: tuple[Grant, ...]
    session: UUID
    via: Via
    must_change: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of the grants."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def tenants(self) -> tuple[str, ...]:
        """The sub-trees of the grants, each once, in order; what lies below none of them does not exist for this person."""
        found = dict.fromkeys(grant.tenant for grant in self.grants)
        return (EVERYWHERE,) if EVERYWHERE in found else tuple(sorted(found))

    @property
    def sectors(self) -> tuple[str, ...]:
        """The sectors they are limited to; empty where one grant has no limit."""
        if not all(grant.sectors for grant in self.grants):
            return ()
        return tuple(sorted({sector for grant in self.grants for sector in grant.sectors}))

    @property
    def limits(self) -> tuple[str, ...]:
        """Where rows that bear a sector are seen: a tenant for all of its sectors, `tenant|sector` for one of them.

        Empty where no grant is limited: then `tenants` alone counts, as it does for rows without a sector.
        """
        if not any(grant.sectors for grant in self.grants):
            return ()
        found = {f"{each.tenant}|{sector}" for each in self.grants for sector in each.sectors}
        return tuple(sorted(found | {grant.tenant for grant in self.grants if not grant.sectors}))

    @property
    def whole(self) -> tuple[str, ...]:
        """The sub-trees of the grants that no sector limits: whatever lies there is this person's to see."""
        return replace(self, grants=tuple(grant for grant in self.grants if not grant.sectors)).tenants

    @property
    def home(self) -> str:
        """The tenant whose numbers they want to see first: the only one of their grants, else empty for all of them."""
        tenants = self.tenants
        return tenants[0] if len(tenants) == 1 and tenants[0] != EVERYWHERE else ""

    def acting_in(self, roles: Iterable[Role]) -> "Principal":
        """The same person with the grants of these roles alone; without any they have no part in it."""
        wanted = frozenset(roles)
        return replace(self, grants=tuple(grant for grant in self.grants if grant.role in wanted))

    def reaches(self, tenant: str, divisions: Divisions) -> bool:
        """Whether a tenant lies in one of their sub-trees."""
        return reached(tenant, self.tenants, divisions)

    def has_whole(self, tenant: str, divisions: Divisions) -> bool:
        """Whether everything of a tenant, whatever its sector, is theirs to see."""
        return reached(tenant, self.whole, divisions)


def reached(tenant: str, scopes: Iterable[str], divisions: Divisions) -> bool:
    """Whether a tenant lies in one of these sub-trees."""
    return any(scope == EVERYWHERE or divisions.is_within(tenant, scope) for scope in scopes)
