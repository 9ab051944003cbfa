"""Write the hazards' rows and keep the sums beside them, in one transaction, so that the two never differ."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from psycopg import sql

from runtime.database import Work
from services.reporting.core.decided import OVERDUE, STANDING
from services.reporting.core.flow import Moves, Place
from services.reporting.core.rows import HazardKey, HazardRow
from services.reporting.store import bulk, flows, search

KEY: Final[bulk.Columns] = {"committee": "text", "namespace": "text", "hazard_id": "text"}

HAZARD: Final[bulk.Columns] = {
    **KEY,
    "province": "text",
    "city": "text",
    "county": "text",
    "tenant": "text",
    "state": "text",
    "level": "text",
    "category": "text",
    "criterion": "text",
    "description": "text",
    "sector": "text",
    "found_by": "text",
    "campaign": "text",
    "site_id": "text",
    "site_name": "text",
    "address": "text",
    "responsible_unit": "text",
    "supervising_unit": "text",
    "reports": "int4",
    "original_due_at": "timestamptz",
    "original_whole_day": "bool",
    "due_at": "timestamptz",
    "due_whole_day": "bool",
    "later_deadline_ignored": "bool",
    "extensions": "int4",
    "extensions_refused": "int4",
    "suspended_at": "timestamptz",
    "plan_target_date": "text",
    "plan_filed_at": "timestamptz",
    "reported_at": "timestamptz",
    "handed_over_at": "timestamptz",
    "escalated_up_at": "timestamptz",
    "returned_at": "timestamptz",
    "refused_at": "timestamptz",
    "rectified_at": "timestamptz",
    "passed_at": "timestamptz",
    "failed_at": "timestamptz",
    "failures": "int4",
    "closed_at": "timestamptz",
    "withdrawn_at": "timestamptz",
    "done_at": "timestamptz",
    "days_left": "int4",
    "in_time": "bool",
    "historic": "bool",
    "known_at": "timestamptz",
    "updated_at": "timestamptz",
    "overdue_since": "timestamptz",
    "inspection_id": "text",
    "uscc": "text",
    "measures": "text",
    "responsible_person": "text",
    "evidence": "bool",
    "on_the_spot": "bool",
    "handed_to": "text",
    "extension_documents": "text",
    "reinspected_at": "timestamptz",
    "reinspected_by": "text",
    "close_document": "text",
}
"""The columns of the table but `sources`, which travels beside them as lines."""

SHARE: Final[bulk.Columns] = {
    "committee": "text",
    "province": "text",
    "city": "text",
    "county": "text",
    "tenant": "text",
    "sector": "text",
    "level": "text",
    "state": "text",
    "overdue": "bool",
}
"""What a hazard adds one to."""

MOVES: Final = ("category", "reported_at", "closed_at", "done_at", "in_time")
"""What a hazard adds to the days, beside its share."""

_COUNTED: Final = (*SHARE, *MOVES)
_written: Final = attrgetter(*HAZARD)


def replace(work: Work, keys: Iterable[HazardKey], rows: Sequence[HazardRow]) -> None:
    """Bring the hazards of `keys` to `rows`; a key without a row has nothing to show any more and goes."""
    wanted = sorted(set(keys))
    before = bulk.run(
        work,
        "SELECT {counted} FROM {rows} JOIN hazard USING (committee, namespace, hazard_id)",
        KEY,
        wanted,
        counted=bulk.listed(_COUNTED),
    )
    gone = sorted(set(wanted) - {row.key for row in rows})
    bulk.run(
        work,
        """DELETE FROM hazard h USING {rows}
        WHERE (h.committee, h.namespace, h.hazard_id) = (u.committee, u.namespace, u.hazard_id)""",
        KEY,
        gone,
    )
    search.forget(work, gone)
    search.keep(work, rows)
    after = bulk.run(
        work,
        """INSERT INTO hazard ({names}, sources) SELECT {names}, string_to_array(sources, E'\\n') FROM {rows}
        ON CONFLICT (committee, namespace, hazard_id) DO UPDATE SET {changes} RETURNING {counted}""",
        {**HAZARD, "sources": "text"},
        [_values(row) for row in sorted(rows, key=lambda row: row.key)],
        names=bulk.listed(HAZARD),
        changes=bulk.changes([*(name for name in HAZARD if name not in KEY), "sources"]),
        counted=bulk.listed(_COUNTED),
    )
    _count(work, before, after)


def add(work: Work, rows: Sequence[HazardRow]) -> None:
    """Write rows that are not there yet, without counting them: a rebuild counts them all at its end."""
    bulk.copy(work, "hazard", {**HAZARD, "sources": "text[]"}, [(*_written(row), row.sources) for row in rows])
    search.add(work, rows)


def count_anew(work: Work) -> None:
    """Count all rows into empty sums."""
    work.connection.execute(
        sql.SQL("INSERT INTO tally ({share}, hazards) SELECT {share}, count(*) FROM hazard GROUP BY {share}").format(
            share=bulk.listed(SHARE)
        )
    )
    flows.count_anew(work)


def mark_overdue(work: Work, keys: Iterable[HazardKey]) -> None:
    """Take over what escalation decides about lateness; a row that it does not change is left alone."""
    wanted = sorted(set(keys))
    since = overdue_since(work, wanted)
    changes = [(*key, since.get(key)) for key in wanted]
    columns: bulk.Columns = {**KEY, "since": "timestamptz"}
    before = bulk.run(
        work,
        """SELECT {counted} FROM {rows} JOIN hazard h USING (committee, namespace, hazard_id)
        WHERE h.overdue_since IS DISTINCT FROM u.since""",
        columns,
        changes,
        counted=bulk.listed(_COUNTED),
    )
    after = bulk.run(
        work,
        """UPDATE hazard h SET overdue_since = u.since FROM {rows}
        WHERE (h.committee, h.namespace, h.hazard_id) = (u.committee, u.namespace, u.hazard_id)
            AND h.overdue_since IS DISTINCT FROM u.since RETURNING {counted}""",
        columns,
        changes,
        counted=bulk.listed(_COUNTED, "h"),
    )
    _count(work, before, after)


def overdue_since(work: Work, keys: Sequence[HazardKey]) -> dict[HazardKey, datetime]:
    """Since when each hazard is overdue: the earliest instant that a standing overdue decision about it counts from."""
    rows = bulk.run(
        work,
        """SELECT d.committee, d.namespace, d.hazard_id, min(coalesce(d.since, d.at))
        FROM {rows} JOIN decision d USING (committee, namespace, hazard_id)
        WHERE d.rule = %b AND d.status = ANY(%b) GROUP BY d.committee, d.namespace, d.hazard_id""",
        KEY,
        keys,
        str(OVERDUE),
        [str(status) for status in STANDING],
    )
    return {HazardKey(*key): since for *key, since in rows}


def mismatch(work: Work) -> int:
    """How many hazards the sums count wrongly, by comparing them with the rows and the days: 0 unless there is a defect."""
    statement = sql.SQL(
        """SELECT coalesce(sum(abs(coalesce(t.hazards, 0) - coalesce(h.hazards, 0))), 0)
        FROM tally t FULL JOIN (SELECT {share}, count(*) AS hazards FROM hazard GROUP BY {share}) h USING ({share})"""
    ).format(share=bulk.listed(SHARE))
    row = work.connection.execute(statement).fetchone()
    return max(int(row[0]) if row else 0, flows.mismatch(work))


def drop_empty_sums(work: Work) -> None:
    """Forget sums that have fallen to nothing."""
    work.connection.execute("DELETE FROM tally WHERE hazards = 0")
    flows.drop_empty(work)


def _count(work: Work, before: Sequence[Sequence[Any]], after: Sequence[Sequence[Any]]) -> None:
    """Move the sums by what changed."""
    width = len(SHARE)
    change = Counter(tuple(counted[:width]) for counted in after)
    change.subtract(tuple(counted[:width]) for counted in before)
    bulk.run(
        work,
        """INSERT INTO tally AS t ({share}, hazards) SELECT * FROM {rows}
        ON CONFLICT (committee, tenant, sector, level, state, overdue)
        DO UPDATE SET hazards = t.hazards + excluded.hazards""",
        {**SHARE, "hazards": "int8"},
        sorted((*share, moved) for share, moved in change.items() if moved),
        share=bulk.listed(SHARE),
    )
    flows.move(work, before=map(_moves, before), after=map(_moves, after))


def _moves(counted: Sequence[Any]) -> Moves:
    told = dict(zip(_COUNTED, counted, strict=True))
    place = Place(**{name: told[name] for name in Place._fields})
    return Moves(place, told["state"], told["overdue"], **{name: told[name] for name in MOVES})


def _values(row: HazardRow) -> tuple[Any, ...]:
    return *_written(row), "\n".join(row.sources)
