"""Keep the cases of a trial in a file that is thrown away: memory holds the ones used last, whatever the number."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from types import TracebackType
from typing import Final, Self

import msgspec

from contracts.decisions import Decision
from services.escalation.core.case import Case, CaseKey, decode_case, encode_case
from services.escalation.core.early import KIND as CORRECTION
from services.escalation.core.what_if import Difference, difference, name_of

IN_MEMORY: Final = 2_000  # cases: a few megabytes
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
CASES: Final = """
CREATE TABLE kept (name TEXT PRIMARY KEY, state BLOB, facts INTEGER, decisions INTEGER) WITHOUT ROWID;
CREATE TABLE clock (name TEXT PRIMARY KEY, at INTEGER) WITHOUT ROWID;
CREATE INDEX clock_at ON clock (at, name);
CREATE TABLE whose (fact TEXT, name TEXT);
CREATE INDEX whose_fact ON whose (fact);
CREATE TABLE holder (decision TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
"""
OUTCOMES: Final = """
CREATE TABLE outcome (name TEXT, law INTEGER, record BLOB, gone INTEGER, PRIMARY KEY (name, law)) WITHOUT ROWID;
"""
BEFORE, AFTER = 0, 1

_decode: Final = msgspec.json.Decoder(Decision).decode
_encode: Final = msgspec.json.Encoder().encode


class _File:
    """A database in a temporary file that nobody else sees and that goes when it is closed."""

    def __init__(self, tables: str) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000; {tables}"
        )
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()


class ScratchCases(_File):
    """Cases for `simulation.run`: the ones used last in memory, the others in the file."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        super().__init__(CASES)
        self._in_memory = in_memory
        self._used: OrderedDict[CaseKey, Case] = OrderedDict()
        self._indexed: dict[CaseKey, tuple[int, int]] = {}
        self._corrections: set[CaseKey] = set()

    def get(self, key: CaseKey) -> Case | None:
        """The case of `key`, None where there is none yet."""
        if key in self._used:
            self._used.move_to_end(key)
            return self._used[key]
        row = self._db.execute("SELECT state, facts, decisions FROM kept WHERE name = ?", (str(key),)).fetchone()
        if row is None:
            return None
        self._used[key] = case = decode_case(row[0])
        self._indexed[key] = row[1:]
        return case

    def put(self, case: Case) -> None:
        """Keep the case as it is now; facts and decisions are only ever added at its end."""
        key, name = case.key, str(case.key)
        self._used[key] = case
        self._used.move_to_end(key)
        facts, decisions = self._indexed.get(key, (0, 0))
        fresh = [(f"{fact.source}\x1f{fact.id}", name) for fact in case.facts[facts:]]
        self._db.executemany("INSERT INTO whose VALUES (?, ?)", fresh)
        taken = [(decision_id, name) for decision_id in islice(case.ledger, decisions, None)]
        self._db.executemany("INSERT OR IGNORE INTO holder VALUES (?, ?)", taken)
        self._indexed[key] = len(case.facts), len(case.ledger)
        if key.kind == CORRECTION:
            self._corrections.add(key)
        if case.next_at is None:
            self._db.execute("DELETE FROM clock WHERE name = ?", (name,))
        else:
            at = (case.next_at - EPOCH) // MICROSECOND
            self._db.execute("INSERT OR REPLACE INTO clock VALUES (?, ?)", (name, at))

    def whose(self, source: str, fact_id: str) -> tuple[CaseKey, ...]:
        """The cases that keep this fact."""
        named = f"{source}\x1f{fact_id}"
        rows = self._db.execute("SELECT name FROM whose WHERE fact = ? ORDER BY rowid", (named,))
        return tuple(CaseKey.parse(name) for (name,) in rows)

    def holder(self, committee: str, decision_id: str) -> CaseKey | None:
        """The case whose ledger holds this decision."""
        row = self._db.execute("SELECT name FROM holder WHERE decision = ?", (decision_id,)).fetchone()
        found = CaseKey.parse(row[0]) if row else None
        return found if found is not None and found.committee == committee else None

    def early(self, key: CaseKey) -> Case | None:
        """The corrections that came before the event that they name: few, and asked for at every fact."""
        return self.get(key) if key in self._corrections else None

    def due(self, until: datetime, *, inclusive: bool) -> tuple[CaseKey, datetime] | None:
        """The next case whose clock fires up to `until`, and when; None where there is none."""
        self._put_away()
        row = self._db.execute("SELECT name, at FROM clock ORDER BY at, name LIMIT 1").fetchone()
        if row is None:
            return None
        at = EPOCH + row[1] * MICROSECOND
        if at > until or (at == until and not inclusive):
            return None
        self._db.execute("DELETE FROM clock WHERE name = ?", (row[0],))
        return CaseKey.parse(row[0]), at

    def _put_away(self) -> None:
        """Write what was used longest ago into the file; never while a fact is being applied, which holds its cases."""
        while len(self._used) > self._in_memory:
            key, case = self._used.popitem(last=False)
            row = (str(key), encode_case(case), *self._indexed.pop(key))
            self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", row)


class Outcomes(_File):
    """What two laws came to: of each decision the first record that was told, and whether it was taken back."""

    def __init__(self) -> None:
        super().__init__(OUTCOMES)

    def note(self, law: int, record: Decision, *, told: bool) -> None:
        """Note a record under one of the laws (`BEFORE`, `AFTER`); what is retracted counts no longer."""
        name = name_of(record)
        if record.status == "retracted":
            self._db.execute("UPDATE outcome SET gone = 1 WHERE name = ? AND law = ?", (name, law))
        elif told:
            self._db.execute(
                """INSERT INTO outcome VALUES (?, ?, ?, 0) ON CONFLICT (name, law)
                DO UPDATE SET record = CASE gone WHEN 1 THEN excluded.record ELSE record END, gone = 0""",
                (name, law, _encode(record)),
            )

    def differences(self) -> Iterator[Difference]:
        """How the laws differ, decision by decision, in the order of time."""
        rows = self._db.execute(
            """SELECT b.record, a.record FROM (SELECT DISTINCT name FROM outcome) n
            LEFT JOIN outcome b ON b.name = n.name AND b.law = 0 AND b.gone = 0
            LEFT JOIN outcome a ON a.name = n.name AND a.law = 1 AND a.gone = 0
            WHERE b.record IS NOT a.record
            ORDER BY coalesce(json_extract(a.record, '$.known_at'), json_extract(b.record, '$.known_at')), n.name"""
        )
        for before, after in rows:
            found = difference(_decode(before) if before else None, _decode(after) if after else None)
            if found is not None:
                yield found
