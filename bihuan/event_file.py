"""Read a file of events in the order in which they became known, however large and whatever its own order."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from contracts.facts import Fact
from runtime import codec
from runtime.scratch import ScratchFile
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.law import Law
from services.intake.core.reasons import EXPLANATIONS
from services.intake.core.validation import Accepted, Refused, Standing, validate

FAR: Final = datetime.max.replace(tzinfo=SHANGHAI, year=9000)
"""A simulation has no "now" that an event could lie ahead of."""
CALENDAR: Final = b'"calendar.changed.'
"""What a committee sets in its calendar is a fact of people; a simulation takes it from the file."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TABLES: Final = """
CREATE TABLE fact (line INTEGER PRIMARY KEY, known_at INTEGER, id TEXT, source TEXT, document BLOB);
CREATE UNIQUE INDEX fact_name ON fact (id, source);
"""
_INSERT: Final = "INSERT OR IGNORE INTO fact VALUES (?, ?, ?, ?, ?)"


class EventFile(ScratchFile):
    """The facts of files that were read, put aside: iterating gives them ordered, ties in the order of reading."""

    def __init__(self, law: Law) -> None:
        """`law` says which committees there are."""
        super().__init__(_TABLES)
        self._divisions = law.divisions
        self._standing = Standing(door="file", committee_of=law.committee_of)
        self._people = Standing(door="file", committee_of=law.committee_of, people=True)
        self._latest: int | None = None
        self._is_ordered = True

    def read(self, path: Path) -> int:
        """Judge each line; what is refused is told with line and reason. Returns how many were refused."""
        refused = 0
        with path.open("rb") as lines:
            for number, line in enumerate(map(bytes.strip, lines), 1):
                if not line:
                    continue
                standing = self._people if CALENDAR in line else self._standing
                judged = validate(line, divisions=self._divisions, received_at=FAR, standing=standing)
                if isinstance(judged, Refused):
                    refused += 1
                    _complain(path, number, judged)
                elif not self._keep(judged):
                    refused += 1
                    _say(
                        path, number, "id_conflict", f"{judged.fact.id}：同一来源的同一编号已有另一内容，以先到的为准。"
                    )
        return refused

    def __iter__(self) -> Iterator[Fact]:
        order = "line" if self._is_ordered else "known_at, line"
        for (document,) in self._db.execute(f"SELECT document FROM fact ORDER BY {order}"):  # noqa: S608 (two words of ours)
            yield codec.decode(document)

    def _keep(self, judged: Accepted) -> bool:
        """Keep a fact once; False where its name stands for another already."""
        fact = judged.fact
        known_at = (fact.known_at - _EPOCH) // _MICROSECOND
        row = (None, known_at, fact.id, fact.source, codec.encode(fact))
        if self._db.execute(_INSERT, row).rowcount == 0:
            (document,) = self._db.execute(
                "SELECT document FROM fact WHERE id = ? AND source = ?", (fact.id, fact.source)
            ).fetchone()
            return Accepted(codec.decode(document)).digest == judged.digest
        self._is_ordered = self._is_ordered and (self._latest is None or self._latest <= known_at)
        self._latest = known_at
        return True


def read_events(path: Path, law: Law) -> tuple[list[Fact], int]:
    """Return the file's facts ordered by when they became known, ties in file order, and how many lines were refused."""
    with EventFile(law) as file:
        refused = file.read(path)
        return list(file), refused


def _complain(path: Path, number: int, judged: Refused) -> None:
    explanation = EXPLANATIONS[judged.reason]
    details = "；".join(judged.errors)
    _say(path, number, judged.reason, f"{explanation.sentence}{details} {explanation.mend}")


def _say(path: Path, number: int, reason: str, sentence: str) -> None:
    print(f"{path}:{number}: {reason}: {sentence}", file=sys.stderr)
