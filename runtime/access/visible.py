"""Say in SQL which rows a transaction's scope holds: the condition that each query for people repeats beside row security."""

from psycopg import sql

from contracts.roles import EVERYWHERE
from runtime.database import Work


def of_sectors(work: Work, table: str = "") -> sql.Composable:
    """The condition beside `visible` for rows that bear a `sector`: true for whoever is limited to none."""
    if not work.limits:
        return sql.SQL("true")
    prefix = (table,) if table else ()
    columns = [sql.Identifier(*prefix, name) for name in ("province", "city", "county", "tenant")]
    places = [sql.SQL("'*'"), *columns, sql.SQL("left({}, 9)").format(columns[-1])]
    sector = sql.Identifier(*prefix, "sector")
    limited = [sql.SQL("{} || '|' || {}").format(place, sector) for place in places]
    return sql.SQL("ARRAY[{}] && {}::text[]").format(
        sql.SQL(", ").join([*places, *limited]), sql.Literal(list(work.limits))
    )


def visible(work: Work, table: str = "") -> sql.Composable:
    """The condition on the four tenant columns of `table` (its name or alias; empty where there is one table only).

    True for a worker and for who sees everything; with no tenants at all nothing is visible. A town's scope holds the
    villages below it: their codes begin with its nine digits.
    """
    if work.tenants is None or EVERYWHERE in work.tenants:
        return sql.SQL("true")
    prefix = (table,) if table else ()
    columns = [sql.Identifier(*prefix, name) for name in ("province", "city", "county", "tenant")]
    return sql.SQL("ARRAY[{}, left({}, 9)] && {}::text[]").format(
        sql.SQL(", ").join(columns), columns[-1], sql.Literal(list(work.tenants))
    )
