"""Find the hazards and sites that hold a text: by index where it is rare, by looking through the newest where it is not."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

from psycopg import sql

from runtime.database import Work
from services.reporting.core.paging import pattern
from services.reporting.core.rows import HazardKey, HazardRow
from services.reporting.core.scope import Scope
from services.reporting.store import bulk

RARE: Final = 5_000
"""A text that more hazards hold is not rare: among the newest there are enough of them to fill a page."""

_TEXT: Final[bulk.Columns] = {
    "committee": "text",
    "namespace": "text",
    "hazard_id": "text",
    "province": "text",
    "city": "text",
    "county": "text",
    "tenant": "text",
    "search": "text",
}
_said: Final = attrgetter(*_TEXT)
_AMONG: Final = sql.SQL(
    """(hazard_id, namespace, committee) IN (SELECT * FROM
    unnest(%(ids)s::text[], %(namespaces)s::text[], %(committees)s::text[]))"""
)
_WITHIN: Final = sql.SQL(
    "concat_ws(E'\\n', hazard_id, site_name, description, address, responsible_unit) ILIKE %(text)s"
)


def condition(work: Work, scope: Scope, text: str) -> tuple[sql.Composable, dict[str, Any], int | None]:
    """The condition on `hazard` that says the text, its parameters, and how many there are where the text is rare."""
    common = work.connection.execute("SELECT is_common(%s)", (pattern(text),)).fetchone()
    if common and common[0]:
        return _WITHIN, {"text": pattern(text)}, None
    keys = work.connection.execute(
        "SELECT hazard_id, namespace, committee FROM find_hazards(%s, %s, %s, %s)",
        (text, pattern(text), scope.code, RARE + 1),
        binary=True,
    ).fetchall()
    if len(keys) > RARE:
        return _WITHIN, {"text": pattern(text)}, None
    ids, namespaces, committees = ([key[place] for key in keys] for place in range(3))
    return _AMONG, {"ids": ids, "namespaces": namespaces, "committees": committees}, len(keys)


def keep(work: Work, rows: Iterable[HazardRow]) -> None:
    """Keep what is searched of each row; most rows say what they said before, and nothing is written for them."""
    bulk.run(
        work,
        """INSERT INTO hazard_text ({names}) SELECT {names} FROM {rows}
        WHERE NOT EXISTS (SELECT FROM hazard_text t WHERE t.hazard_id = u.hazard_id AND t.namespace = u.namespace
            AND t.committee = u.committee AND t.search = u.search AND t.tenant = u.tenant)
        ON CONFLICT (hazard_id, namespace, committee) DO UPDATE SET {changes}""",
        _TEXT,
        [_said(row) for row in sorted(rows, key=lambda row: row.key)],
        names=bulk.listed(_TEXT),
        changes=bulk.changes(name for name in _TEXT if name not in HazardKey._fields),
    )


def add(work: Work, rows: Iterable[HazardRow]) -> None:
    """Keep what is searched of rows that are not there yet."""
    bulk.copy(work, "hazard_text", _TEXT, [_said(row) for row in rows])


def forget(work: Work, keys: Sequence[HazardKey]) -> None:
    """Nothing is searched of hazards that nobody has reported any more."""
    bulk.run(
        work,
        """DELETE FROM hazard_text t USING {rows}
        WHERE (t.committee, t.namespace, t.hazard_id) = (u.committee, u.namespace, u.hazard_id)""",
        {name: _TEXT[name] for name in ("committee", "namespace", "hazard_id")},
        keys,
    )
