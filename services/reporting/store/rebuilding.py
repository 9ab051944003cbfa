"""Rebuild the read models beside the ones that serve, and take over in one transaction what comes out otherwise.

The tables that serve are never renamed or emptied: their guards stay on them, a reader sees the old rows until the
last moment, and a rebuild that is killed leaves nothing behind but a schema of its own, which the next one drops.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, LiteralString

from psycopg import sql

from runtime.database import Work
from services.reporting.core.rows import HazardKey
from services.reporting.store import bulk

BESIDE: Final = "reporting_rebuild"
LOCK: Final = 7_241_107
_FETCHED: Final = 20_000

MODELS: Final[Mapping[LiteralString, tuple[LiteralString, ...]]] = {
    "site": ("committee", "namespace", "site_id"),
    "decision": ("committee", "decision_id"),
    "notice": ("committee", "notice_id"),
    "notice_decision": ("committee", "decision_id", "notice_id"),
    "hazard": ("committee", "namespace", "hazard_id"),
    "hazard_text": ("committee", "namespace", "hazard_id"),
    "tally": ("committee", "tenant", "sector", "level", "state", "overdue"),
    "flow": ("committee", "tenant", "day"),
    "cause": ("committee", "tenant", "month", "category"),
}
"""Each read model with its key; all of them follow from facts and records alone."""

_LOOKED_UP: Final[Mapping[LiteralString, tuple[LiteralString, ...]]] = {
    "decision": ("hazard_id", "namespace", "committee"),
    "hazard": ("site_id", "namespace", "committee"),
}
"""What the building itself looks up; the indexes of readers would only slow it down."""

_KEPT: Final = ("fact", "decision_record", "notice_record")
"""What is kept as it came."""


def alone(work: Work) -> bool:
    """Take the session's lock on rebuilding; False while another rebuild runs. It ends with the connection."""
    row = work.connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,)).fetchone()
    return bool(row and row[0])


def prepare(work: Work, schema: str) -> dict[str, int]:
    """Make empty models beside those of `schema`; returns up to which row of each log they are to be built.

    The short lock waits for whoever writes just now, so that no row below the mark can still appear.
    """
    connection = work.connection
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(BESIDE)))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(BESIDE)))
    for model, key in MODELS.items():
        beside = sql.Identifier(BESIDE, model)
        connection.execute(
            sql.SQL("CREATE UNLOGGED TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING GENERATED)").format(
                beside, sql.Identifier(schema, model)
            )
        )
        connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(beside, bulk.listed(reversed(key))))
    for model, columns in _LOOKED_UP.items():
        connection.execute(
            sql.SQL("CREATE INDEX ON {} ({})").format(sql.Identifier(BESIDE, model), bulk.listed(columns))
        )
    marks = {}
    for log in _KEPT:
        connection.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(schema, log)))
        row = connection.execute(
            sql.SQL("SELECT coalesce(max(row_id), 0) FROM {}").format(sql.Identifier(schema, log))
        ).fetchone()
        marks[log] = int(row[0]) if row else 0
    return marks


def documents(
    work: Work, log: LiteralString, after: int, until: int | None, where: LiteralString = "true"
) -> Iterator[bytes]:
    """The documents of a log, by row, above `after` and up to `until` (None: to its end)."""
    statement = sql.SQL(
        "SELECT document FROM {} WHERE row_id > %s AND (%s::bigint IS NULL OR row_id <= %s) AND {} ORDER BY row_id"
    )
    with work.connection.cursor("documents") as cursor:
        cursor.itersize = _FETCHED
        cursor.execute(statement.format(sql.Identifier(log), sql.SQL(where)), (after, until, until), binary=True)
        for (document,) in cursor:
            yield document


def hazards(work: Work) -> Iterator[HazardKey]:
    """Every hazard that a fact names."""
    with work.connection.cursor("hazards") as cursor:
        cursor.itersize = _FETCHED
        cursor.execute(
            "SELECT DISTINCT hazard_id, namespace, committee FROM fact WHERE hazard_id IS NOT NULL ORDER BY 1, 2, 3",
            binary=True,
        )
        for hazard_id, namespace, committee in cursor:
            yield HazardKey(committee, namespace, hazard_id)


def count(work: Work) -> int:
    """How many hazards were built."""
    row = work.connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(BESIDE, "hazard"))
    ).fetchone()
    return int(row[0]) if row else 0


def hold(work: Work, schema: str) -> None:
    """Let nobody write the models until the transaction ends; readers read on."""
    for model in MODELS:
        work.connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.Identifier(schema, model)))
    for log in _KEPT:
        work.connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.Identifier(schema, log)))


def take_over(work: Work, schema: str) -> dict[str, int]:
    """Bring the serving models to what was built; returns how many rows of each stood otherwise."""
    return {model: _take_over(work, schema, model, key) for model, key in MODELS.items()}


def drop(work: Work) -> None:
    """Throw the built models away."""
    work.connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(BESIDE)))


def _take_over(work: Work, schema: str, model: LiteralString, key: Sequence[LiteralString]) -> int:
    names = _columns(work, schema, model)
    old, new = sql.Identifier(schema, model), sql.Identifier(BESIDE, model)
    parts: dict[str, Any] = {
        "old": old,
        "new": new,
        "key": bulk.listed(key),
        "names": bulk.listed(names),
        "same": sql.SQL(" AND ").join(sql.SQL("o.{0} = n.{0}").format(sql.Identifier(name)) for name in key),
        "is": bulk.listed(names, "o"),
        "shall": bulk.listed(names, "n"),
    }
    gone = work.connection.execute(
        sql.SQL("DELETE FROM {old} o WHERE NOT EXISTS (SELECT FROM {new} n WHERE {same})").format(**parts)
    ).rowcount
    others = [name for name in names if name not in key]
    change = (
        sql.SQL("UPDATE SET {}").format(bulk.changes(others)) if others else sql.SQL("NOTHING")
    )  # rows that stand as they shall are not even locked
    changed = work.connection.execute(
        sql.SQL(
            """INSERT INTO {old} AS o ({names}) SELECT {shall} FROM {new} n WHERE NOT EXISTS (
                SELECT FROM {old} o WHERE {same} AND ({is}) IS NOT DISTINCT FROM ({shall}))
            ON CONFLICT ({key}) DO {change}"""
        ).format(**parts, change=change)
    ).rowcount
    return gone + changed


def _columns(work: Work, schema: str, model: str) -> list[str]:
    """The columns that are written, not derived."""
    rows = work.connection.execute(
        """SELECT column_name FROM information_schema.columns
        WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
        (schema, model),
    ).fetchall()
    return [name for (name,) in rows]
