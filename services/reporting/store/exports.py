"""Keep what people order to be printed: one row each, claimed by one printer at a time, and its file in pieces."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import BinaryIO, Final, NamedTuple
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row

from contracts.divisions import TenantColumns
from runtime.access.visible import visible
from runtime.database import Work

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
PIECE: Final = 1 << 20
"""Bytes of one row of a file."""
BROKEN_OFF: Final = "多次中断，没有完成；请缩小范围后再导出，或请管理员查看服务日志。"


class Export(NamedTuple):
    """One order. `seen_at` is when whoever prints it gave a sign of life last, `rows` how many are printed so far."""

    id: UUID
    tenant: str
    tenants: list[str]
    asked_by: str
    wish: dict[str, object]
    format: str
    state: str
    attempts: int
    rows: int
    error: str
    name: str
    size: int
    as_of: datetime
    asked_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    expires_at: datetime


class Waiting(NamedTuple):
    """How many orders wait or are printed, and since when the oldest."""

    orders: int
    oldest: datetime | None


_COLUMNS: Final = sql.SQL(", ").join(map(sql.Identifier, Export._fields))


def order(work: Work, export: Export, columns: TenantColumns, wish: str) -> None:
    """Keep an order; `wish` is its text as JSON."""
    work.connection.execute(
        """INSERT INTO export (id, province, city, county, tenant, tenants, asked_by, wish, format, state, as_of,
            asked_at, seen_at, expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            export.id, *columns, export.tenants, export.asked_by, wish, export.format, WAITING, export.as_of,
            export.asked_at, export.seen_at, export.expires_at,
        ),
    )  # fmt: skip


def unfinished(work: Work, asked_by: str) -> int:
    """How many orders of a person wait or are printed."""
    row = work.connection.execute(
        "SELECT count(*) FROM export WHERE asked_by = %s AND state IN ('waiting', 'running')", (asked_by,)
    ).fetchone()
    return int(row[0]) if row else 0


def listed(work: Work, asked_by: str, limit: int) -> list[Export]:
    """The orders of a person, the newest first."""
    statement = sql.SQL("SELECT {} FROM export WHERE asked_by = %s AND {} ORDER BY asked_at DESC, id LIMIT %s")
    with work.connection.cursor(row_factory=class_row(Export)) as cursor:
        return cursor.execute(statement.format(_COLUMNS, visible(work)), (asked_by, limit)).fetchall()


def find(work: Work, export: UUID, asked_by: str) -> Export | None:
    """An order of this person; nobody else's is found."""
    statement = sql.SQL("SELECT {} FROM export WHERE id = %s AND asked_by = %s AND {}").format(_COLUMNS, visible(work))
    with work.connection.cursor(row_factory=class_row(Export)) as cursor:
        return cursor.execute(statement, (export, asked_by)).fetchone()


def pieces(work: Work, export: UUID) -> Iterator[bytes]:
    """The file, piece by piece."""
    with work.connection.cursor("pieces") as cursor:
        cursor.itersize = 1
        cursor.execute("SELECT bytes FROM export_piece WHERE export_id = %s ORDER BY number", (export,), binary=True)
        for (piece,) in cursor:
            yield piece


def claim(work: Work, *, now: datetime, silence: timedelta, most: int) -> Export | None:
    """Take the oldest order that waits, or that nobody prints any more; after `most` attempts it has failed."""
    silent = now - silence
    work.connection.execute(
        """UPDATE export SET state = 'failed', error = %s, ended_at = %s
        WHERE state = 'running' AND seen_at < %s AND attempts >= %s""",
        (BROKEN_OFF, now, silent, most),
    )
    statement = sql.SQL(
        """UPDATE export SET state = 'running', attempts = attempts + 1, rows = 0, seen_at = %s
        WHERE id = (SELECT id FROM export WHERE state = 'waiting' OR (state = 'running' AND seen_at < %s)
            ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING {}"""
    ).format(_COLUMNS)
    with work.connection.cursor(row_factory=class_row(Export)) as cursor:
        return cursor.execute(statement, (now, silent)).fetchone()


def move(work: Work, export: UUID, attempt: int, rows: int, now: datetime) -> bool:
    """Say how far it is; False where this attempt is not the one that counts any more."""
    return bool(
        work.connection.execute(
            "UPDATE export SET rows = %s, seen_at = %s WHERE id = %s AND attempts = %s AND state = 'running'",
            (rows, now, export, attempt),
        ).rowcount
    )


def touch(work: Work, export: UUID, attempt: int, now: datetime) -> None:
    """Say that somebody still prints it."""
    work.connection.execute(
        "UPDATE export SET seen_at = %s WHERE id = %s AND attempts = %s AND state = 'running'", (now, export, attempt)
    )


def finish(
    work: Work, export: UUID, attempt: int, *, name: str, rows: int, file: BinaryIO, now: datetime, until: datetime
) -> bool:
    """Keep the whole file and say that it is done, at once; False (and nothing kept) for an attempt that lost its turn."""
    size = 0
    done = work.connection.execute(
        """UPDATE export SET state = 'done', name = %s, rows = %s, ended_at = %s, seen_at = %s, expires_at = %s
        WHERE id = %s AND attempts = %s AND state = 'running'""",
        (name, rows, now, now, until, export, attempt),
    ).rowcount
    if not done:
        return False
    for number, piece in enumerate(_cut(file)):
        size += len(piece)
        work.connection.execute("INSERT INTO export_piece VALUES (%b, %b, %b)", (export, number, piece))
    work.connection.execute("UPDATE export SET size = %s WHERE id = %s", (size, export))
    return True


def fail(work: Work, export: UUID, attempt: int, *, error: str, now: datetime) -> None:
    """Say that it cannot be printed, and why."""
    work.connection.execute(
        """UPDATE export SET state = 'failed', error = %s, ended_at = %s, seen_at = %s
        WHERE id = %s AND attempts = %s AND state = 'running'""",
        (error, now, now, export, attempt),
    )


def give_back(work: Work, export: UUID, attempt: int, *, counts: bool) -> None:
    """Let somebody else print it; `counts` is False where it was put down in order, which is no failed attempt."""
    work.connection.execute(
        """UPDATE export SET state = 'waiting', rows = 0, attempts = attempts - CASE WHEN %s THEN 0 ELSE 1 END
        WHERE id = %s AND attempts = %s AND state = 'running'""",
        (counts, export, attempt),
    )


def state_of(work: Work, export: UUID) -> str:
    """Its state; empty where it has expired meanwhile."""
    row = work.connection.execute("SELECT state FROM export WHERE id = %s", (export,)).fetchone()
    return str(row[0]) if row else ""


def sweep(work: Work, now: datetime) -> int:
    """Throw away what has expired, files and all."""
    return work.connection.execute("DELETE FROM export WHERE expires_at < %s", (now,)).rowcount


def backlog(work: Work) -> Waiting:
    """What waits or is printed now."""
    row = work.connection.execute(
        "SELECT count(*), min(asked_at) FROM export WHERE state IN ('waiting', 'running')"
    ).fetchone()
    return Waiting(*row) if row else Waiting(0, None)


def _cut(file: BinaryIO) -> Iterable[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
