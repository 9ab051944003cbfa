"""Read what people have set: roster, silences, tenants, the master switch, addresses that are gone."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from runtime.database import Work
from services.notify.core.matching import Match
from services.notify.core.roster import Roster, Seat
from services.notify.core.suppression import Silence, Switches, TenantRule
from services.notify.store import personal

_SILENCES = """SELECT id, author, reason, starts_at, ends_at, match, recipient FROM silence
    WHERE lifted_at IS NULL AND ends_at > %s ORDER BY id"""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything people have set, as of one version."""

    version: int
    roster: Roster
    switches: Switches


class SettingsReader:
    """Reads the settings of people again only when they changed: one number tells."""

    def __init__(self) -> None:
        self._known: Settings | None = None

    def read(self, work: Work, now: datetime) -> Settings:
        """The settings as this transaction sees them. Silences that have ended are left out."""
        version = version_of(work)
        if self._known is None or self._known.version != version:
            self._known = load_settings(work, version, now)
        return self._known


def version_of(work: Work) -> int:
    """The number that every change of a setting raises."""
    row = work.connection.execute("SELECT version FROM settings_version").fetchone()
    return int(row[0]) if row else 0


def load_settings(work: Work, version: int, now: datetime) -> Settings:
    """All of them, read anew."""
    run = work.connection.execute
    seats = run(personal.SEATS)
    silences = run(_SILENCES, (now,))
    tenants = run("SELECT tenant, go_live, shadow FROM tenant_rule")
    gone = personal.gone(work)
    return Settings(
        version=version,
        roster=Roster(_seat(row, gone) for row in seats),
        switches=Switches(
            tenants={row[0]: TenantRule(go_live=row[1], shadow=row[2]) for row in tenants},
            silences=tuple(silence_of(row) for row in silences),
            stopped=is_stopped(work),
        ),
    )


def is_stopped(work: Work) -> bool:
    """Whether the master switch stops all sending."""
    row = work.connection.execute("SELECT stopped FROM master_switch ORDER BY id DESC LIMIT 1").fetchone()
    return bool(row and row[0])


def silence_of(row: tuple[Any, ...]) -> Silence:
    """A silence from its row (`id, author, reason, starts_at, ends_at, match, recipient`)."""
    identifier, author, reason, starts_at, ends_at, match, recipient = row
    return Silence(
        id=identifier,
        author=author,
        reason=reason,
        starts_at=starts_at,
        ends_at=ends_at,
        match=msgspec.convert(match, Match),
        recipient=recipient,
    )


def _seat(row: tuple[Any, ...], gone: set[tuple[str, str]]) -> Seat:
    """A row of the roster, without the addresses that are gone: nobody is reached there."""
    seat = personal.seat_of(row)
    reachable = {channel: address for channel, address in seat.addresses.items() if (channel, address) not in gone}
    return replace(seat, addresses=reachable)
