"""Build the read models piece by piece beside those that serve: a run of a log's rows, or some hazards, each a transaction."""

from typing import Final, LiteralString, NamedTuple

from contracts.divisions import Divisions
from runtime import codec
from runtime.database import Database
from services.reporting.core.decided import read_decision
from services.reporting.core.notified import read_notice
from services.reporting.core.rows import HazardKey
from services.reporting.core.said import read
from services.reporting.handlers.applying import ReadModels, site_words
from services.reporting.store import decisions, notices, rebuilding, sites


class Rows(NamedTuple):
    """The rows of a log above `after` and up to `until`, for one stage of `LOGS`."""

    stage: str
    after: int
    until: int


Piece = Rows | list[HazardKey]

LOGS: Final[dict[str, tuple[LiteralString, LiteralString, int]]] = {
    "sites": ("fact", "site_id IS NOT NULL", 10),
    "decisions": ("decision_record", "true", 1),
    "notices": ("notice_record", "true", 1),
}
"""What has to stand before hazards are folded: each stage with its log, which of its rows, and one row in how many that is."""


class Builder:
    """Builds pieces; the order of those of one stage is of no importance, and several may be built at once."""

    def __init__(self, beside: Database, divisions: Divisions) -> None:
        self._beside = beside
        self._divisions = divisions
        self._models = ReadModels(divisions)

    def build(self, piece: Piece) -> int:
        """Build one piece, and return of how many rows or hazards."""
        if isinstance(piece, Rows):
            return self._settle(piece)
        with self._beside.begin() as work:
            self._models.build(work, piece)
        return len(piece)

    def _settle(self, rows: Rows) -> int:
        log, where, _ = LOGS[rows.stage]
        with self._beside.begin() as work:
            found = [codec.decode(each) for each in rebuilding.documents(work, log, rows.after, rows.until, where)]
            match rows.stage:
                case "sites":
                    sites.hear(work, site_words((fact, read(fact), b"") for fact in found))
                case "decisions":
                    decisions.settle(work, [read_decision(fact) for fact in found], self._divisions)
                case _:
                    notices.settle(work, [read_notice(fact) for fact in found], self._divisions)
        return len(found)
