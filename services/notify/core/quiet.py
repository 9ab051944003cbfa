"""Let what can wait leave in the morning; what the law asks for never waits."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from contracts.decisions import Decision
from contracts.vocabulary import HazardLevel, Measure
from services.notify.core.suppression import SHANGHAI

CAN_WAIT: Final = frozenset({Measure.REMIND, Measure.ALERT, Measure.RANKING, Measure.PROBLEM_LIST})
"""Everything else is a statutory step: a letter, a measure, a report that goes up, a meeting with a term."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A time of the day in Shanghai, `begins` included and `ends` not; it may run over midnight."""

    begins: time
    ends: time

    def over_at(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it lies in."""
        local = moment.astimezone(SHANGHAI)
        clock = local.time().replace(tzinfo=None)
        over_midnight = self.begins > self.ends
        quiet = clock >= self.begins or clock < self.ends if over_midnight else self.begins <= clock < self.ends
        if not quiet:
            return moment
        day = local.date() + timedelta(days=over_midnight and clock >= self.begins)
        return datetime.combine(day, self.ends, tzinfo=SHANGHAI)


def may_wait(decision: Decision) -> bool:
    """Whether a notice of it may wait at all, whatever the routes say: never a statutory one, never a major hazard."""
    major = decision.context.get("hazard_level") == HazardLevel.MAJOR
    return decision.measure in CAN_WAIT and not major
