"""Read the sums of a scope, and what metrics need of them."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import sql
from psycopg.rows import class_row

from runtime.database import Work
from services.reporting.core.scope import Scope
from services.reporting.core.summary import AreaColumn, Tally, area_column
from services.reporting.store.scoped import of_hazards


class Sum(NamedTuple):
    """The hazards of one county that share a level and lateness, open ones only."""

    county: str
    level: str
    overdue: bool
    hazards: int


def column_for(work: Work, scope: Scope) -> AreaColumn:
    """The level at which the scope falls into several areas."""
    where, parameters = of_hazards(work, scope)
    statement = sql.SQL(
        """SELECT count(DISTINCT city), count(DISTINCT coalesce(nullif(county, ''), tenant)) FROM tally
        WHERE hazards <> 0 AND {}"""
    ).format(where)
    cities, counties = work.connection.execute(statement, parameters).fetchone() or (0, 0)
    return area_column(cities, counties)


def tallies(work: Work, scope: Scope, group: AreaColumn | str) -> list[Tally]:
    """The sums of the scope by `group` (an area column or `sector`), level, state and lateness."""
    where, parameters = of_hazards(work, scope)
    statement = sql.SQL(
        """SELECT {group} AS "group", level, state, overdue, sum(hazards)::bigint AS hazards FROM tally
        WHERE hazards <> 0 AND {where} GROUP BY 1, 2, 3, 4"""
    ).format(group=GROUPS[group], where=where)
    with work.connection.cursor(row_factory=class_row(Tally)) as cursor:
        return cursor.execute(statement, parameters).fetchall()


def oldest(work: Work, scope: Scope, group: AreaColumn | str) -> dict[str, datetime]:
    """Since when the longest overdue hazard of each group is overdue; groups without one are left out."""
    where, parameters = of_hazards(work, scope)
    statement = sql.SQL("SELECT {group}, min(overdue_since) FROM hazard WHERE overdue AND {where} GROUP BY 1").format(
        group=GROUPS[group], where=where
    )
    return dict(work.connection.execute(statement, parameters).fetchall())


def sectors(work: Work, scope: Scope) -> list[str]:
    """The sectors that occur, by bytes."""
    where, parameters = of_hazards(work, scope)
    statement = sql.SQL("SELECT DISTINCT sector FROM tally WHERE hazards <> 0 AND {} ORDER BY 1").format(where)
    return [sector for (sector,) in work.connection.execute(statement, parameters).fetchall()]


def open_by_county(work: Work) -> list[Sum]:
    """The open hazards of every county."""
    with work.connection.cursor(row_factory=class_row(Sum)) as cursor:
        return cursor.execute(
            """SELECT coalesce(nullif(county, ''), tenant) AS county, level, overdue,
                sum(CASE WHEN state IN ('closed', 'withdrawn') THEN 0 ELSE hazards END)::bigint AS hazards
            FROM tally GROUP BY 1, 2, 3"""
        ).fetchall()


def escalations(work: Work) -> list[tuple[str, str, int]]:
    """(level, rule, decisions that ever stood)."""
    return [
        (level, rule, count)
        for level, rule, count in work.connection.execute(
            "SELECT level, rule, count(*) FROM decision WHERE stood GROUP BY 1, 2"
        ).fetchall()
    ]


GROUPS: Final[dict[Any, sql.Composable]] = {
    "city": sql.SQL("coalesce(nullif(city, ''), tenant)"),
    "county": sql.SQL("coalesce(nullif(county, ''), tenant)"),
    "tenant": sql.Identifier("tenant"),
    "sector": sql.Identifier("sector"),
}
"""How each grouping is read off a row; what lies above a level stands under its own code."""
