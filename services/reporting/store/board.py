"""Read what was found on a day and is not handed over yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from psycopg import sql
from psycopg.rows import class_row

from runtime import codec
from runtime.database import Work
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import Scope
from services.reporting.core.today import Found
from services.reporting.store import lists
from services.reporting.store.scoped import within

INSPECTIONS: Final = ("inspection.completed.v1", "inspection.planned.v1")

# What is put right on the spot has nothing to hand over; neither has what was withdrawn or came from an old ledger.
_COUNTS: Final = sql.SQL("state <> 'withdrawn' AND NOT on_the_spot AND NOT historic")
_WAITS: Final = sql.SQL("handed_over_at IS NULL AND state = 'reported' AND NOT on_the_spot AND NOT historic")


class _Inspection(msgspec.Struct):
    inspection_id: str
    team_id: str | None = None


_read: Final = msgspec.json.Decoder(_Inspection).decode


def found(work: Work, scope: Scope, *, since: datetime, until: datetime) -> list[Found]:
    """What was found in [since, until), by area and inspection."""
    where, parameters = within(work, scope)
    statement = sql.SQL(
        """SELECT tenant, inspection_id, count(*) AS found,
            count(*) FILTER (WHERE NOT ({waits})) AS handed,
            count(*) FILTER (WHERE level = 'major') AS major,
            count(*) FILTER (WHERE level = 'major' AND escalated_up_at IS NOT NULL) AS major_sent_up,
            min(reported_at) FILTER (WHERE {waits}) AS earliest_waiting
        FROM hazard WHERE reported_at >= %(since)s AND reported_at < %(until)s AND {counts} AND {where}
        GROUP BY tenant, inspection_id"""
    ).format(waits=_WAITS, counts=_COUNTS, where=where)
    with work.connection.cursor(row_factory=class_row(Found)) as cursor:
        return cursor.execute(statement, {**parameters, "since": since, "until": until}).fetchall()


def waiting(work: Work, scope: Scope, *, since: datetime | None, until: datetime, limit: int) -> list[HazardRow]:
    """What was found in [since, until) and waits, at most `limit`: of a day the oldest first, else the newest."""
    where, parameters = within(work, scope)
    statement = sql.SQL(
        """SELECT {columns} FROM hazard WHERE {waits} AND reported_at < %(until)s
            AND (%(since)s::timestamptz IS NULL OR reported_at >= %(since)s) AND {where}
        ORDER BY reported_at {order}, committee, namespace, hazard_id LIMIT %(limit)s"""
    ).format(columns=lists.COLUMNS, waits=_WAITS, where=where, order=sql.SQL("DESC" if since is None else "ASC"))
    with work.connection.cursor(row_factory=class_row(HazardRow), binary=True) as cursor:
        return cursor.execute(statement, {**parameters, "since": since, "until": until, "limit": limit}).fetchall()


def missed(work: Work, scope: Scope, *, until: datetime) -> int:
    """How many found before `until` were never handed over."""
    where, parameters = within(work, scope)
    row = work.connection.execute(
        sql.SQL("SELECT count(*) FROM hazard WHERE {} AND reported_at < %(until)s AND {}").format(_WAITS, where),
        {**parameters, "until": until},
    ).fetchone()
    return int(row[0]) if row else 0


def teams(work: Work, committees: Sequence[str], *, since: datetime) -> Mapping[str, str]:
    """The team of each inspection that was planned or done from `since` on."""
    rows = work.connection.execute(
        """SELECT document FROM fact WHERE type = ANY(%s) AND committee = ANY(%s) AND happened_at >= %s
        ORDER BY happened_at""",
        (list(INSPECTIONS), list(committees), since),
        binary=True,
    ).fetchall()
    said = (_inspection(document) for (document,) in rows)
    return {one.inspection_id: one.team_id for one in said if one is not None and one.team_id}


def _inspection(document: bytes) -> _Inspection | None:
    """What the fact says; None where it was voided."""
    data = bytes(codec.decode(document).data)
    try:
        return _read(data)
    except msgspec.MsgspecError:
        return None
