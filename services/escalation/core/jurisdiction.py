"""Where a rule stands: whose committee, which levels act for whom, which calendar counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contracts.divisions import Divisions
from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.cases.deadlines import StockTerm
from services.escalation.core.criteria import Criterion
from services.escalation.core.terms import Acts
from services.escalation.core.windows import Campaign, KeyPeriod

LEVELS = ("town", "county", "city", "province")
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """What rules may ask beside the case and their parameters.

    `committee` is the pack's root tenant, `begins` the instant from which the pack's first version binds, `leads` the
    leading units of each sector by every spelling of it,
    `sectors` the pack's name of each sector by its spellings, `units` the ids of each list of units.
    """

    committee: str
    divisions: Divisions
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    stock: StockTerm | None = None
    begins: datetime = LONG_AGO
    leads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fallback_lead: str = ""
    sectors: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    campaign: Campaign | None = None
    key_periods: tuple[KeyPeriod, ...] = ()
    criteria: tuple[Criterion, ...] = ()

    def level_of(self, tenant: str) -> str:
        """The level of a unit in the tenant tree, never read from the word 市 (trap T16)."""
        return self.divisions.level_of(tenant)

    def acting(self, tenant: str, acts: Acts) -> str:
        """The level that is to act for a subject in `tenant`."""
        if acts == "own":
            return self.level_of(tenant)
        if acts == "committee":
            return self.level_of(self.committee)
        if acts == "one_up":
            return LEVELS[min(LEVELS.index(self.level_of(tenant)) + 1, len(LEVELS) - 1)]
        return acts

    def name_of(self, tenant: str) -> str:
        """The division's Chinese name, its code where it has none."""
        division = self.divisions.get(tenant)
        return division.name if division else tenant

    def leads_of(self, sector: str) -> tuple[str, ...]:
        """Who leads a sector; where the pack names nobody, its fallback (S1-03, S4-17)."""
        return self.leads.get(sector) or ((self.fallback_lead,) if self.fallback_lead else ())

    @property
    def government(self) -> str:
        """The government beside the committee, as a sentence names it."""
        return f"{self.name_of(self.committee)}政府"
