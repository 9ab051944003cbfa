"""What travels through the pipeline: one decision record, its notices, and what the stages may ask about the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contracts.decisions import Decision
from services.notify.core.notice import Notice
from services.notify.core.places import Places
from services.notify.core.retry import Outcome
from services.notify.core.roster import Roster, Seat
from services.notify.core.routes import Options, Routes
from services.notify.core.suppression import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The world as it stands at `now`: routes, roster, divisions, and what people have switched."""

    now: datetime
    routes: Routes
    roster: Roster
    places: Places
    switches: Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One record of a decision on its way to people.

    `notices` are its own; `options` what the routes said for each, by its id. `earlier` are notices that stand already
    (of the same decision, or of other rungs of the same ladder) and may be set aside by this one. `seat` is who gets a
    notice that is about to leave, `listing` the notice by which the same recipient hears that the same subject was listed
    for supervision, `outcome` what the channel answered.
    """

    decision: Decision
    turn: int = 0
    notices: tuple[Notice, ...] = ()
    earlier: tuple[Notice, ...] = ()
    options: Mapping[str, Options] = field(default_factory=dict)
    seat: Seat | None = None
    listing: Notice | None = None
    outcome: Outcome | None = None


Stage = Callable[[Passage, Situation], Passage]
