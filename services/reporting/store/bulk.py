"""Write many rows in one statement: columns as binary arrays, never row by row and never as text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

from psycopg import sql

from runtime.database import Work

Columns = Mapping[LiteralString, LiteralString]
"""The columns of some rows, each with its PostgreSQL type, in the order of the values."""


def run(
    work: Work,
    statement: LiteralString,
    columns: Columns,
    rows: Sequence[Sequence[Any]],
    *parameters: Any,
    **parts: sql.Composable,
) -> list[tuple[Any, ...]]:
    """Run `statement` over `rows` and return what it returns.

    Its `{rows}` stands for the rows as `unnest(..) AS u(<columns>)`, other braces for `parts`; `parameters` fill the
    `%b` after the rows. Nothing is run for no rows.
    """
    if not rows:
        return []
    values = [list(column) for column in zip(*rows, strict=True)]
    arrays = [_array(kind, column) for kind, column in zip(columns.values(), values, strict=True)]
    source = sql.SQL("unnest({}) AS u({})").format(sql.SQL(", ").join(arrays), listed(columns))
    with work.connection.cursor(binary=True) as cursor:
        cursor.execute(sql.SQL(statement).format(rows=source, **parts), [*values, *parameters])
        return cursor.fetchall() if cursor.description else []


def copy(work: Work, table: LiteralString, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows into a table of this schema by binary COPY: the quickest way for rows that cannot be there yet."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(sql.Identifier(table), listed(columns))
    with work.connection.cursor().copy(statement) as copying:
        copying.set_types(list(columns.values()))
        for row in rows:
            copying.write_row(row)


def listed(names: Iterable[str], table: str = "") -> sql.Composed:
    """`a, b, c`, or `t.a, t.b, t.c`."""
    return sql.SQL(", ").join(sql.Identifier(table, name) if table else sql.Identifier(name) for name in names)


def changes(names: Iterable[str]) -> sql.Composed:
    """`a = excluded.a, b = excluded.b`: the newer row as a whole."""
    return sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names)


def _array(kind: LiteralString, values: Sequence[Any]) -> sql.SQL:
    """One column's parameter; a column of nothing but None goes as text, for a binary array names its elements' type."""
    if any(value is not None for value in values):
        return sql.SQL("%b::" + kind + "[]")
    return sql.SQL("%s::" + kind + "[]")
