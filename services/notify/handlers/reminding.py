"""Remind of silences that have been acting for weeks, each week once, however often one looks."""

from contracts.divisions import Divisions
from runtime.clock import Clock
from runtime.database import Database
from services.notify.core.reminders import reminder, weeks_of
from services.notify.handlers.hearing import Hearing
from services.notify.store.situation import SettingsReader


class Reminding:
    """Looks at the silences that act."""

    def __init__(
        self, *, hearing: Hearing, database: Database, divisions: Divisions, clock: Clock, tenant: str
    ) -> None:
        """`tenant`: who hears of silences that name none."""
        self._hearing = hearing
        self._database = database
        self._divisions = divisions
        self._clock = clock
        self._tenant = tenant
        self._settings = SettingsReader()
        self._told: set[tuple[str, int]] = set()

    def remind(self) -> int:
        """Hear the reminders that are due; returns how many notices follow."""
        now = self._clock.now()
        with self._database.begin() as work:
            due = []
            for silence in self._settings.read(work, now).switches.silences:
                weeks = weeks_of(silence, now)
                if not weeks or (str(silence.id), weeks) in self._told:  # another worker's memory is the database
                    continue
                tenant = silence.match.tenant[0] if silence.match.tenant else self._tenant
                due.append(reminder(silence, weeks, tenant=tenant, level=self._divisions.level_of(tenant)))
                self._told.add((str(silence.id), weeks))
            return len(self._hearing.hear(work, due)) if due else 0
