"""Load and save case files, with the one armed clock of each, and the frontier of each slot."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from services.escalation.core.slot import Due
from services.escalation.store import bulk

Place = tuple[str, str]
"""A case as its row names it: committee and local key."""


class Stored(NamedTuple):
    """A case as it was stored last."""

    state_version: int
    state: bytes
    next_at: datetime | None
    waits: str
    tenant: str


class CaseRow(NamedTuple):
    """A case as it is to be stored, in the order of the columns; the slot is its committee's."""

    committee: str
    key: str
    state_version: int
    state: bytes
    next_at: datetime | None
    waits: str
    slot: int
    kind: str
    id: str
    province: str
    city: str
    county: str
    tenant: str

    @property
    def place(self) -> Place:
        """Which case it is."""
        return self.committee, self.key


_PLACE: Final = {"committee": "word", "key": "text"}
_STATE: Final = {**_PLACE, "state_version": "int4", "state": "bytea", "next_at": "timestamptz", "waits": "word"}
_WHOLE: Final = {
    **_STATE,
    "slot": "int4",
    "kind": "word",
    "id": "text",
    "province": "word",
    "city": "word",
    "county": "word",
    "tenant": "word",
}
_CLOCK: Final = {"slot": "int4", "fire_at": "timestamptz", "committee": "word", "key": "text"}
_SLOT: Final = {"slot": "int4", "ticked_at": "timestamptz"}

_LOAD: Final = bulk.Statement(
    """SELECT c.committee, c.key, c.state_version, c.state, c.next_at, c.waits, c.tenant
    FROM {rows} JOIN case_file c USING (committee, key)""",
    _PLACE,
)
_DUE: Final = bulk.Statement(
    """SELECT u.slot, d.fire_at, d.committee, d.key, c.state_version, c.state, c.next_at, c.waits, c.tenant
    FROM {rows} CROSS JOIN LATERAL (
        SELECT fire_at, committee, key FROM deadline
        WHERE slot = u.slot AND fire_at <= u.ticked_at ORDER BY fire_at, committee, key LIMIT %b) d
    LEFT JOIN case_file c ON c.committee = d.committee AND c.key = d.key""",
    _SLOT,
)
_UPDATE: Final = bulk.Statement(
    """UPDATE case_file c SET state_version = u.state_version, state = u.state, next_at = u.next_at, waits = u.waits,
        updated_at = now()
    FROM {rows} WHERE c.committee = u.committee AND c.key = u.key""",
    _STATE,
)
_INSERT: Final = bulk.Statement(
    f"""INSERT INTO case_file ({", ".join(_WHOLE)}) SELECT * FROM {{rows}}
    ON CONFLICT (committee, key) DO UPDATE SET state_version = excluded.state_version, state = excluded.state,
        next_at = excluded.next_at, waits = excluded.waits, province = excluded.province, city = excluded.city,
        county = excluded.county, tenant = excluded.tenant, updated_at = now()""",  # noqa: S608 (only our own column list is put in)
    _WHOLE,
)
_DISARM: Final = bulk.Statement(
    """DELETE FROM deadline d USING {rows}
    WHERE d.slot = u.slot AND d.fire_at = u.fire_at AND d.committee = u.committee AND d.key = u.key""",
    _CLOCK,
)
_ARM: Final = bulk.Statement("INSERT INTO deadline SELECT * FROM {rows} ON CONFLICT DO NOTHING", _CLOCK)
_MOVE: Final = bulk.Statement(
    """INSERT INTO frontier AS f SELECT * FROM {rows}
    ON CONFLICT (slot) DO UPDATE SET ticked_at = greatest(f.ticked_at, excluded.ticked_at)""",
    _SLOT,
)


def load(using: bulk.Cursor, places: Collection[Place]) -> dict[Place, Stored]:
    """The cases that are stored under these keys."""
    if not places:
        return {}
    bulk.run(using, _LOAD, list(places))
    return {(committee, key): Stored(*rest) for committee, key, *rest in using.fetchall()}


def load_due(
    using: bulk.Cursor, until: Mapping[int, datetime], limit: int
) -> tuple[dict[int, list[Due]], dict[Place, Stored]]:
    """Each slot's first `limit` clocks up to an instant, in the order in which they fire, and their cases."""
    due: dict[int, list[Due]] = {slot: [] for slot in until}
    stored: dict[Place, Stored] = {}
    if until:
        bulk.run(using, _DUE, list(until.items()), limit)
        for slot, fire_at, committee, key, *rest in using.fetchall():
            due[slot].append(Due(fire_at, committee, key))
            if rest[0] is not None:
                stored[committee, key] = Stored(*rest)
    for clocks in due.values():
        clocks.sort()
    return due, stored


def waiting(using: bulk.Cursor, committees: Collection[str]) -> set[str]:
    """Which of these committees have corrections that wait for their event."""
    using.execute(
        "SELECT DISTINCT committee FROM case_file WHERE kind = 'correction' AND committee = ANY(%b::text[])",
        (bulk.column("text", list(committees)),),
    )
    return {committee for (committee,) in using.fetchall()}


def frontiers(using: bulk.Cursor, slots: Iterable[int]) -> dict[int, datetime]:
    """Up to when time is known to have passed, by slot; a slot without a tick is left out."""
    using.execute(
        "SELECT slot, ticked_at FROM frontier WHERE slot = ANY(%b::int4[])", (bulk.column("int4", list(slots)),)
    )
    return dict(using.fetchall())


def move_frontiers(using: bulk.Cursor, ticked: Mapping[int, datetime]) -> None:
    """Move the frontier of each slot to its last tick; never back."""
    bulk.run(using, _MOVE, list(ticked.items()))


def save(using: bulk.Cursor, rows: Sequence[tuple[CaseRow, Stored | None]]) -> None:
    """Save each case as it is now, given as it was stored before (None: not at all), and arm its clock."""
    known = len(_STATE)  # the other columns stay as they are while its tenant does
    bulk.run(using, _UPDATE, [row[:known] for row, before in rows if before and before.tenant == row.tenant])
    bulk.run(using, _INSERT, [row for row, before in rows if not before or before.tenant != row.tenant])
    moved = [(row, before) for row, before in rows if row.next_at != (before.next_at if before else None)]
    disarm(using, [(row.slot, Due(before.next_at, *row.place)) for row, before in moved if before and before.next_at])
    bulk.run(using, _ARM, [(row.slot, row.next_at, *row.place) for row, _ in moved if row.next_at])


def disarm(using: bulk.Cursor, clocks: Iterable[tuple[int, Due]]) -> None:
    """Take away clocks that fired, moved or belong to nobody."""
    bulk.run(using, _DISARM, [(slot, *due) for slot, due in clocks])
