"""Keep official letters: drafts, issued ones, and the gapless number that sign-off gives."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg import sql
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from contracts.divisions import Divisions
from contracts.vocabulary import LetterKind, LetterState, Status
from runtime.access.visible import visible
from runtime.database import Work
from services.notify.core.letters.content import Content
from services.notify.core.letters.letter import UNANSWERED, Basis, Letter

# Names are those of `Letter`; the first are written once, the others whenever the letter moves.
FIXED: Final = (
    *("id", "kind", "organ", "committee", "tenant", "decision_id", "status", "turn", "thread", "drafted_at"),
    "withdraws",
)
MOVING: Final = (
    *("content", "state", "basis", "revision", "year", "number", "issued_on", "signed_by", "signed_at"),
    *("template_version", "template_sha256", "document_sha256", "sent_at", "received_at", "received_by"),
    *("replied_at", "reply", "reply_due", "missed_at", "withdrawn_by"),
)
COLUMNS: Final = (*FIXED, *MOVING)
NAMES: Final = ", ".join(COLUMNS)
_DIVISIONS: Final = ("province", "city", "county")

_INSERT: Final = (
    f"INSERT INTO letter ({NAMES}, {', '.join(_DIVISIONS)}) VALUES "  # noqa: S608 (column names of this file)
    f"({', '.join(f'%({name})s' for name in (*COLUMNS, *_DIVISIONS))}) ON CONFLICT DO NOTHING"
)
_UPDATE: Final = (
    f"UPDATE letter SET {', '.join(f'{name} = %({name})s' for name in MOVING)} "  # noqa: S608 (as above)
    "WHERE id = %(id)s AND revision < %(revision)s"
)
_THREADS: Final = f"SELECT {NAMES} FROM letter WHERE thread = ANY(%s) ORDER BY id FOR UPDATE"  # noqa: S608 (as above)
_BY_ID: Final = f"SELECT {NAMES} FROM letter WHERE id = ANY(%s) AND {{visible}} ORDER BY id"  # noqa: S608 (as above)
_LATE: Final = (
    f"SELECT {NAMES} FROM letter WHERE state = ANY(%s) AND missed_at IS NULL AND reply_due <= %s "  # noqa: S608 (as above)
    "ORDER BY reply_due, id LIMIT %s FOR UPDATE SKIP LOCKED"
)
_REBUILT: Final = (
    f"SELECT {NAMES} FROM letter WHERE id IN (SELECT letter_id FROM letter_rebuilt) "  # noqa: S608 (as above)
    "ORDER BY signed_at, id LIMIT %s FOR UPDATE SKIP LOCKED"
)
_NEXT_NUMBER: Final = """INSERT INTO letter_number AS n (organ, year, last) VALUES (%s, %s, 1)
    ON CONFLICT (organ, year) DO UPDATE SET last = n.last + 1 RETURNING last"""


class StandsAlready(Exception):
    """Another letter of its kind about the same matter stands: this one would be a second."""


def of_threads(work: Work, threads: Sequence[str]) -> list[Letter]:
    """Every letter about these matters, locked until the transaction ends."""
    return _read(work, _THREADS, (list(threads),))


def by_id(work: Work, ids: Iterable[str], *, lock: bool = False) -> dict[str, Letter]:
    """The letters of these ids that are seen."""
    found = _read(work, _BY_ID + (" FOR UPDATE" if lock else ""), (list(ids),))
    return {letter.id: letter for letter in found}


def late(work: Work, now: datetime, most: int) -> list[Letter]:
    """Letters whose answer is late and of which nobody was told so yet, locked; those that another holds are passed."""
    return _read(work, _LATE, ([state.value for state in sorted(UNANSWERED)], now, most))


def save(work: Work, letters: Sequence[Letter], divisions: Divisions) -> None:
    """Insert what is new and move what stood already; raises `StandsAlready`."""
    if not letters:
        return
    rows = [_row(letter, divisions) for letter in letters]
    try:
        with work.connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)
            cursor.executemany(_UPDATE, rows)
    except UniqueViolation as error:
        raise StandsAlready(error.diag.constraint_name or "") from error


def next_number(work: Work, organ: str, year: int) -> int:
    """The next number of an organ's year. Its row stays locked until the transaction ends: a rollback gives it back."""
    row = work.connection.execute(_NEXT_NUMBER, (organ, year)).fetchone()
    if row is None:
        raise LookupError("INSERT .. RETURNING gave no row")
    return int(row[0])


def keep_number(work: Work, organ: str, year: int, number: int) -> None:
    """Never give this number or a lower one again: it is known from what was announced before a restore."""
    work.connection.execute(
        """INSERT INTO letter_number AS n (organ, year, last) VALUES (%s, %s, %s)
        ON CONFLICT (organ, year) DO UPDATE SET last = greatest(n.last, excluded.last)""",
        (organ, year, number),
    )


def has_left(work: Work, letter_id: str) -> bool:
    """Whether notices of a letter are known, though nobody signed it here: it left before the database was restored."""
    row = work.connection.execute("SELECT EXISTS (SELECT FROM notice WHERE letter_id = %s)", (letter_id,)).fetchone()
    return row is not None and bool(row[0])


def note_rebuilt(work: Work, letter_id: str) -> None:
    """Remember that a letter is there again and its notices are not."""
    work.connection.execute("INSERT INTO letter_rebuilt (letter_id) VALUES (%s) ON CONFLICT DO NOTHING", (letter_id,))


def rebuilt(work: Work, most: int) -> list[Letter]:
    """Letters that are there again and wait for their notices, locked."""
    return _read(work, _REBUILT, (most,))


def forget_rebuilt(work: Work, letter_id: str) -> None:
    """Its notices are planned."""
    work.connection.execute("DELETE FROM letter_rebuilt WHERE letter_id = %s", (letter_id,))


def note_act(work: Work, letter_id: str, *, act: str, author: str, note: str, now: datetime) -> None:
    """Write who did what about a letter, and what they said."""
    work.connection.execute(
        "INSERT INTO letter_act (letter_id, act, author, note, acted_at) VALUES (%s, %s, %s, %s, %s)",
        (letter_id, act, author, note, now),
    )


def letter_of(row: dict[str, Any]) -> Letter:
    """The letter in a row that was read with `NAMES`."""
    return Letter(
        **row
        | {
            "kind": LetterKind(row["kind"]),
            "status": Status(row["status"]),
            "state": LetterState(row["state"]),
            "basis": Basis(row["basis"]),
            "content": msgspec.convert(row["content"], Content),
        }
    )


def _read(work: Work, statement: str, parameters: tuple[Any, ...]) -> list[Letter]:
    with work.connection.cursor(row_factory=dict_row) as cursor:
        asked = sql.SQL(statement).format(visible=visible(work))
        return [letter_of(row) for row in cursor.execute(asked, parameters)]


def _row(letter: Letter, divisions: Divisions) -> dict[str, Any]:
    above = divisions.columns_of(letter.tenant)
    row = {name: getattr(letter, name) for name in COLUMNS}
    words = {name: str(row[name]) for name in ("kind", "status", "state", "basis")}
    places = {"province": above.province, "city": above.city, "county": above.county}
    return row | words | places | {"content": Jsonb(msgspec.to_builtins(letter.content))}
