"""Keep which hazards another platform has still to be told of; a change is marked by the transaction that makes it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from psycopg.rows import class_row

from runtime.database import Work
from services.reporting.core.rows import HazardKey
from services.reporting.store import bulk

_KEY: Final[bulk.Columns] = {"committee": "text", "namespace": "text", "hazard_id": "text"}


class Due(NamedTuple):
    """One hazard to be told of: which version, since when, the number of the attempt, where its site lies."""

    committee: str
    namespace: str
    hazard_id: str
    version: int
    changed_at: datetime
    attempt: int
    lon: float | None
    lat: float | None
    coord_sys: str

    @property
    def key(self) -> HazardKey:
        """The hazard's full name."""
        return HazardKey(self.committee, self.namespace, self.hazard_id)


class Backlog(NamedTuple):
    """How much waits, and since when the oldest change does (None: nothing waits)."""

    waiting: int
    oldest: datetime | None


def mark(work: Work, keys: Iterable[HazardKey], at: datetime) -> None:
    """Note that these hazards changed; a new change of one that waits is told with it, and at once."""
    bulk.run(
        work,
        """INSERT INTO risk_push AS p (committee, namespace, hazard_id, changed_at, next_at)
        SELECT committee, namespace, hazard_id, at, at FROM {rows}
        ON CONFLICT (committee, namespace, hazard_id) DO UPDATE SET version = p.version + 1, attempts = 0,
            next_at = least(p.next_at, excluded.next_at), error = ''""",
        {**_KEY, "at": "timestamptz"},
        [(*key, at) for key in sorted(set(keys))],
    )


def begin(work: Work, address: str, at: datetime) -> int:
    """Tell this platform from now on; one that was not told before gets all that is open. Returns how many that are."""
    changed = work.connection.execute(
        """INSERT INTO risk_platform AS p (address, since) VALUES (%(address)s, %(at)s)
        ON CONFLICT (only_row) DO UPDATE SET address = excluded.address, since = excluded.since
        WHERE p.address <> excluded.address RETURNING address""",
        {"address": address, "at": at},
    ).fetchone()
    return mark_open(work, at) if changed else 0


def mark_open(work: Work, at: datetime) -> int:
    """Note every open hazard, for a platform that knows nothing yet; returns how many."""
    return work.connection.execute(
        """INSERT INTO risk_push (committee, namespace, hazard_id, changed_at, next_at)
        SELECT committee, namespace, hazard_id, %(at)s, %(at)s FROM hazard WHERE open ON CONFLICT DO NOTHING""",
        {"at": at},
    ).rowcount


def claim(work: Work, *, now: datetime, patience: timedelta, limit: int) -> list[Due]:
    """Take what is due, the oldest first; what is not settled within `patience` is taken again by whoever comes."""
    with work.connection.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(
            """WITH due AS (
                SELECT hazard_id, namespace, committee FROM risk_push WHERE next_at <= %(now)s
                ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
            taken AS (
                UPDATE risk_push p SET attempts = p.attempts + 1, next_at = %(again)s FROM due
                WHERE (p.hazard_id, p.namespace, p.committee) = (due.hazard_id, due.namespace, due.committee)
                RETURNING p.*)
            SELECT t.committee, t.namespace, t.hazard_id, t.version, t.changed_at, t.attempts AS attempt, s.lon, s.lat,
                coalesce(s.coord_sys, '') AS coord_sys
            FROM taken t LEFT JOIN hazard h USING (hazard_id, namespace, committee)
                LEFT JOIN site s ON s.site_id = h.site_id AND s.namespace = h.namespace AND s.committee = h.committee
            ORDER BY t.changed_at""",
            {"now": now, "again": now + patience, "limit": limit},
        ).fetchall()


def settle(work: Work, done: Sequence[Due]) -> None:
    """Forget what was told, unless it changed meanwhile: then the newer state is told next."""
    bulk.run(
        work,
        """WITH told AS (SELECT * FROM {rows}), gone AS (
            DELETE FROM risk_push p USING told t WHERE (p.hazard_id, p.namespace, p.committee, p.version)
                = (t.hazard_id, t.namespace, t.committee, t.version))
        UPDATE risk_push p SET changed_at = t.at, next_at = t.at, attempts = 0 FROM told t
        WHERE (p.hazard_id, p.namespace, p.committee) = (t.hazard_id, t.namespace, t.committee)
            AND p.version > t.version""",
        {**_KEY, "version": "int8", "at": "timestamptz"},
        [(*due.key, due.version, due.changed_at) for due in done],
    )


def postpone(work: Work, due: Due, *, until: datetime, error: str) -> None:
    """Try it again later."""
    work.connection.execute(
        """UPDATE risk_push SET next_at = %s, error = %s
        WHERE hazard_id = %s AND namespace = %s AND committee = %s AND version = %s""",
        (until, error, due.hazard_id, due.namespace, due.committee, due.version),
    )


def backlog(work: Work) -> Backlog:
    """How much waits to be told, and since when."""
    row = work.connection.execute("SELECT count(*), min(changed_at) FROM risk_push").fetchone()
    return Backlog(*row) if row else Backlog(0, None)
