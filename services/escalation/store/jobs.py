"""Keep what people asked of another policy, how far the answer is, and the answer."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import sql

from contracts.divisions import TenantColumns
from runtime.access.visible import visible
from runtime.database import Work

RUNNING, DONE, FAILED = "running", "done", "failed"


class Job(NamedTuple):
    """One question; `seen_at` is when whoever works on it gave a sign of life last."""

    id: UUID
    committee: str
    question: dict[str, Any]
    state: str
    done: int
    total: int
    answer: dict[str, Any] | None
    asked_at: datetime
    seen_at: datetime


def ask(work: Work, job: UUID, committee: str, columns: TenantColumns, question: dict[str, Any], now: datetime) -> None:
    """Keep a question."""
    work.connection.execute(
        """INSERT INTO what_if (id, committee, province, city, county, tenant, question, state, asked_at, seen_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (job, committee, *columns, msgspec.json.encode(question).decode(), RUNNING, now, now),
    )


def move(work: Work, job: UUID, done: int, total: int, now: datetime) -> None:
    """Say how far the work on it is."""
    work.connection.execute(
        "UPDATE what_if SET done = %s, total = %s, seen_at = %s WHERE id = %s", (done, total, now, job)
    )


def end(work: Work, job: UUID, state: str, answer: dict[str, Any], now: datetime) -> None:
    """Keep the answer, or why there is none."""
    work.connection.execute(
        "UPDATE what_if SET state = %s, answer = %s, seen_at = %s WHERE id = %s",
        (state, msgspec.json.encode(answer).decode(), now, job),
    )


def find(work: Work, job: UUID) -> Job | None:
    """The question with its answer so far, None where nobody asked it."""
    row = work.connection.execute(
        sql.SQL(
            """SELECT id, committee, question, state, done, total, answer, asked_at, seen_at FROM what_if
            WHERE id = %s AND {}"""
        ).format(visible(work)),
        (job,),
    ).fetchone()
    return Job(*row) if row else None


def running_since(work: Work, moment: datetime) -> int:
    """How many jobs gave a sign of life after a moment and have not ended."""
    row = work.connection.execute(
        "SELECT count(*) FROM what_if WHERE state = %s AND seen_at > %s", (RUNNING, moment)
    ).fetchone()
    return int(row[0]) if row else 0
