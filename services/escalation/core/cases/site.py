"""A site's bounded memory: what its hazards were, so that what comes back is seen."""

from dataclasses import dataclass
from datetime import datetime

from services.escalation.core.case import HazardAtSite


@dataclass(frozen=True, slots=True)
class SiteHistory:
    """A site with all hazards that were found there."""

    site_id: str
    hazards: tuple[HazardAtSite, ...]

    def alike(self, hazard: HazardAtSite) -> list[HazardAtSite]:
        """The hazards with the same repeat key, this one included (interface section 2)."""
        return [other for other in self.hazards if other.repeat_key == hazard.repeat_key]


def found_at(hazard: HazardAtSite) -> datetime:
    """When the hazard was first found."""
    return hazard.reports[0][0].time
