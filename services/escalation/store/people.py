"""Write down what a person said of a decision, once, and see where the decision stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg import sql

from runtime.access.visible import visible
from runtime.database import Work


class Standing(NamedTuple):
    """Where a decision stands, which level is to act on it, since when that is known, and who said yes first.

    `first_by` is empty unless two persons have to confirm and one has.
    """

    committee: str
    level: str
    status: str
    known_at: datetime
    first_by: str = ""
    tenant: str = ""


def standing(work: Work, committees: Sequence[str], decision_id: str) -> Standing | None:
    """Where a decision of these committees stands, None where nobody took it."""
    row = work.connection.execute(
        sql.SQL(
            """SELECT committee, level, status, known_at, coalesce(record -> 'context' ->> CASE status
                WHEN 'questioned' THEN 'upheld_first_by' ELSE 'confirmed_first_by' END, ''), tenant
            FROM decision WHERE committee = ANY(%s) AND decision_id = %s AND {}"""
        ).format(visible(work)),
        (list(committees), decision_id),
    ).fetchone()
    return Standing(*row) if row else None


def say(work: Work, decision_id: str, stands: Standing, *, verdict: str, by: str, at: datetime) -> bool:
    """Keep a word about the decision as it stands; False where somebody has had the word already."""
    work.concerns.add(stands.tenant)
    kept = work.connection.execute(
        """INSERT INTO word (committee, decision_id, stood_at, verdict, said_by, said_at)
        VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
        (stands.committee, decision_id, stands.known_at, verdict, by, at),
    )
    return kept.rowcount == 1


class Said(NamedTuple):
    """A word that somebody said of a decision as it stood then."""

    verdict: str
    by: str
    at: datetime


def said(work: Work, decisions: Sequence[tuple[str, str]]) -> dict[tuple[str, str, datetime], Said]:
    """The words about these (committee, decision id), by the state in which the decision stood."""
    rows = work.connection.execute(
        """SELECT w.committee, w.decision_id, w.stood_at, w.verdict, w.said_by, w.said_at
        FROM unnest(%s::text[], %s::text[]) AS d (committee, decision_id) JOIN word w USING (committee, decision_id)""",
        ([committee for committee, _ in decisions], [decision_id for _, decision_id in decisions]),
    ).fetchall()
    return {
        (committee, decision_id, stood): Said(verdict, by, at)
        for committee, decision_id, stood, verdict, by, at in rows
    }
