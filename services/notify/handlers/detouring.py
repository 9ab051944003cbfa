"""Send another way what must not wait for a provider that is dead for long: once, whoever looks."""

from collections.abc import Callable, Mapping
from typing import Final

from contracts.divisions import Divisions
from runtime import log
from runtime.clock import Clock
from runtime.database import Database, Work
from services.notify.core.detours import Roads, detoured
from services.notify.core.notice import Notice
from services.notify.core.passage import Situation
from services.notify.core.places import Places
from services.notify.core.routes import Routes
from services.notify.core.stages.deliver import present_holder
from services.notify.handlers.announcing import announce_notices
from services.notify.store import deliveries, outages, switches
from services.notify.store.planning import save_notices
from services.notify.store.situation import SettingsReader

AT_ONCE: Final = 200
AUTHOR: Final = "系统"

_logger = log.get(__name__)


class Detours:
    """Looks at what waits for dead providers."""

    def __init__(
        self,
        *,
        database: Database,
        routes: Routes,
        divisions: Divisions,
        clock: Clock,
        providers: Mapping[str, Callable[[str], str]],
    ) -> None:
        """`providers`: who stands behind an address, by channel; only channels by which this installation can send."""
        self._database = database
        self._routes = routes
        self._divisions = divisions
        self._clock = clock
        self._providers = providers
        self._settings = SettingsReader()

    def take(self) -> int:
        """Fold what waits in vain into a notice by another channel; returns how many were."""
        now, detour = self._clock.now(), self._routes.detour
        with self._database.begin() as work:
            troubled = outages.of(work)
            dead = sorted({each.channel for each in troubled if each.is_dead(detour, now)} & self._providers.keys())
            waiting = outages.waiting(work, dead, AT_ONCE) if dead else []
            if not waiting:
                return 0
            pairs = self._other_ways(work, waiting, Roads(outages=troubled, providers=self._providers))
            changed = [notice for pair in pairs for notice in pair]
            save_notices(work, changed, self._divisions, now)
            announce_notices(work, changed, now)
            for folded, _ in pairs:
                switches.note_acts(work, [folded.id], act="detoured", author=AUTHOR, reason=folded.error, now=now)
        if pairs:
            _logger.warning("a provider is dead for long: told by another channel", channels=dead, notices=len(pairs))
        return len(pairs)

    def _other_ways(self, work: Work, waiting: list[Notice], roads: Roads) -> list[tuple[Notice, Notice]]:
        settings = self._settings.read(work, self._clock.now())
        situation = Situation(
            now=self._clock.now(),
            routes=self._routes,
            roster=settings.roster,
            places=Places(self._divisions),
            switches=settings.switches,
        )
        words = deliveries.words_of(work, waiting)
        beside = {each: {one.id: one for one in of} for each, of in outages.beside(work, waiting).items()}
        pairs = []
        for notice in waiting:
            known = beside[notice.decision_id]
            seat = present_holder(notice, words[notice.id].decision, situation)
            pair = detoured(notice, seat, tuple(known.values()), roads, situation)
            if pair is not None:
                pairs.append(pair)
                known |= {each.id: each for each in pair}
        return pairs
