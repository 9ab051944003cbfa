"""Say which hazards a form is about, once: the database and a fold of past facts choose by the same words."""

from datetime import datetime
from typing import Final

import msgspec

from contracts.facts import Fact
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import EVERYTHING, Scope


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Up to where facts count: `known` until when we had heard of them, `happened` until when they happened.

    `happened` None means until `known`. Both ends are included. What a correction says happened when the event happened
    that it corrects: that end is for a fold to apply, after corrections.
    """

    known: datetime
    happened: datetime | None = None

    def holds(self, fact: Fact) -> bool:
        """Whether the fact was known."""
        return fact.known_at <= self.known


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which hazards. Empty or None means all; `from` moments are included, `until` moments are not.

    `standing` leaves out what was withdrawn: a report that was a mistake counts for nothing.
    """

    scope: Scope = EVERYTHING
    reported_from: datetime | None = None
    reported_until: datetime | None = None
    found_by: tuple[str, ...] = ()
    open: bool | None = None
    level: str = ""
    sector: str = ""
    standing: bool = True

    def admits(self, row: HazardRow) -> bool:
        """Whether the row is one of them."""
        return all(
            (
                not self.scope.column or covers(self.scope, row),
                self.reported_from is None or row.reported_at >= self.reported_from,
                self.reported_until is None or row.reported_at < self.reported_until,
                not self.found_by or row.found_by in self.found_by,
                self.open is None or row.is_open == self.open,
                not self.level or row.level == self.level,
                not self.sector or row.sector == self.sector,
                not self.standing or row.state != WITHDRAWN,
            )
        )


WITHDRAWN: Final = "withdrawn"


def covers(scope: Scope, row: HazardRow) -> bool:
    """Whether the row lies in the scope; a town's scope also holds the villages below it."""
    if scope.column == "tenant":
        return row.tenant.startswith(scope.code)
    return not scope.column or getattr(row, scope.column) == scope.code
