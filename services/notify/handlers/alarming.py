"""Hear the alarms of the platform itself as decisions are heard: planned, kept and announced in one transaction."""

from collections.abc import Sequence

from contracts.divisions import Divisions
from contracts.roles import EVERYWHERE
from runtime.database import Database
from services.notify.core.alarms import Alert, alarm_of
from services.notify.handlers.hearing import Hearing


class AlarmDesk:
    """Takes what Alertmanager tells."""

    def __init__(self, *, hearing: Hearing, database: Database, divisions: Divisions, tenant: str) -> None:
        """`tenant`: whose operators are told."""
        self._hearing = hearing
        self._database = database
        self._tenant = tenant
        self._level = divisions.level_of(tenant)

    def hear(self, alerts: Sequence[Alert]) -> int:
        """Hear them in their order; returns how many notices are new or changed. A repetition changes nothing."""
        alarms = [alarm_of(alert, tenant=self._tenant, level=self._level) for alert in alerts]
        if not alarms:
            return 0
        with self._database.begin([EVERYWHERE]) as work:
            return len(self._hearing.hear(work, alarms))
