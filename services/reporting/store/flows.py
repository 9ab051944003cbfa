"""Keep what came and went on each day, moved by the transactions that change the hazards, and read it for trends."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar

from psycopg import sql

from runtime.database import Work
from services.reporting.core import flow
from services.reporting.core.flow import Cause, Flow, Moves, Repeats
from services.reporting.core.scope import Scope
from services.reporting.core.summary import AreaColumn
from services.reporting.store import bulk
from services.reporting.store.scoped import within
from services.reporting.store.sums import GROUPS

_PLACE: Final[bulk.Columns] = {
    "committee": "text",
    "province": "text",
    "city": "text",
    "county": "text",
    "tenant": "text",
}
_FLOW: Final[bulk.Columns] = {
    "reported": "int8",
    "open": "int8",
    "overdue": "int8",
    "closed": "int8",
    "in_time": "int8",
    "late": "int8",
}
_CAUSE: Final[bulk.Columns] = {"reported": "int8", "open": "int8", "overdue": "int8"}
_FLOW_KEY: Final[bulk.Columns] = {**_PLACE, "day": "date"}
_CAUSE_KEY: Final[bulk.Columns] = {**_PLACE, "month": "date", "category": "text"}
_COUNTED: Final = sql.SQL(", ").join(
    sql.SQL("coalesce(sum({0}), 0)::bigint AS {0}").format(sql.Identifier(name)) for name in _FLOW
)

_FLOWS_OF_ROWS: Final = sql.SQL(
    """SELECT {place}, day, sum(reported) AS reported, sum(open) AS open, sum(overdue) AS overdue,
        sum(closed) AS closed, sum(in_time) AS in_time, sum(late) AS late FROM (
        SELECT {place}, (reported_at AT TIME ZONE 'Asia/Shanghai')::date AS day, 1 AS reported, open::int AS open,
            overdue::int AS overdue, 0 AS closed, 0 AS in_time, 0 AS late FROM hazard
        UNION ALL SELECT {place}, (closed_at AT TIME ZONE 'Asia/Shanghai')::date, 0, 0, 0, 1, 0, 0 FROM hazard
            WHERE closed_at IS NOT NULL
        UNION ALL SELECT {place}, (done_at AT TIME ZONE 'Asia/Shanghai')::date, 0, 0, 0, 0, in_time::int,
            (NOT in_time)::int FROM hazard WHERE done_at IS NOT NULL AND in_time IS NOT NULL) moved
    GROUP BY {place}, day"""
).format(place=bulk.listed(_PLACE))
_CAUSES_OF_ROWS: Final = sql.SQL(
    """SELECT {place}, date_trunc('month', reported_at AT TIME ZONE 'Asia/Shanghai')::date AS month, category,
        count(*) AS reported, count(*) FILTER (WHERE open) AS open, count(*) FILTER (WHERE overdue) AS overdue
    FROM hazard GROUP BY {place}, month, category"""
).format(place=bulk.listed(_PLACE))

_TABLES: Final = (
    ("flow", _FLOW_KEY, _FLOW, _FLOWS_OF_ROWS),
    ("cause", _CAUSE_KEY, _CAUSE, _CAUSES_OF_ROWS),
)
"""What is kept by the transactions that move it, beside the other way to the same numbers: from the rows."""

_Sum = TypeVar("_Sum", Flow, Cause)


def move(work: Work, *, before: Iterable[Moves], after: Iterable[Moves]) -> None:
    """Take what the rows counted before off the days, and add what they count now."""
    days: dict[tuple[Any, ...], Flow] = {}
    causes: dict[tuple[Any, ...], Cause] = {}
    for moves, gone in [*((moves, True) for moves in before), *((moves, False) for moves in after)]:
        for day, added in flow.flows(moves).items():
            _add(days, (*moves.place, day), -added if gone else added)
        month, category, said = flow.cause(moves)
        _add(causes, (*moves.place, month, category), -said if gone else said)
    _write(work, "flow", _FLOW_KEY, _FLOW, days)
    _write(work, "cause", _CAUSE_KEY, _CAUSE, causes)


def count_anew(work: Work) -> None:
    """Count all hazards into empty days and causes."""
    for table, key, counts, rows in _TABLES:
        names = bulk.listed([*key, *counts])
        statement = sql.SQL("INSERT INTO {} ({names}) SELECT {names} FROM ({rows}) counted")
        work.connection.execute(statement.format(sql.Identifier(table), names=names, rows=rows))


def by_day(work: Work, scope: Scope, *, since: date, until: date) -> dict[date, Flow]:
    """What each day of [since, until] counts; days without anything are left out."""
    where, parameters = within(work, scope)
    rows = work.connection.execute(
        sql.SQL("SELECT day, {} FROM flow WHERE day BETWEEN %(since)s AND %(until)s AND {} GROUP BY day").format(
            _COUNTED, where
        ),
        {**parameters, "since": since, "until": until},
        binary=True,
    ).fetchall()
    return {day: Flow(*counts) for day, *counts in rows}


def by_area(work: Work, scope: Scope, column: AreaColumn, *, since: date, until: date) -> dict[str, Flow]:
    """What the days of [since, until] count in each area of the scope."""
    where, parameters = within(work, scope)
    rows = work.connection.execute(
        sql.SQL("SELECT {}, {} FROM flow WHERE day BETWEEN %(since)s AND %(until)s AND {} GROUP BY 1").format(
            GROUPS[column], _COUNTED, where
        ),
        {**parameters, "since": since, "until": until},
        binary=True,
    ).fetchall()
    return {area: Flow(*counts) for area, *counts in rows}


def still_open(work: Work, scope: Scope) -> list[tuple[date, Flow]]:
    """The days of whose reports some are open still."""
    where, parameters = within(work, scope)
    rows = work.connection.execute(
        sql.SQL("SELECT day, {} FROM flow WHERE open <> 0 AND {} GROUP BY day").format(_COUNTED, where),
        parameters,
        binary=True,
    ).fetchall()
    return [(day, Flow(*counts)) for day, *counts in rows]


def causes(work: Work, scope: Scope, *, since: date, limit: int) -> list[tuple[str, Cause]]:
    """The categories reported most in the months from `since` on, at most `limit`."""
    where, parameters = within(work, scope)
    rows = work.connection.execute(
        sql.SQL(
            """SELECT category, sum(reported)::bigint, sum(open)::bigint, sum(overdue)::bigint FROM cause
            WHERE month >= %(since)s AND {} GROUP BY category HAVING sum(reported) > 0
            ORDER BY 2 DESC, category LIMIT %(limit)s"""
        ).format(where),
        {**parameters, "since": since, "limit": limit},
        binary=True,
    ).fetchall()
    return [(category, Cause(*counts)) for category, *counts in rows]


def repeats(work: Work, scope: Scope, *, before: datetime, since: datetime, until: datetime) -> Repeats:
    """How often something came back in [since, until) and in [before, since): repeat offences and recurrences."""
    where, parameters = within(work, scope)
    row = work.connection.execute(
        sql.SQL(
            """SELECT count(*) FILTER (WHERE first_known_at >= %(since)s),
                count(*) FILTER (WHERE first_known_at < %(since)s) FROM decision
            WHERE rule IN ('repeat_offence', 'recurrence') AND stood
                AND first_known_at >= %(before)s AND first_known_at < %(until)s AND {}"""
        ).format(where),
        {**parameters, "before": before, "since": since, "until": until},
    ).fetchone()
    return Repeats(*row) if row else Repeats(0, 0)


def mismatch(work: Work) -> int:
    """By how much days and causes differ from what the rows count, cell by cell: 0 unless there is a defect."""
    differing = 0
    for table, key, counts, rows in _TABLES:
        statement = sql.SQL(
            """SELECT coalesce(sum({differences}), 0)::bigint FROM {table} kept FULL JOIN ({rows}) counted USING ({key})"""
        ).format(
            table=sql.Identifier(table),
            rows=rows,
            key=bulk.listed(key),
            differences=sql.SQL(" + ").join(
                sql.SQL("abs(coalesce(kept.{0}, 0) - coalesce(counted.{0}, 0))").format(sql.Identifier(name))
                for name in counts
            ),
        )
        row = work.connection.execute(statement).fetchone()
        differing += int(row[0]) if row else 0
    return differing


def drop_empty(work: Work) -> None:
    """Forget days and causes in which nothing is left."""
    work.connection.execute(
        """DELETE FROM flow
        WHERE reported = 0 AND open = 0 AND overdue = 0 AND closed = 0 AND in_time = 0 AND late = 0"""
    )
    work.connection.execute("DELETE FROM cause WHERE reported = 0 AND open = 0 AND overdue = 0")


def _add(sums: dict[tuple[Any, ...], _Sum], key: tuple[Any, ...], added: _Sum) -> None:
    sums[key] = sums[key] + added if key in sums else added


def _write(
    work: Work, table: str, key: bulk.Columns, counts: bulk.Columns, sums: Mapping[tuple[Any, ...], Flow | Cause]
) -> None:
    """Move the rows of a table; a row in which nothing is left goes with the next look of the upkeep."""
    moved = [
        (*place, *(getattr(added, name) for name in counts))
        for place, added in sorted(sums.items(), key=lambda item: item[0])
        if any(getattr(added, name) for name in counts)
    ]
    named = [name for name in key if name not in {"province", "city", "county"}]
    bulk.run(
        work,
        """INSERT INTO {table} AS t ({names}) SELECT * FROM {rows} ON CONFLICT ({key}) DO UPDATE SET {sums}""",
        {**key, **counts},
        moved,
        table=sql.Identifier(table),
        names=bulk.listed([*key, *counts]),
        key=bulk.listed(named),
        sums=sql.SQL(", ").join(sql.SQL("{0} = t.{0} + excluded.{0}").format(sql.Identifier(name)) for name in counts),
    )
