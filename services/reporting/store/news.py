"""Read what was decided, newest first: lately, for people, and about what it reported for an upstream system."""

from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from psycopg import sql

from contracts.decisions import Decision
from runtime.access.systems import System
from runtime.access.visible import visible
from runtime.database import Work
from services.reporting.core.paging import Mark
from services.reporting.core.rows import HazardKey
from services.reporting.core.scope import Scope
from services.reporting.store.scoped import reported_by, within

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


class Told(NamedTuple):
    """One decision as it stands now, with when that became known."""

    decision: Decision
    known_at: datetime
    hazard: HazardKey

    @property
    def mark(self) -> Mark:
        """Its place in the list."""
        return Mark(self.known_at, self.decision.committee, self.decision.decision_id)


def told(
    work: Work, system: System, *, since: datetime | None, after: Mark | None, limit: int
) -> tuple[list[Told], Mark | None]:
    """At most `limit` decisions about what a system reported, with the mark of the next page (None on the last).

    The one whose state became known last comes first; `since` leaves out what was known before.
    """
    where: list[sql.Composable] = [visible(work, "d"), reported_by(system, "h")]
    parameters: dict[str, Any] = {"namespace": system.namespace, "limit": limit + 1}
    if since is not None:
        where.append(sql.SQL("d.known_at >= %(since)s"))
        parameters["since"] = since
    if after is not None:
        where.append(_LATER)
        parameters |= {"moment": after.moment, "committee": after.committee, "decision_id": after.decision_id}
    rows = work.connection.execute(
        sql.SQL(
            """SELECT d.document, d.known_at, d.committee, d.namespace, d.hazard_id
            FROM decision d JOIN hazard h USING (committee, namespace, hazard_id)
            WHERE d.namespace = %(namespace)s AND {} ORDER BY d.known_at DESC, d.committee, d.decision_id LIMIT %(limit)s"""
        ).format(sql.SQL(" AND ").join(where)),
        parameters,
        binary=True,
    ).fetchall()
    found = [Told(_decision(document), known_at, HazardKey(*key)) for document, known_at, *key in rows]
    return found[:limit], found[limit - 1].mark if len(found) > limit else None


_LATER: Final = sql.SQL(
    """(d.known_at < %(moment)s OR (d.known_at = %(moment)s
    AND (d.committee, d.decision_id) > (%(committee)s, %(decision_id)s)))"""
)
