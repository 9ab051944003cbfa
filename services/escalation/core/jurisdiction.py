"""Where a rule stands: whose committee, which levels act for whom, which calendar counts."""

from dataclasses import dataclass, field

from contracts.divisions import Divisions
from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.cases.hazard import StockTerm
from services.escalation.core.terms import Acts

LEVELS = ("town", "county", "city", "province")


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """What rules may ask beside the case and their parameters. `committee` is the pack's root tenant."""

    committee: str
    divisions: Divisions
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    stock: StockTerm | None = None

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
