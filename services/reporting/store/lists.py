"""Read hazards for lists and pages, each list by keyset, so that new rows move nothing under a reader."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, LiteralString, NamedTuple

from psycopg import sql
from psycopg.rows import class_row

from runtime.access.systems import System
from runtime.database import Work
from services.reporting.core.paging import Cursor, Filters, Order
from services.reporting.core.rows import HazardKey, HazardRow
from services.reporting.core.scope import Scope
from services.reporting.core.standing import ENDED
from services.reporting.store import search
from services.reporting.store.scoped import of_hazards, reported_by

COLUMNS: Final = sql.SQL(", ").join(sql.Identifier(name) for name in HazardRow.__struct_fields__)
_MOST_NAMESAKES: Final = 20
MOST_COUNTED: Final = 1_000
"""What holds a common text is not counted further: nobody pages through more, and reading a province takes time."""

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


class Chosen(NamedTuple):
    """What filters choose within a scope: conditions that rows and sums know, and one of rows alone for a text.

    `rare` where few hazards hold the text; they are named by their keys then. `reporter` is another one of rows alone: what
    an upstream system reported, where one asks.
    """

    conditions: tuple[sql.Composable, ...]
    parameters: dict[str, Any]
    text: sql.Composable | None = None
    rare: bool = False
    reporter: sql.Composable | None = None


def choose(work: Work, scope: Scope, filters: Filters, system: System | None = None) -> Chosen:
    """Read the filters once, for a page of what they choose and for its count; of a `system` only what it reported."""
    where, parameters = of_hazards(work, scope)
    conditions = [where]
    for wanted, condition, name, value in _choices(filters):
        if wanted:
            conditions.append(sql.SQL(condition))
            parameters[name] = value
    chosen = Chosen(tuple(conditions), parameters, reporter=reported_by(system) if system else None)
    if not filters.text:
        return chosen
    said, more, found = search.condition(work, scope, filters.text)
    return chosen._replace(parameters={**parameters, **more}, text=said, rare=found is not None)


def page(
    work: Work, chosen: Chosen, *, order: Order, after: Cursor | None, limit: int
) -> tuple[list[HazardRow], Cursor | None]:
    """At most `limit` hazards after the cursor, with the cursor of the next page (None on the last)."""
    if chosen.reporter is None and not _counted(work, chosen):
        return [], None  # else the whole table would be read before that is known
    parameters = dict(chosen.parameters)
    conditions = [each for each in (*chosen.conditions, chosen.text, chosen.reporter) if each is not None]
    if order == "worst":
        conditions.append(sql.SQL("overdue"))
    sorting, later = _ORDERS[order]
    if after is not None:
        conditions.append(later)
        parameters |= {"moment": after.moment, **after.key._asdict()}
    statement = sql.SQL("SELECT {columns} FROM hazard WHERE {where} {sorting} LIMIT %(limit)s").format(
        columns=COLUMNS, where=sql.SQL(" AND ").join(conditions), sorting=sorting
    )
    with _in_order(work, by_index=not chosen.rare), work.connection.cursor(row_factory=class_row(HazardRow)) as cursor:
        rows = cursor.execute(statement, {**parameters, "limit": limit + 1}, binary=True).fetchall()
    return rows[:limit], _cursor(rows[limit - 1], order) if len(rows) > limit else None


@contextmanager
def _in_order(work: Work, *, by_index: bool) -> Iterator[None]:
    """Read an index in its order until the page is full.

    The planner thinks that a scope holds very few rows, whatever it holds, and would read and sort the whole table. Few
    hazards that are named by their keys are sorted sooner than found in any order.
    """
    if by_index:
        work.connection.execute("SET LOCAL enable_sort = off")
    yield
    if by_index:
        work.connection.execute("SET LOCAL enable_sort = on")


def matching(work: Work, chosen: Chosen) -> int:
    """How many hazards are chosen; those that hold a common text are counted up to one more than `MOST_COUNTED`."""
    counted = _counted(work, chosen)
    if chosen.text is None or not counted:
        return counted
    where = sql.SQL(" AND ").join([*chosen.conditions, chosen.text])
    row = work.connection.execute(
        sql.SQL("SELECT count(*) FROM (SELECT FROM hazard WHERE {} LIMIT %(most)s) found").format(where),
        {**chosen.parameters, "most": MOST_COUNTED + 1},
    ).fetchone()
    return int(row[0]) if row else 0


def _counted(work: Work, chosen: Chosen) -> int:
    """How many hazards there are by everything but the text: the sums know."""
    where = sql.SQL(" AND ").join(chosen.conditions)
    row = work.connection.execute(
        sql.SQL("SELECT coalesce(sum(hazards), 0)::bigint FROM tally WHERE {}").format(where), chosen.parameters
    ).fetchone()
    return int(row[0]) if row else 0


def one(work: Work, key: HazardKey, scope: Scope, system: System | None = None) -> HazardRow | None:
    """The hazard of this full name within the scope, or None; to a `system` what it did not report does not exist."""
    where, parameters = of_hazards(work, scope)
    statement = sql.SQL(
        """SELECT {} FROM hazard WHERE committee = %(committee)s AND namespace = %(namespace)s
        AND hazard_id = %(hazard_id)s AND {} AND {}"""
    ).format(COLUMNS, where, reported_by(system))
    with work.connection.cursor(row_factory=class_row(HazardRow), binary=True) as cursor:
        return cursor.execute(statement, {**parameters, **key._asdict()}).fetchone()


def namesakes(work: Work, hazard_id: str, scope: Scope, system: System | None = None) -> list[HazardRow]:
    """The hazards that carry this id in any upstream system, at most 20."""
    where, parameters = of_hazards(work, scope)
    statement = sql.SQL(
        """SELECT {} FROM hazard WHERE hazard_id = %(hazard_id)s AND {} AND {}
        ORDER BY committee, namespace LIMIT %(limit)s"""
    ).format(COLUMNS, where, reported_by(system))
    with work.connection.cursor(row_factory=class_row(HazardRow), binary=True) as cursor:
        return cursor.execute(statement, {**parameters, "hazard_id": hazard_id, "limit": _MOST_NAMESAKES}).fetchall()


def _choices(filters: Filters) -> Sequence[tuple[bool, LiteralString, str, Any]]:
    """(whether it is asked for, its condition, its parameter's name and value); sums have all these columns too."""
    ended = sorted(ENDED)
    return (
        (bool(filters.states), "state = ANY(%(states)s)", "states", list(filters.states)),
        (bool(filters.states) and "closed" not in filters.states, "state <> 'closed'", "states", list(filters.states)),
        (filters.open is True, "state <> ALL(%(ended)s) AND state <> 'closed'", "ended", ended),
        (filters.open is False, "state = ANY(%(ended)s)", "ended", ended),
        (filters.overdue is not None, "overdue = %(overdue)s", "overdue", filters.overdue),
        (bool(filters.level), "level = %(level)s", "level", filters.level),
        (bool(filters.sector), "sector = %(sector)s", "sector", filters.sector),
    )


def _cursor(row: HazardRow, order: Order) -> Cursor:
    moment = row.overdue_since if order == "worst" and row.overdue_since else row.reported_at
    return Cursor(order, moment, row.committee, row.namespace, row.hazard_id)
