"""Keep the cases of a trial in a file that is thrown away: memory holds the ones used last, whatever the number."""

import heapq
from collections import OrderedDict
from collections.abc import Container, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

import msgspec

from contracts.decisions import Decision
from runtime.scratch import ScratchFile
from services.escalation.core.case import Case, CaseKey, decode_case, encode_case
from services.escalation.core.early import KIND as CORRECTION
from services.escalation.core.simulation import State
from services.escalation.core.what_if import Difference, difference, name_of

IN_MEMORY: Final = 1_000
"""Open cases where nobody says otherwise: some ten megabytes."""
ASLEEP: Final = 6_000
"""Cases that memory holds beside those, as the bytes of their stored form: about as much."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
AT_ONCE: Final = 5_000  # rows that wait to be written together
SPARE: Final = 16  # one part in so many is put away at once, so that it is done seldom
AFTER_SEPARATOR: Final = "\x20"
SEPARATOR: Final = "\x1f"  # below every sign of a name's parts: names have the order of their keys
TABLES: Final = """
CREATE TABLE kept (name TEXT PRIMARY KEY, state BLOB, at INTEGER);
CREATE INDEX kept_at ON kept (at, name) WHERE at IS NOT NULL;
CREATE TABLE whose (fact TEXT, name TEXT);
CREATE TABLE holder (decision TEXT, name TEXT);
CREATE TABLE told (decision TEXT PRIMARY KEY, status TEXT, at INTEGER) WITHOUT ROWID;
"""
OUTCOMES: Final = """
CREATE TABLE outcome (name TEXT, law INTEGER, record BLOB, gone INTEGER, PRIMARY KEY (name, law)) WITHOUT ROWID;
"""
BEFORE, AFTER = 0, 1

_decode: Final = msgspec.json.Decoder(Decision).decode
_encode: Final = msgspec.json.Encoder().encode


class ScratchCases(ScratchFile):
    """Cases for `simulation.run`: the ones used last open, those before them asleep in memory, the others in the file.

    A case is in one of the three. Asleep it is the bytes of its stored form, a seventh of an open case: to wake it
    costs half of reading it from the file. Its clock is where it is: a heap of those in memory, an index of the
    file's. Whose fact or decision it is is
    asked seldom, by corrections and by what people say, so that is written down in bulk and indexed when first asked.
    """

    def __init__(self, in_memory: int = IN_MEMORY, asleep: int = ASLEEP) -> None:
        """How many cases are open at most, and how many more are in memory."""
        super().__init__(TABLES)
        self._in_memory = in_memory
        self._most_asleep = asleep
        self._used: OrderedDict[CaseKey, Case] = OrderedDict()
        self._asleep: OrderedDict[CaseKey, bytes] = OrderedDict()
        self._indexed: dict[CaseKey, tuple[int, int]] = {}
        self._corrections: set[CaseKey] = set()
        self._armed: dict[CaseKey, datetime] = {}
        self._heap: list[tuple[datetime, CaseKey]] = []
        self._first: tuple[datetime, CaseKey] | None = None  # of the file's clocks
        self._facts: list[tuple[str, str]] = []
        self._decisions: list[tuple[str, str]] = []
        self._told: dict[str, State] = {}

    def get(self, key: CaseKey) -> Case | None:
        """The case of `key`, None where there is none yet."""
        if key in self._used:
            self._used.move_to_end(key)
            return self._used[key]
        state = self._asleep.pop(key, None) or self._take_from_file(key)
        if state is None:
            return None
        self._used[key] = case = decode_case(state)
        self._indexed[key] = len(case.facts), len(case.ledger)
        self._arm(case)
        return case

    def put(self, case: Case) -> None:
        """Keep the case as it is now; facts and decisions are only ever added at its end."""
        key = case.key
        self._used[key] = case
        self._used.move_to_end(key)
        facts, decisions = self._indexed.get(key, (0, 0))
        if len(case.facts) > facts or len(case.ledger) > decisions:
            name = _name(key)
            self._facts += [(_fact_name(fact.source, fact.id), name) for fact in case.facts[facts:]]
            self._decisions += [(decision_id, name) for decision_id in islice(case.ledger, decisions, None)]
            self._indexed[key] = len(case.facts), len(case.ledger)
        if key.kind == CORRECTION:
            self._corrections.add(key)
        self._arm(case)

    def whose(self, source: str, fact_id: str) -> tuple[CaseKey, ...]:
        """The cases that keep this fact."""
        self._write_down()
        self._db.execute("CREATE INDEX IF NOT EXISTS whose_fact ON whose (fact)")
        named = _fact_name(source, fact_id)
        rows = self._db.execute("SELECT name FROM whose WHERE fact = ? ORDER BY rowid", (named,))
        return tuple(_key(name) for (name,) in rows)

    def holder(self, committee: str, decision_id: str) -> CaseKey | None:
        """The case whose ledger holds this decision."""
        self._write_down()
        self._db.execute("CREATE INDEX IF NOT EXISTS holder_decision ON holder (decision)")
        rows = self._db.execute("SELECT name FROM holder WHERE decision = ? ORDER BY rowid", (decision_id,))
        return next((key for (name,) in rows if (key := _key(name)).committee == committee), None)

    def open_of(self, committee: str, kinds: Container[str]) -> list[CaseKey]:
        """The committee's cases of these kinds, in the order of their keys."""
        rows = self._db.execute(
            "SELECT name FROM kept WHERE name BETWEEN ? AND ?", (committee + SEPARATOR, committee + AFTER_SEPARATOR)
        )
        known = [*self._used, *(_key(name) for (name,) in rows)]
        return sorted(key for key in known if key.committee == committee and key.kind in kinds)

    def early(self, key: CaseKey) -> Case | None:
        """The corrections that came before the event that they name: few, and asked for at every fact."""
        return self.get(key) if key in self._corrections else None

    def due(self, until: datetime, *, inclusive: bool) -> tuple[CaseKey, datetime] | None:
        """The next case whose clock fires up to `until`, and when; None where there is none."""
        self._put_away()
        while True:
            while self._heap and self._armed.get(self._heap[0][1]) != self._heap[0][0]:
                heapq.heappop(self._heap)  # it moved, was disarmed or lies in the file since
            here = self._heap[0] if self._heap else None
            next_ = min((clock for clock in (here, self._first) if clock is not None), default=None)
            if next_ is None or next_[0] > until or (next_[0] == until and not inclusive):
                return None
            at, key = next_
            if next_ is here:
                heapq.heappop(self._heap)
                del self._armed[key]  # put back with the very same clock it is armed again
                return key, at
            self.get(key)

    def told(self, decision_id: str) -> State | None:
        """What was told of a decision last, None where nothing was."""
        known = self._told.get(decision_id)
        if known is None:
            row = self._db.execute("SELECT status, at FROM told WHERE decision = ?", (decision_id,)).fetchone()
            known = None if row is None else (row[0], _instant(row[1]))
        return known

    def tell(self, decision_id: str, state: State) -> None:
        """Remember what is told of a decision."""
        self._told[decision_id] = state
        if len(self._told) >= AT_ONCE:
            rows = ((name, status, _number(at)) for name, (status, at) in self._told.items())
            self._db.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", rows)
            self._told.clear()

    def _arm(self, case: Case) -> None:
        key, at = case.key, case.next_at
        if at is None:
            self._armed.pop(key, None)
        elif self._armed.get(key) != at:
            self._armed[key] = at
            heapq.heappush(self._heap, (at, key))

    def _put_away(self) -> None:
        """Let what was used longest ago sleep; never while a fact is being applied, which holds its cases."""
        if len(self._used) <= self._in_memory + self._in_memory // SPARE:
            return
        while len(self._used) > self._in_memory:
            key, case = self._used.popitem(last=False)
            self._indexed.pop(key, None)
            self._asleep[key] = encode_case(case)
        if len(self._asleep) > self._most_asleep + self._most_asleep // SPARE:
            self._put_into_file()

    def _put_into_file(self) -> None:
        rows = []
        while len(self._asleep) > self._most_asleep:
            key, state = self._asleep.popitem(last=False)
            at = self._armed.pop(key, None)
            rows.append((_name(key), state, None if at is None else _number(at)))
        self._db.executemany("INSERT INTO kept VALUES (?, ?, ?)", rows)
        self._first = self._first_in_file()
        self._heap = [(at, key) for key, at in self._armed.items()]  # without those that went
        heapq.heapify(self._heap)
        if len(self._facts) >= AT_ONCE:
            self._write_down()

    def _take_from_file(self, key: CaseKey) -> bytes | None:
        name = _name(key)
        row = self._db.execute("SELECT state FROM kept WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        self._db.execute("DELETE FROM kept WHERE name = ?", (name,))
        if self._first is not None and self._first[1] == key:
            self._first = self._first_in_file()
        state: bytes = row[0]
        return state

    def _first_in_file(self) -> tuple[datetime, CaseKey] | None:
        row = self._db.execute("SELECT at, name FROM kept WHERE at IS NOT NULL ORDER BY at, name LIMIT 1").fetchone()
        return None if row is None else (_instant(row[0]), _key(row[1]))

    def _write_down(self) -> None:
        self._db.executemany("INSERT INTO whose VALUES (?, ?)", self._facts)
        self._db.executemany("INSERT INTO holder VALUES (?, ?)", self._decisions)
        self._facts.clear()
        self._decisions.clear()


def _name(key: CaseKey) -> str:
    return SEPARATOR.join(key)


def _key(name: str) -> CaseKey:
    return CaseKey(*name.split(SEPARATOR, 3))


def _fact_name(source: str, fact_id: str) -> str:
    return f"{source}{SEPARATOR}{fact_id}"


def _number(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _instant(number: int) -> datetime:
    return EPOCH + number * MICROSECOND


class Outcomes(ScratchFile):
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
