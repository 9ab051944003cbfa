"""Count what each source sent by day, in the transaction that takes it in, and read it for people."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from runtime.database import Work


class Day(NamedTuple):
    """What one source sent on one day; `lag_seconds` sums over the accepted."""

    source: str
    day: date
    accepted: int
    duplicate: int
    conflict: int
    rejected: int
    late: int
    lag_seconds: float
    last_at: datetime


class Quality(NamedTuple):
    """What a registered source sent since some day; `mean_lag` in seconds, None where nothing was accepted."""

    slug: str
    name: str
    tenants: list[str]
    accepted: int
    duplicate: int
    conflict: int
    rejected: int
    late: int
    mean_lag: float | None
    last_at: datetime | None


def count(work: Work, days: Sequence[Day]) -> None:
    """Add to the days; in order of their keys, so that two writers never wait for each other."""
    for day in sorted(days):
        work.connection.execute(
            """INSERT INTO heard_day AS d VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (source, day) DO UPDATE SET accepted = d.accepted + excluded.accepted,
                duplicate = d.duplicate + excluded.duplicate, conflict = d.conflict + excluded.conflict,
                rejected = d.rejected + excluded.rejected, late = d.late + excluded.late,
                lag_seconds = d.lag_seconds + excluded.lag_seconds, last_at = greatest(d.last_at, excluded.last_at)""",
            day,
        )


def quality(work: Work, since: date) -> list[Quality]:
    """Every registered source but our own, those with most refused first; one that sent nothing has zeros."""
    rows = work.connection.execute(
        """SELECT s.slug, s.name, s.tenants, coalesce(sum(d.accepted), 0)::bigint, coalesce(sum(d.duplicate), 0)::bigint,
            coalesce(sum(d.conflict), 0)::bigint, coalesce(sum(d.rejected), 0)::bigint, coalesce(sum(d.late), 0)::bigint,
            sum(d.lag_seconds) / nullif(sum(d.accepted), 0),
            (SELECT max(h.last_at) FROM source_attribute b JOIN heard_day h ON h.source = b.attribute
             WHERE b.slug = s.slug AND h.accepted > 0)
        FROM source s LEFT JOIN source_attribute a USING (slug)
            LEFT JOIN heard_day d ON d.source = a.attribute AND d.day >= %s
        WHERE s.slug <> 'bihuan' GROUP BY s.slug, s.name, s.tenants ORDER BY 7 DESC, 6 DESC, s.slug""",
        (since,),
    ).fetchall()
    return [Quality(*row) for row in rows]


def last_heard(work: Work) -> dict[str, datetime]:
    """When each registered source's last accepted event came, by its slug; one that never spoke is left out."""
    rows = work.connection.execute(
        """SELECT a.slug, max(d.last_at) FROM source_attribute a JOIN heard_day d ON d.source = a.attribute
        WHERE d.accepted > 0 GROUP BY a.slug"""
    ).fetchall()
    return dict(rows)


def reasons(work: Work, since: datetime) -> list[tuple[str, str, int]]:
    """(slug, reason, dead letters since then), most first; a source that cannot be told is empty."""
    rows = work.connection.execute(
        """SELECT coalesce(origin ->> 'slug', ''), reason, count(*) FROM dead_letter WHERE received_at >= %s
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2""",
        (since,),
    ).fetchall()
    return [(slug, reason, count) for slug, reason, count in rows]
