"""Find what has changed since a past moment, and what was known then: the rest stands in the tables as it stood."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString

from psycopg import sql
from psycopg.rows import args_row, class_row

from contracts.facts import Fact
from contracts.vocabulary import SubjectKind
from runtime import codec
from runtime.database import Work
from services.reporting.core.decided import OVERDUE, latest, missing_since, read_decision
from services.reporting.core.rows import Brief, HazardKey, HazardRow
from services.reporting.core.selection import WITHDRAWN, Selection
from services.reporting.store import bulk
from services.reporting.store.scoped import within
from services.reporting.store.sites import SiteKey

_COLUMNS: Final = sql.SQL(", ").join(sql.Identifier(name) for name in HazardRow.__struct_fields__)
_BRIEF: Final = sql.SQL(", ").join(sql.Identifier(name) for name in Brief._fields)
_FETCHED: Final = 1_000  # rows of a streamed answer that are held at once
_PATIENCE: Final = "SET LOCAL idle_in_transaction_session_timeout = '2min'"
"""Between two fetches rows are printed, on a busy machine for longer than a writer may be idle; a reader holds no row."""
_KEY: Final[bulk.Columns] = {"committee": "text", "namespace": "text", "hazard_id": "text"}
_SITE: Final[bulk.Columns] = {"committee": "text", "namespace": "text", "site_id": "text"}

# A fact that came later bears on the hazard that it names, on what it corrects, on what corrects it, and on every
# hazard of a site that it describes.
_CHANGED: Final = """
    WITH later AS MATERIALIZED (
        SELECT committee, source, namespace, event_id, root_id, hazard_id, site_id FROM fact WHERE known_at > %(moment)s)
    SELECT committee, namespace, hazard_id FROM later WHERE hazard_id IS NOT NULL
    UNION
    SELECT f.committee, f.namespace, f.hazard_id FROM later l
        JOIN fact f ON f.committee = l.committee AND f.source = l.source AND f.event_id = l.root_id
        WHERE l.root_id <> l.event_id AND f.hazard_id IS NOT NULL
    UNION
    SELECT f.committee, f.namespace, f.hazard_id FROM later l
        JOIN fact f ON f.committee = l.committee AND f.source = l.source AND f.root_id = l.root_id
        WHERE f.root_id <> f.event_id AND f.hazard_id IS NOT NULL
    UNION
    SELECT h.committee, h.namespace, h.hazard_id FROM later l
        JOIN hazard h USING (site_id, namespace, committee) WHERE l.site_id IS NOT NULL
    UNION
    SELECT d.committee, d.namespace, d.hazard_id FROM decision_record r JOIN decision d USING (decision_id, committee)
        WHERE r.accepted_at > %(moment)s AND d.rule = %(overdue)s AND d.hazard_id IS NOT NULL"""


def changed_since(work: Work, moment: datetime) -> set[HazardKey]:
    """The hazards whose row may say otherwise now than it said at `moment`."""
    rows = work.connection.execute(_CHANGED, {"moment": moment, "overdue": str(OVERDUE)}, binary=True).fetchall()
    return {HazardKey(*row) for row in rows}


def stream(work: Work, selection: Selection) -> Iterator[HazardRow]:
    """The rows of a selection as they stand now, earliest report first, a few thousand at a time."""
    where, parameters = _where(work, selection)
    statement = sql.SQL("SELECT {} FROM hazard WHERE {} ORDER BY reported_at, committee, namespace, hazard_id").format(
        _COLUMNS, where
    )
    work.connection.execute(_PATIENCE)
    with work.connection.cursor("stream", row_factory=class_row(HazardRow)) as cursor:
        cursor.itersize = _FETCHED
        cursor.execute(statement, parameters, binary=True)
        yield from cursor


def briefs(work: Work, selection: Selection, committees: Sequence[str]) -> Iterator[Brief]:
    """The same rows in no order, as short as counting needs them; `committees` (empty: all) hold them."""
    where, parameters = _where(work, selection)
    statement = sql.SQL("SELECT {} FROM hazard WHERE (%(everywhere)s OR committee = ANY(%(roots)s)) AND {}").format(
        _BRIEF, where
    )
    parameters |= {"roots": list(committees), "everywhere": not committees}
    with work.connection.cursor("briefs", row_factory=args_row(Brief)) as cursor:
        cursor.itersize = _FETCHED
        cursor.execute(statement, parameters, binary=True)
        yield from cursor


def _where(work: Work, selection: Selection) -> tuple[sql.Composable, dict[str, Any]]:
    where, parameters = within(work, selection.scope)
    conditions: list[sql.Composable] = [where]
    for wanted, condition, name, value in _conditions(selection):
        if wanted:
            conditions.append(sql.SQL(condition))
            parameters[name] = value
    return sql.SQL(" AND ").join(conditions), parameters


def overdue_since(work: Work, keys: Sequence[HazardKey], moment: datetime) -> dict[HazardKey, datetime]:
    """Since when each hazard was overdue by the decisions that the log held at `moment`."""
    rows = bulk.run(
        work,
        """SELECT r.document FROM {rows} JOIN decision d USING (committee, namespace, hazard_id)
            JOIN decision_record r USING (decision_id, committee)
        WHERE d.rule = %b AND coalesce(r.accepted_at, r.known_at) <= %b""",
        _KEY,
        keys,
        str(OVERDUE),
        moment,
    )
    since: dict[HazardKey, datetime] = {}
    for record in latest(read_decision(codec.decode(document)) for (document,) in rows).values():
        if record.stands and record.hazard is not None:
            begun = record.decision.since or record.decision.at
            since[record.hazard] = min(begun, since.get(record.hazard, begun))
    return since


def missed_since(
    work: Work, subjects: Sequence[str], *, committees: Sequence[str], moment: datetime
) -> dict[str, datetime]:
    """Since when each obligation was missing by the decisions that the log held at `moment`."""
    rows = work.connection.execute(
        """SELECT r.document FROM decision d JOIN decision_record r USING (decision_id, committee)
        WHERE d.subject_id = ANY(%(subjects)s) AND d.subject_kind = %(kind)s AND d.committee = ANY(%(committees)s)
            AND coalesce(r.accepted_at, r.known_at) <= %(moment)s""",
        {
            "subjects": sorted(set(subjects)),
            "kind": str(SubjectKind.OBLIGATION),
            "committees": list(committees),
            "moment": moment,
        },
        binary=True,
    ).fetchall()
    return missing_since(read_decision(codec.decode(document)) for (document,) in rows)


def words_on_sites(work: Work, places: Sequence[SiteKey], moment: datetime) -> list[Fact]:
    """Every fact known at `moment` that describes one of the sites."""
    rows = bulk.run(
        work,
        """SELECT f.document FROM {rows} JOIN fact f USING (committee, namespace, site_id)
        WHERE f.known_at <= %b""",
        _SITE,
        places,
        moment,
    )
    return [codec.decode(document) for (document,) in rows]


def events(
    work: Work,
    types: Sequence[str],
    *,
    committees: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    known: datetime,
) -> list[Fact]:
    """Facts of some types that happened in [since, until) and were known at `known`, with all that corrects them.

    `committees` empty means all. A correction comes along whenever it happened, and with it what it corrects: it keeps
    the time of that.
    """
    rows = work.connection.execute(
        """WITH told AS MATERIALIZED (
            SELECT row_id, committee, source, event_id, root_id FROM fact
            WHERE type = ANY(%(types)s) AND (%(all)s OR committee = ANY(%(committees)s))
                AND happened_at >= coalesce(%(since)s, '-infinity'::timestamptz)
                AND happened_at < coalesce(%(until)s, 'infinity'::timestamptz)),
        counted AS (
            SELECT row_id FROM told
            UNION
            SELECT c.row_id FROM told JOIN fact c USING (committee, source, root_id) WHERE c.root_id <> c.event_id
            UNION
            SELECT e.row_id FROM told JOIN fact e ON e.committee = told.committee AND e.source = told.source
                AND e.event_id = told.root_id WHERE told.root_id <> told.event_id)
        SELECT document FROM counted JOIN fact USING (row_id) WHERE known_at <= %(known)s""",
        {
            "types": list(types),
            "known": known,
            "all": not committees,
            "committees": list(committees),
            "since": since,
            "until": until,
        },
        binary=True,
    ).fetchall()
    return [codec.decode(document) for (document,) in rows]


def committees_in(work: Work, scopes: Sequence[str]) -> list[str]:
    """The committees among `scopes` that have said anything."""
    rows = work.connection.execute(
        "SELECT DISTINCT committee FROM tally WHERE committee = ANY(%s)", (list(scopes),)
    ).fetchall()
    return sorted(committee for (committee,) in rows)


def _conditions(selection: Selection) -> Sequence[tuple[bool, LiteralString, str, Any]]:
    """(whether it is asked for, its condition, its parameter's name and value); the same words as `admits`."""
    return (
        (selection.reported_from is not None, "reported_at >= %(from)s", "from", selection.reported_from),
        (selection.reported_until is not None, "reported_at < %(until)s", "until", selection.reported_until),
        (bool(selection.found_by), "found_by = ANY(%(found_by)s)", "found_by", list(selection.found_by)),
        (selection.open is not None, "open = %(open)s", "open", selection.open),
        (bool(selection.level), "level = %(level)s", "level", selection.level),
        (bool(selection.sector), "sector = %(sector)s", "sector", selection.sector),
        (selection.standing, "state <> %(withdrawn)s", "withdrawn", WITHDRAWN),
    )
