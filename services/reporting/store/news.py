"""Read what was decided lately, newest first."""

from datetime import datetime
from typing import Final

import msgspec
from psycopg import sql

from contracts.decisions import Decision
from runtime.database import Work
from services.reporting.core.rows import HazardKey
from services.reporting.core.scope import Scope
from services.reporting.store.scoped import within

_decision = msgspec.json.Decoder(Decision).decode


class News(msgspec.Struct, frozen=True):
    """One decision as it stands now, when it was first known, and the hazard it is about."""

    decision: Decision
    first_known_at: datetime
    hazard: HazardKey | None


_SINCE: Final = sql.SQL(
    """FROM decision WHERE stood AND first_known_at >= %(since)s AND first_known_at < %(until)s AND {}"""
)


def decided(work: Work, scope: Scope, *, since: datetime, until: datetime, limit: int) -> tuple[list[News], int]:
    """The newest decisions first known in [since, until), at most `limit`, and how many there are in all."""
    where, parameters = within(work, scope)
    parameters |= {"since": since, "until": until, "limit": limit}
    body = _SINCE.format(where)
    rows = work.connection.execute(
        sql.SQL(
            """SELECT document, first_known_at, committee, namespace, hazard_id {}
            ORDER BY first_known_at DESC, committee, decision_id LIMIT %(limit)s"""
        ).format(body),
        parameters,
        binary=True,
    ).fetchall()
    count = work.connection.execute(sql.SQL("SELECT count(*) {}").format(body), parameters).fetchone()
    news = [
        News(_decision(document), known_at, HazardKey(committee, namespace, hazard_id) if hazard_id else None)
        for document, known_at, committee, namespace, hazard_id in rows
    ]
    return news, int(count[0]) if count else 0
