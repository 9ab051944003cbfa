"""Turn a scope into a condition on the four tenant columns that every row carries."""

from typing import Any

from psycopg import sql

from services.reporting.core.scope import Scope


def within(scope: Scope) -> tuple[sql.Composable, dict[str, Any]]:
    """The condition, with the parameter it uses; a town's scope also holds the villages below it."""
    if not scope.column:
        return sql.SQL("true"), {}
    if scope.column == "tenant":
        return sql.SQL("(tenant = %(scope)s OR starts_with(tenant, %(scope)s))"), {"scope": scope.code}
    return sql.SQL("{} = %(scope)s").format(sql.Identifier(scope.column)), {"scope": scope.code}
