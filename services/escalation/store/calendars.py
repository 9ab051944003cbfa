"""Keep the facts that changed calendars, how far the open cases were counted anew, and the journal of what moved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import sql

from contracts.divisions import TenantColumns
from contracts.facts import Fact
from runtime import codec
from runtime.access.visible import visible
from runtime.database import Work
from services.escalation.core.calendar_changes import Dated, Recounted
from services.escalation.core.case import CaseKey
from services.escalation.core.recounted_words import why
from services.escalation.core.slot import case_key, local_key
from services.escalation.store import bulk

LAST: Final = 2**62
"""Beyond every place of the journal."""
Edition = tuple[int, int]
"""How many changes there are, and the last one's place: equal where nothing has changed."""


class Progress(NamedTuple):
    """How far the open cases were counted anew by one change: up to this key; `done` where all of them were."""

    place: int
    reached: str
    done: bool


class Line(NamedTuple):
    """One line of the journal: a date of a case before and after; `change` is the id of the event that moved it."""

    place: int
    committee: str
    kind: str
    namespace: str
    case_id: str
    rule: str
    tenant: str
    known_at: datetime
    before_at: datetime | None
    before_firm: bool
    after_at: datetime | None
    after_firm: bool
    change: str
    reason: str


_JOURNAL: Final = bulk.Statement(
    """INSERT INTO recounted (committee, key, rule, change, province, city, county, tenant,
        before_at, before_firm, after_at, after_firm)
    SELECT committee, key, rule, change, province, city, county, tenant, before_at, before_firm = 1, after_at,
        after_firm = 1 FROM {rows} ON CONFLICT DO NOTHING""",
    {
        "committee": "word",
        "key": "text",
        "rule": "word",
        "change": "int8",
        "province": "word",
        "city": "word",
        "county": "word",
        "tenant": "word",
        "before_at": "timestamptz",
        "before_firm": "int4",
        "after_at": "timestamptz",
        "after_firm": "int4",
    },
)


def edition(using: bulk.Cursor) -> Edition:
    """Which changes are kept, in short."""
    using.execute("SELECT count(*), coalesce(max(place), 0) FROM calendar_change")
    count, place = using.fetchone() or (0, 0)
    return int(count), int(place)


def changes(using: bulk.Cursor) -> list[Fact]:
    """Every fact that changed a calendar, in the order in which they were taken."""
    using.execute("SELECT document FROM calendar_change ORDER BY place")
    return [codec.decode(bytes(document)) for (document,) in using.fetchall()]


def keep(using: bulk.Cursor, fact: Fact) -> None:
    """Keep a fact that changes a calendar."""
    using.execute(
        """INSERT INTO calendar_change (committee, source, event_id, known_at, document)
        VALUES (%b, %b, %b, %b, %b) ON CONFLICT DO NOTHING""",
        (fact.committee, fact.source, fact.id, fact.known_at, codec.encode(fact)),
    )


def progress(using: bulk.Cursor, fact: Fact) -> Progress | None:
    """How far a change has come, None where it was not taken."""
    using.execute(
        "SELECT place, reached, done FROM calendar_change WHERE (committee, source, event_id) = (%b, %b, %b)",
        (fact.committee, fact.source, fact.id),
    )
    row = using.fetchone()
    return Progress(*row) if row else None


def following(using: bulk.Cursor, committee: str, kinds: Sequence[str], after: str, limit: int) -> list[CaseKey]:
    """The next open cases of these kinds, in the order of their keys."""
    using.execute(
        """SELECT key FROM case_file WHERE committee = %b AND key > %b AND kind = ANY(%b::text[]) AND waits <> 'closed'
        ORDER BY key LIMIT %b""",
        (committee, after, bulk.column("text", list(kinds)), limit),
    )
    return [case_key(committee, key) for (key,) in using.fetchall()]


def reach(using: bulk.Cursor, place: int, reached: str, *, done: bool) -> None:
    """Note how far a change has come."""
    using.execute("UPDATE calendar_change SET reached = %b, done = %b WHERE place = %b", (reached, done, place))


def note(using: bulk.Cursor, place: int, rows: Sequence[tuple[CaseKey, TenantColumns, Recounted]]) -> None:
    """Write lines of the journal."""
    bulk.run(
        using,
        _JOURNAL,
        [
            (key.committee, local_key(key), one.rule, place, *columns, *_pair(one.before), *_pair(one.after))
            for key, columns, one in rows
        ],
    )


def _pair(dated: Dated | None) -> tuple[datetime | None, int]:
    return (dated.at, int(dated.firm)) if dated else (None, 1)


def journal(work: Work, *, committee: str = "", case_id: str = "", before: int = LAST, limit: int) -> list[Line]:
    """Lines of the journal, the newest first, from before one of them on; of one committee or one case where named."""
    rows = work.connection.execute(
        sql.SQL(
            """SELECT r.place, r.committee, r.key, r.rule, r.tenant, c.known_at, r.before_at, r.before_firm,
                r.after_at, r.after_firm, c.document
            FROM recounted r JOIN calendar_change c ON c.place = r.change
            WHERE r.place < %s AND (%s = '' OR r.committee = %s) AND (%s = '' OR
                substr(r.key, length(split_part(r.key, '|', 1)) + length(split_part(r.key, '|', 2)) + 3) = %s)
            AND {} ORDER BY r.place DESC LIMIT %s"""
        ).format(visible(work, "r")),
        (before, committee, committee, case_id, case_id, limit),
        binary=True,
    ).fetchall()
    return [_line(row) for row in rows]


def _line(row: tuple[Any, ...]) -> Line:
    place, committee, key, rule, tenant, known_at, before, before_firm, after, after_firm, document = row
    case, change = case_key(committee, key), codec.decode(bytes(document))
    return Line(
        place,
        committee,
        case.kind,
        case.namespace,
        case.id,
        rule,
        tenant,
        known_at,
        before,
        before_firm,
        after,
        after_firm,
        change.id,
        why(bytes(change.data)),
    )
