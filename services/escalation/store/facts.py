"""Keep every fact as it came, by the month in which it became known, and find it again by its case or its id."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from services.escalation.store import bulk
from services.escalation.store.cases import Place

_LOCK: Final = 7_241_102  # advisory: two workers that need the same month make it one after the other


class FactRow(NamedTuple):
    """One fact of one case (local key, '' for none), in the order of the columns.

    Incarnation and number are its place in the slot's log.
    """

    committee: str
    source: str
    event_id: str
    key: str
    slot: int
    incarnation: int
    number: int
    type: str
    happened_at: datetime
    known_at: datetime
    province: str
    city: str
    county: str
    tenant: str
    document: bytes


_FACT: Final = {
    "committee": "word",
    "source": "word",
    "event_id": "text",
    "key": "text",
    "slot": "int4",
    "incarnation": "int4",
    "number": "int8",
    "type": "word",
    "happened_at": "timestamptz",
    "known_at": "timestamptz",
    "province": "word",
    "city": "word",
    "county": "word",
    "tenant": "word",
    "document": "bytea",
}
_NAMED: Final = {"source": "word", "event_id": "text", "committee": "word"}
_PLACE: Final = {"committee": "word", "key": "text"}

_KEEP: Final = bulk.Statement(
    f"INSERT INTO fact ({', '.join(_FACT)}) SELECT * FROM {{rows}} ON CONFLICT DO NOTHING",  # noqa: S608 (our own column list)
    _FACT,
)
_WHOSE: Final = bulk.Statement(
    """SELECT DISTINCT f.source, f.event_id, f.committee, f.key FROM {rows} JOIN fact f USING (committee, source, event_id)
    WHERE f.key <> ''""",
    _NAMED,
)
_GIVEN: Final = bulk.Statement("INSERT INTO contribution SELECT * FROM {rows} ON CONFLICT DO NOTHING", {
    **_PLACE, "giver": "text",
})  # fmt: skip
_OF_CASES: Final = bulk.Statement(
    """SELECT DISTINCT ON (f.slot, f.incarnation, f.number, f.committee, f.source, f.event_id) f.document
    FROM {rows} JOIN fact f USING (committee, key)
    ORDER BY f.slot, f.incarnation, f.number, f.committee, f.source, f.event_id""",
    _PLACE,
)


def keep(using: bulk.Cursor, rows: Sequence[FactRow]) -> None:
    """Keep facts; one that is kept already stays as it is. Their months must be there (`ensure_months`)."""
    bulk.run(using, _KEEP, rows)


def whose(using: bulk.Cursor, named: Collection[tuple[str, str, str]]) -> dict[tuple[str, str], list[Place]]:
    """Which cases keep each of these facts (source, id, committee), by source and id."""
    found: dict[tuple[str, str], list[Place]] = {}
    if named:
        bulk.run(using, _WHOSE, list(named))
        for source, event_id, committee, key in using.fetchall():
            found.setdefault((source, event_id), []).append((committee, key))
    return found


def note_givers(using: bulk.Cursor, given: Iterable[tuple[Place, str]]) -> None:
    """Note that a case was given something by another (its local key): folding it again needs that one's facts."""
    bulk.run(using, _GIVEN, [(*place, giver) for place, giver in given])


def givers(using: bulk.Cursor, place: Place) -> list[Place]:
    """The cases that ever gave something to this one."""
    using.execute("SELECT committee, giver FROM contribution WHERE committee = %b AND key = %b", place)
    return [(committee, giver) for committee, giver in using.fetchall()]


def of_cases(using: bulk.Cursor, places: Collection[Place]) -> list[bytes]:
    """The documents of all facts of these cases, in the order of the log."""
    bulk.run(using, _OF_CASES, list(places))
    return [document for (document,) in using.fetchall()] if places else []


def month_of(moment: datetime) -> tuple[int, int]:
    """Year and month (UTC) by which a fact is kept."""
    utc = moment.astimezone(UTC)
    return utc.year, utc.month


def months(using: bulk.Cursor) -> set[tuple[int, int]]:
    """The months for which there is room."""
    using.execute("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                  " WHERE i.inhparent = 'fact'::regclass")  # fmt: skip
    return {(int(name[-7:-3]), int(name[-2:])) for (name,) in using.fetchall()}


def ensure_months(using: bulk.Cursor, wanted: Collection[tuple[int, int]]) -> None:
    """Make room for the facts of these months.

    A table is made beside and attached: readers and writers of the others go on meanwhile.
    """
    using.execute("SELECT pg_advisory_xact_lock(%b)", (_LOCK,))
    for year, month in sorted(set(wanted) - months(using)):
        using.execute("SELECT make_month(%b)", (date(year, month, 1),))
