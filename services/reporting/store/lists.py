"""Read hazards for lists and pages, each list by keyset, so that new rows move nothing under a reader."""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

from psycopg import sql
from psycopg.rows import class_row

from runtime.database import Work
from services.reporting.core.paging import Cursor, Filters, Order, pattern
from services.reporting.core.rows import HazardKey, HazardRow
from services.reporting.core.scope import Scope
from services.reporting.store.scoped import within

COLUMNS: Final = sql.SQL(", ").join(sql.Identifier(name) for name in HazardRow.__struct_fields__)
_MOST_NAMESAKES: Final = 20
MOST_COUNTED: Final = 10_000
"""A list does not count further: nobody pages through more, and counting a province takes time."""

_ORDERS: Final[dict[Order, tuple[sql.SQL, sql.SQL]]] = {
    "newest": (
        sql.SQL("ORDER BY reported_at DESC, committee, namespace, hazard_id"),
        sql.SQL(
            """(reported_at < %(moment)s OR (reported_at = %(moment)s
            AND (committee, namespace, hazard_id) > (%(committee)s, %(namespace)s, %(hazard_id)s)))"""
        ),
    ),
    "worst": (
        sql.SQL("ORDER BY overdue_since, committee, namespace, hazard_id"),
        sql.SQL(
            """(overdue_since, committee, namespace, hazard_id)
            > (%(moment)s, %(committee)s, %(namespace)s, %(hazard_id)s)"""
        ),
    ),
}
"""How each order sorts, and what lies after a cursor in it."""


def page(
    work: Work, scope: Scope, filters: Filters, *, order: Order, after: Cursor | None, limit: int
) -> tuple[list[HazardRow], Cursor | None]:
    """At most `limit` hazards after the cursor, with the cursor of the next page (None on the last)."""
    conditions, parameters = _conditions(work, scope, filters)
    if order == "worst":
        conditions.append(sql.SQL("overdue"))
    sorting, later = _ORDERS[order]
    if after is not None:
        conditions.append(later)
        parameters |= {"moment": after.moment, **after.key._asdict()}
    statement = sql.SQL("SELECT {columns} FROM hazard WHERE {where} {sorting} LIMIT %(limit)s").format(
        columns=COLUMNS, where=sql.SQL(" AND ").join(conditions), sorting=sorting
    )
    with work.connection.cursor(row_factory=class_row(HazardRow), binary=True) as cursor:
        rows = cursor.execute(statement, {**parameters, "limit": limit + 1}).fetchall()
    return rows[:limit], _cursor(rows[limit - 1], order) if len(rows) > limit else None


def matching(work: Work, scope: Scope, filters: Filters) -> int:
    """How many hazards the filters find, counted up to one more than `MOST_COUNTED`."""
    conditions, parameters = _conditions(work, scope, filters)
    statement = sql.SQL("SELECT count(*) FROM (SELECT FROM hazard WHERE {} LIMIT %(most)s) found").format(
        sql.SQL(" AND ").join(conditions)
    )
    row = work.connection.execute(statement, {**parameters, "most": MOST_COUNTED + 1}).fetchone()
    return int(row[0]) if row else 0


def one(work: Work, key: HazardKey, scope: Scope) -> HazardRow | None:
    """The hazard of this full name within the scope, or None."""
    where, parameters = within(work, scope)
    statement = sql.SQL(
        """SELECT {} FROM hazard WHERE committee = %(committee)s AND namespace = %(namespace)s
        AND hazard_id = %(hazard_id)s AND {}"""
    ).format(COLUMNS, where)
    with work.connection.cursor(row_factory=class_row(HazardRow), binary=True) as cursor:
        return cursor.execute(statement, {**parameters, **key._asdict()}).fetchone()


def namesakes(work: Work, hazard_id: str, scope: Scope) -> list[HazardRow]:
    """The hazards that carry this id in any upstream system, at most 20."""
    where, parameters = within(work, scope)
    statement = sql.SQL(
        """SELECT {} FROM hazard WHERE hazard_id = %(hazard_id)s AND {}
        ORDER BY committee, namespace LIMIT %(limit)s"""
    ).format(COLUMNS, where)
    with work.connection.cursor(row_factory=class_row(HazardRow), binary=True) as cursor:
        return cursor.execute(statement, {**parameters, "hazard_id": hazard_id, "limit": _MOST_NAMESAKES}).fetchall()


def _conditions(work: Work, scope: Scope, filters: Filters) -> tuple[list[sql.Composable], dict[str, Any]]:
    where, parameters = within(work, scope)
    conditions = [where]
    for wanted, condition, name, value in _choices(filters):
        if wanted:
            conditions.append(sql.SQL(condition))
            parameters[name] = value
    return conditions, parameters


def _choices(filters: Filters) -> Sequence[tuple[bool, LiteralString, str, Any]]:
    """(whether it is asked for, its condition, its parameter's name and value)."""
    return (
        (bool(filters.states), "state = ANY(%(states)s)", "states", list(filters.states)),
        (filters.open is not None, "open = %(open)s", "open", filters.open),
        (filters.overdue is not None, "overdue = %(overdue)s", "overdue", filters.overdue),
        (bool(filters.level), "level = %(level)s", "level", filters.level),
        (bool(filters.sector), "sector = %(sector)s", "sector", filters.sector),
        (bool(filters.text), "search ILIKE %(text)s", "text", pattern(filters.text)),
    )


def _cursor(row: HazardRow, order: Order) -> Cursor:
    moment = row.overdue_since if order == "worst" and row.overdue_since else row.reported_at
    return Cursor(order, moment, row.committee, row.namespace, row.hazard_id)
