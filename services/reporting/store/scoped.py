"""Turn the scope that is asked for, and the one that who asks may see, into a condition on the four tenant columns."""

from typing import Any

from psycopg import sql

from runtime.access.systems import System
from runtime.access.visible import of_sectors, visible
from runtime.database import Work
from services.reporting.core.scope import Scope


def within(work: Work, scope: Scope) -> tuple[sql.Composable, dict[str, Any]]:
    """The condition, with the parameter it uses; a town's scope also holds the villages below it."""
    seen = visible(work)
    if not scope.column:
        return seen, {}
    if scope.column == "tenant":
        asked: sql.Composable = sql.SQL("(tenant = %(scope)s OR starts_with(tenant, %(scope)s))")
        if scope.county:
            asked = sql.SQL("county = %(county)s AND {}").format(asked)
    else:
        asked = sql.SQL("{} = %(scope)s").format(sql.Identifier(scope.column))
    return sql.SQL("{} AND {}").format(asked, seen), {"scope": scope.code, "county": scope.county}


def of_hazards(work: Work, scope: Scope) -> tuple[sql.Composable, dict[str, Any]]:
    """The same for a table whose rows bear a sector: who is limited to some sees those alone."""
    where, parameters = within(work, scope)
    return sql.SQL("{} AND {}").format(where, of_sectors(work)), parameters


def reported_by(system: System | None, table: str = "hazard") -> sql.Composable:
    """The condition on hazards that one of a system's sources reported; true where no system asks."""
    if system is None:
        return sql.SQL("true")
    return sql.SQL("{0}.namespace = {1} AND {0}.sources && {2}::text[]").format(
        sql.Identifier(table), sql.Literal(system.namespace), sql.Literal(list(system.sources))
    )
