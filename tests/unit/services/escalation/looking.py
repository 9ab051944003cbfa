"""Let a rule look at a folded case, and note what of it the rule has looked at."""

from functools import partial
from typing import Any

from services.escalation.core.cases.hazard import CLOSURES, DONE, LEVELS, TERMS, WORK, Hazard, Work
from services.escalation.core.cases.site import DOCUMENTS, HAZARDS, INSPECTIONS, PLANS, REGISTRATIONS, SiteHistory

_OF_HAZARD = {
    "levels": {LEVELS},
    "closures": {CLOSURES},
    "terms": {TERMS},
    "due": {TERMS},
    "overdue": {WORK, DONE, TERMS},
    "done_at": {WORK, DONE},
    "done_by": {WORK, DONE},
}
"""What it is to look at a hazard's parts; work is looked at span by span. All others change by a report alone."""

_OF_WORK = {"start": WORK, "begun_by": WORK, "end": DONE, "ended_by": DONE}
_OF_SITE = {name: name for name in (HAZARDS, REGISTRATIONS, INSPECTIONS, DOCUMENTS, PLANS)}


class LookedAt:
    """Stands for a hazard, one of its spans of work, or a site; `seen` names what was looked at, as READS does."""

    def __init__(self, state: Any, seen: set[str]) -> None:
        self.__dict__.update(state=state, seen=seen)

    def __getattr__(self, name: str) -> Any:
        state, seen = self.state, self.seen
        if isinstance(state, Work):
            seen.add(_OF_WORK[name])
        elif isinstance(state, Hazard):
            seen |= _OF_HAZARD.get(name, set())
            if name == "work":
                seen.add(WORK)
                return [LookedAt(work, seen) for work in state.work]
            if name == "told":
                return self._told
        elif isinstance(state, SiteHistory):
            seen |= {_OF_SITE[name]} & _OF_SITE.keys() if name in _OF_SITE else set()
            found = getattr(type(state), name)
            if isinstance(found, property) and name not in ("name", "context"):  # words are no reason to find anything
                return found.__get__(self)
            if callable(found):
                return partial(found, self)
        return getattr(state, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.state, name, value)

    def _told(self, subject: str) -> Any:
        self.seen.add(subject)
        return self.state.told(subject)
