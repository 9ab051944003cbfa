"""Keep what units object to in a league table, the answers, and who has published which month."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from psycopg.rows import class_row

from contracts.divisions import TenantColumns
from runtime.database import Work


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit (`tenant`) said against the table of a month, and the answer, None while there is none."""

    id: UUID
    committee: str
    tenant: str
    period: str
    said_by: str
    reason: str
    said_at: datetime
    answered_by: str | None = None
    answer: str | None = None
    accepted: bool | None = None
    answered_at: datetime | None = None


_COLUMNS: Final = """id, committee, tenant, period, said_by, reason, said_at, answered_by, answer, accepted,
    answered_at"""


def listed(work: Work, committee: str, period: str) -> list[Objection]:
    """Every objection to a month's table, earliest first."""
    with work.connection.cursor(row_factory=class_row(Objection)) as cursor:
        return cursor.execute(
            f"SELECT {_COLUMNS} FROM league_objection WHERE committee = %s AND period = %s ORDER BY said_at, id",  # noqa: S608 (constant names)
            (committee, period),
        ).fetchall()


def keep(work: Work, said: Objection, place: TenantColumns) -> None:
    """Write down a new objection of the unit at `place`."""
    work.connection.execute(
        """INSERT INTO league_objection (id, committee, province, city, county, tenant, period, said_by, reason, said_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (said.id, said.committee, *place, said.period, said.said_by, said.reason, said.said_at),
    )


def answer(work: Work, identity: UUID, committee: str, *, by: str, words: str, accepted: bool, at: datetime) -> bool:
    """Answer an objection once; False where there is none or it has an answer."""
    written = work.connection.execute(
        """UPDATE league_objection SET answered_by = %s, answer = %s, accepted = %s, answered_at = %s
        WHERE id = %s AND committee = %s AND answered_at IS NULL""",
        (by, words, accepted, at, identity, committee),
    )
    return written.rowcount == 1


def publish(
    work: Work, committee: str, place: TenantColumns, period: str, *, by: str, at: datetime, event_id: str
) -> bool:
    """Note that a month is published; False where somebody has published it already."""
    written = work.connection.execute(
        """INSERT INTO league_publication (committee, province, city, county, tenant, period, said_by, said_at, event_id)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
        (committee, *place, period, by, at, event_id),
    )
    return written.rowcount == 1
