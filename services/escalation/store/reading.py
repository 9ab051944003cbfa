"""Read what the API shows: decisions by page, one hazard's facts and records, who is active since when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import sql

from contracts.divisions import Divisions
from contracts.vocabulary import Level
from runtime.access.visible import visible
from runtime.database import Work

WAITING_FOR_PEOPLE: Final = ("proposed", "questioned")

_COLUMNS: Final = {Level.PROVINCE: "province", Level.CITY: "city", Level.COUNTY: "county", Level.TOWN: "tenant"}


class Mark(NamedTuple):
    """The last row of a page: its sort value and its key."""

    known_at: datetime
    committee: str
    decision_id: str


class Page(NamedTuple):
    """Records as JSON, the newest first, and the mark of the last one where more follow."""

    records: list[bytes]
    last: Mark | None


class HazardName(NamedTuple):
    """A hazard's full name: two upstream systems may use one id."""

    committee: str
    namespace: str
    hazard_id: str


class Told(NamedTuple):
    """One line of a timeline: a fact's document or a decision record, as JSON."""

    known_at: datetime
    kind: str
    document: bytes


def decisions(
    work: Work,
    divisions: Divisions,
    *,
    tenant: str = "",
    since: datetime | None = None,
    waiting: bool = False,
    words: Mapping[str, str] | None = None,
    after: Mark | None = None,
    limit: int,
) -> Page:
    """Where decisions stand, the newest record first.

    `tenant` means that division with all below it, `since` records known from then on, `waiting` what people have to
    decide; `words` gives columns (rule, status, measure, subject_kind, subject_id) their value.
    """
    conditions: list[sql.Composable] = [visible(work)]
    values: list[object] = []
    if tenant:
        column = _COLUMNS[divisions.level_of(tenant)] if divisions.known(tenant) else "tenant"
        conditions.append(sql.SQL("{} = %s").format(sql.Identifier(column)))
        values.append(tenant)
    if waiting:  # in these words the partial index is found
        conditions.append(sql.SQL("status IN ('proposed', 'questioned')"))
    if since is not None:
        conditions.append(sql.SQL("known_at >= %s"))
        values.append(since)
    for column, word in (words or {}).items():
        conditions.append(sql.SQL("{} = %s").format(sql.Identifier(column)))
        values.append(word)
    if after is not None:
        conditions.append(sql.SQL("(known_at, committee, decision_id) < (%s, %s, %s)"))
        values += after
    rows = _all(
        work,
        sql.SQL(
            """SELECT known_at, committee, decision_id, convert_to(record::text, 'UTF8') FROM decision WHERE {}
            ORDER BY known_at DESC, committee DESC, decision_id DESC LIMIT %s"""
        ).format(sql.SQL(" AND ").join(conditions)),
        (*values, limit + 1),
    )
    page = rows[:limit]
    return Page([row[3] for row in page], Mark(*page[-1][:3]) if len(rows) > limit else None)


def hazards_named(work: Work, hazard_id: str) -> list[HazardName]:
    """Every hazard with this id, whoever gave it."""
    rows = _all(
        work,
        sql.SQL(
            "SELECT committee, key FROM case_file WHERE kind = 'hazard' AND id = %s AND {} ORDER BY committee, key"
        ).format(visible(work)),
        (hazard_id,),
    )
    return [HazardName(committee, key.split("|", 2)[1], hazard_id) for committee, key in rows]


def timeline(work: Work, name: HazardName) -> list[Told]:
    """Everything told and decided about a hazard in the order in which it became known; a fact before what it brought."""
    facts = _all(
        work,
        sql.SQL(
            """SELECT DISTINCT ON (incarnation, number) known_at, document FROM fact
            WHERE committee = %s AND key = %s AND {} ORDER BY incarnation, number"""
        ).format(visible(work)),
        (name.committee, f"hazard|{name.namespace}|{name.hazard_id}"),
    )
    records = _all(
        work,
        sql.SQL(
            """SELECT r.known_at, convert_to(r.record::text, 'UTF8') FROM decision d
            JOIN decision_record r USING (committee, decision_id)
            WHERE d.subject_id = %s AND d.subject_kind = 'hazard' AND d.committee = %s AND d.namespace = %s AND {}
            ORDER BY r.place"""
        ).format(visible(work, "d")),
        (name.hazard_id, name.committee, name.namespace),
    )
    told = [Told(known_at, "fact", document) for known_at, document in facts]
    told += [Told(known_at, "decision", record) for known_at, record in records]
    return sorted(told, key=lambda line: (line.known_at, line.kind != "fact"))  # stable: each kind keeps its order


def history(work: Work, committees: Sequence[str], decision_id: str) -> list[bytes]:
    """Every record of one decision of these committees as JSON, in the order in which they came about."""
    rows = _all(
        work,
        sql.SQL(
            """SELECT convert_to(r.record::text, 'UTF8') FROM decision d JOIN decision_record r USING (committee, decision_id)
            WHERE committee = ANY(%s) AND decision_id = %s AND {} ORDER BY place"""
        ).format(visible(work, "d")),
        (list(committees), decision_id),
    )
    return [record for (record,) in rows]


def grounds(work: Work, committee: str, decision_id: str, ids: Sequence[str]) -> list[bytes]:
    """The documents of the facts with these ids, among those of the decision's case and of the cases that gave to it."""
    rows = _all(
        work,
        sql.SQL(
            """WITH own AS (SELECT committee, key FROM decision WHERE committee = %s AND decision_id = %s),
            place AS (SELECT * FROM own UNION
                SELECT c.committee, c.giver FROM own JOIN contribution c USING (committee, key))
            SELECT DISTINCT ON (f.source, f.event_id) f.document FROM place JOIN fact f USING (committee, key)
            WHERE f.event_id = ANY(%s) ORDER BY f.source, f.event_id, f.known_at"""
        ),
        (committee, decision_id, list(ids)),
    )
    return [document for (document,) in rows]


def active_since(work: Work) -> dict[str, datetime]:
    """When each committee's policy was first activated."""
    rows = _all(
        work,
        sql.SQL(
            """SELECT c.committee, min(f.happened_at) FROM case_file c JOIN fact f USING (committee, key)
            WHERE c.kind = 'committee' AND f.type = 'policy.activated.v1' GROUP BY c.committee"""
        ),
        (),
    )
    return dict(rows)


def _all(work: Work, statement: sql.SQL | sql.Composed, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    return work.connection.execute(statement, values, binary=True).fetchall()


def as_of(work: Work) -> datetime | None:
    """Up to when time is known to have passed in every slot in use."""
    row = work.connection.execute("SELECT min(ticked_at) FROM frontier").fetchone()
    moment: datetime | None = row[0] if row else None
    return moment
