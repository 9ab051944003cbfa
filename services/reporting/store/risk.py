"""Read where the risks are: sites with what is open there."""

from typing import Final

from psycopg import sql
from psycopg.rows import class_row

from runtime.database import Work
from services.reporting.core.risk import SitePoint
from services.reporting.core.scope import Scope
from services.reporting.store.scoped import within

MOST: Final = 20_000
"""Sites on one map; a province has more, and looks at one city after the other."""


def sites(work: Work, scope: Scope, *, level: str = "", sector: str = "", limit: int = MOST) -> list[SitePoint]:
    """The sites of the scope at which something is open, the worst first, at most `limit`."""
    where, parameters = within(work, scope)
    statement = sql.SQL(
        """WITH held AS (
            SELECT site_id, namespace, committee, max(tenant) AS tenant, count(*) AS open,
                count(*) FILTER (WHERE overdue) AS overdue,
                count(*) FILTER (WHERE level = 'major') AS major,
                count(*) FILTER (WHERE level = 'major' AND overdue) AS major_overdue,
                min(overdue_since) FILTER (WHERE overdue) AS overdue_since
            FROM hazard WHERE open AND site_id <> '' AND (%(level)s = '' OR level = %(level)s)
                AND (%(sector)s = '' OR sector = %(sector)s) AND {where}
            GROUP BY 1, 2, 3 ORDER BY major_overdue DESC, overdue DESC, open DESC, 1, 2, 3 LIMIT %(limit)s)
        SELECT committee, namespace, site_id, s.name, s.sector, held.tenant, s.lon, s.lat, s.coord_sys, held.open,
            held.overdue, held.major, held.major_overdue, held.overdue_since
        FROM held JOIN site s USING (site_id, namespace, committee)
        ORDER BY held.major_overdue DESC, held.overdue DESC, held.open DESC, site_id, namespace, committee"""
    ).format(where=where)
    with work.connection.cursor(row_factory=class_row(SitePoint)) as cursor:
        return cursor.execute(statement, {**parameters, "level": level, "sector": sector, "limit": limit}).fetchall()
