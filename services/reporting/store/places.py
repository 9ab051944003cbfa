"""Read sites for their pages: by a part of the name, or those with most that is open, and one with its history."""

from datetime import datetime
from typing import Final

import msgspec
from psycopg import sql
from psycopg.rows import class_row

from contracts.decisions import Decision
from contracts.facts import Fact
from runtime import codec
from runtime.database import Work
from services.reporting.core.paging import pattern
from services.reporting.core.places import SiteLine, SiteName, SiteWords
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import Scope
from services.reporting.store import lists
from services.reporting.store.scoped import within

_decision: Final = msgspec.json.Decoder(Decision).decode

_SUMS: Final = sql.SQL(
    """count(*) AS reported, count(*) FILTER (WHERE open) AS open, count(*) FILTER (WHERE overdue) AS overdue,
    max(reported_at) AS latest"""
)


def worst(work: Work, scope: Scope, *, limit: int) -> list[SiteLine]:
    """The sites with most that is overdue, then open."""
    where, parameters = within(work, scope)
    statement = sql.SQL(
        """WITH ranked AS (
            SELECT site_id, namespace, committee, count(*) FILTER (WHERE overdue) AS late, count(*) AS waiting
            FROM hazard WHERE open AND site_id <> '' AND {where} GROUP BY 1, 2, 3
            ORDER BY 4 DESC, 5 DESC, 1, 2, 3 LIMIT %(limit)s)
        SELECT {columns} FROM ranked JOIN site s USING (site_id, namespace, committee)
            JOIN hazard h USING (site_id, namespace, committee)
        GROUP BY s.committee, s.namespace, s.site_id ORDER BY overdue DESC, open DESC, site_id"""
    ).format(where=where, columns=_LINE)
    return _lines(work, statement, {**parameters, "limit": limit})


def named(work: Work, scope: Scope, text: str, *, limit: int) -> list[SiteLine]:
    """The sites whose name holds `text`, by name."""
    where, parameters = within(work, scope)
    statement = sql.SQL(
        """WITH found AS MATERIALIZED (
            SELECT site_id, namespace, committee FROM find_sites(%(said)s, %(text)s, %(code)s, %(limit)s))
        SELECT {columns} FROM found JOIN site s USING (site_id, namespace, committee)
            JOIN hazard h USING (site_id, namespace, committee)
        WHERE {where} GROUP BY s.committee, s.namespace, s.site_id ORDER BY name, site_id"""
    ).format(where=where, columns=_LINE)
    return _lines(
        work, statement, {**parameters, "said": text, "text": pattern(text), "code": scope.code, "limit": limit}
    )


def one(work: Work, key: SiteName, scope: Scope) -> tuple[SiteWords, SiteLine] | None:
    """What is said of a site, and its sums; None for one that nothing of the scope was found at."""
    where, parameters = within(work, scope)
    with work.connection.cursor(row_factory=class_row(SiteWords)) as cursor:
        words = cursor.execute(
            """SELECT committee, namespace, site_id, name, address, kind, sector, supervising_unit, registered, said_at
            FROM site WHERE site_id = %(site_id)s AND namespace = %(namespace)s AND committee = %(committee)s""",
            key._asdict(),
        ).fetchone()
    if words is None:
        return None
    row = work.connection.execute(
        sql.SQL("SELECT {} FROM hazard WHERE {} AND {}").format(_SUMS, _AT_SITE, where), {**parameters, **key._asdict()}
    ).fetchone()
    if row is None or not row[0]:
        return None
    return words, SiteLine(*key, words.name, words.address, words.sector, *row)


def hazards(work: Work, key: SiteName, scope: Scope, *, limit: int) -> list[HazardRow]:
    """The hazards found at a site, the newest first."""
    where, parameters = within(work, scope)
    statement = sql.SQL("SELECT {} FROM hazard WHERE {} AND {} ORDER BY reported_at DESC LIMIT %(limit)s").format(
        lists.COLUMNS, _AT_SITE, where
    )
    with work.connection.cursor(row_factory=class_row(HazardRow), binary=True) as cursor:
        return cursor.execute(statement, {**parameters, **key._asdict(), "limit": limit}).fetchall()


def decided(work: Work, key: SiteName, *, limit: int) -> list[Decision]:
    """What was decided about the site itself (listings, suspensions, field days), the newest first."""
    rows = work.connection.execute(
        """SELECT document FROM decision WHERE subject_kind = 'site' AND subject_id = %s AND committee = %s
            AND namespace = %s AND stood ORDER BY known_at DESC LIMIT %s""",
        (key.site_id, key.committee, key.namespace, limit),
        binary=True,
    ).fetchall()
    return [_decision(document) for (document,) in rows]


def repeats(work: Work, key: SiteName, since: datetime) -> int:
    """How often something came back at the site since then."""
    row = work.connection.execute(
        """SELECT count(*) FROM decision d JOIN hazard h USING (hazard_id, namespace, committee)
        WHERE h.site_id = %s AND h.namespace = %s AND h.committee = %s
            AND d.rule IN ('repeat_offence', 'recurrence') AND d.stood AND d.first_known_at >= %s""",
        (key.site_id, key.namespace, key.committee, since),
    ).fetchone()
    return int(row[0]) if row else 0


def told(work: Work, key: SiteName, *, limit: int) -> list[Fact]:
    """Registrations and other facts about the site itself, the newest first; reports of hazards are left out."""
    rows = work.connection.execute(
        """SELECT document FROM fact WHERE site_id = %s AND namespace = %s AND committee = %s AND hazard_id IS NULL
        ORDER BY happened_at DESC LIMIT %s""",
        (key.site_id, key.namespace, key.committee, limit),
        binary=True,
    ).fetchall()
    return [codec.decode(document) for (document,) in rows]


def _lines(work: Work, statement: sql.Composed, parameters: dict[str, object]) -> list[SiteLine]:
    with work.connection.cursor(row_factory=class_row(SiteLine)) as cursor:
        return cursor.execute(statement, parameters).fetchall()


_AT_SITE: Final = sql.SQL("site_id = %(site_id)s AND namespace = %(namespace)s AND committee = %(committee)s")
_LINE: Final = sql.SQL(
    """s.committee, s.namespace, s.site_id, s.name, s.address, s.sector, count(*) AS reported,
    count(*) FILTER (WHERE h.open) AS open, count(*) FILTER (WHERE h.overdue) AS overdue, max(h.reported_at) AS latest"""
)
