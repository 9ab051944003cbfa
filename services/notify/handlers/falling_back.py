"""Let the acknowledgement clock run out: what nobody has taken notice of goes to the fallback person, once."""

from typing import TYPE_CHECKING, Final

from contracts.divisions import Divisions
from runtime import log
from runtime.clock import Clock
from runtime.database import Database
from services.notify.core.fallback import fallback_notices
from services.notify.core.passage import Situation
from services.notify.core.places import Places
from services.notify.core.routes import Routes
from services.notify.handlers.announcing import announce_notices
from services.notify.store import acknowledging, deliveries, switches
from services.notify.store.planning import save_notices
from services.notify.store.situation import SettingsReader

if TYPE_CHECKING:
    from services.notify.core.notice import Notice

AT_ONCE: Final = 100
AUTHOR: Final = "系统"

_logger = log.get(__name__)


class Clocks:
    """Looks at the clocks of what has to be acknowledged."""

    def __init__(self, *, database: Database, routes: Routes, divisions: Divisions, clock: Clock) -> None:
        self._database = database
        self._routes = routes
        self._divisions = divisions
        self._clock = clock
        self._settings = SettingsReader()

    def run_out(self) -> int:
        """Hand over what was not acknowledged in time; returns how many notices were made for it."""
        now = self._clock.now()
        with self._database.begin() as work:
            unheard = acknowledging.unheard(work, now, AT_ONCE)
            if not unheard:
                return 0
            settings = self._settings.read(work, now)
            situation = Situation(
                now=now,
                routes=self._routes,
                roster=settings.roster,
                places=Places(self._divisions),
                switches=settings.switches,
            )
            words = deliveries.words_of(work, unheard)
            known = acknowledging.known_of(work, [notice.decision_id for notice in unheard])
            made: list[Notice] = []
            for notice in unheard:
                mine = acknowledging.fall_back(work, notice.id, now)
                if not mine:
                    continue
                fresh = fallback_notices(words[notice.id].decision, notice, known, situation)
                known |= {each.id for each in fresh}
                made += fresh
                to = "、".join(sorted({each.recipient for each in fresh})) or "无人可转"
                reason = f"限时内无人签收，转 {to}"
                switches.note_acts(work, mine, act="fell_back", author=AUTHOR, reason=reason, now=now)
            save_notices(work, made, self._divisions, now)
            announce_notices(work, made, now)
        _logger.warning("nobody took notice in time", tellings=len(unheard), fallback_notices=len(made))
        return len(made)
