"""Hear decisions: plan the notices of a batch of records and keep them, all in the batch's transaction."""

from collections.abc import Sequence

from contracts.decisions import Decision
from contracts.divisions import Divisions
from runtime.clock import Clock
from runtime.database import Work
from services.notify.core.notice import Notice
from services.notify.core.passage import Situation
from services.notify.core.places import Places
from services.notify.core.routes import Routes
from services.notify.handlers.announcing import announce_notices
from services.notify.handlers.letters.drafting import Drafting
from services.notify.store.planning import Heard, load_ledger, save_notices, save_records
from services.notify.store.situation import SettingsReader


class Hearing:
    """Plans notices. A record that was heard before changes nothing, however it comes again."""

    def __init__(self, *, routes: Routes, divisions: Divisions, drafting: Drafting, clock: Clock) -> None:
        self._routes = routes
        self._divisions = divisions
        self._drafting = drafting
        self._places = Places(divisions)
        self._clock = clock
        self._settings = SettingsReader()

    def hear(self, work: Work, decisions: Sequence[Decision]) -> list[Notice]:
        """Plan and keep the notices of these records, in their order; returns what is new or changed."""
        now = self._clock.now()
        settings = self._settings.read(work, now)
        situation = Situation(
            now=now, routes=self._routes, roster=settings.roster, places=self._places, switches=settings.switches
        )
        ledger = load_ledger(work, decisions)
        heard = []
        for decision in decisions:
            turn = ledger.hear(decision, situation)
            if turn is not None:
                heard.append(Heard(decision, turn))
        changed = list(ledger.changed.values())
        save_records(work, heard, now)
        self._drafting.hear(work, heard, situation)
        save_notices(work, changed, self._divisions, now)
        announce_notices(work, changed, now)
        return changed
