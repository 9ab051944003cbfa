"""Keep tip-offs: what becomes of each. Who gave one, and what they wrote, is sealed elsewhere (`runtime.persons`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import sql

from contracts.divisions import TenantColumns
from runtime.access.visible import visible
from runtime.database import Work
from services.intake.core.tip_offs.tip_off import Reward, TipOff

_NAMES: Final = (
    "id",
    "tenant",
    "category",
    "person",
    "photographs",
    "reachable",
    "received_at",
    "finish_by",
    "event_id",
    "hazard_id",
    "is_true",
    "verified_at",
    "verified_event_id",
    "answer",
    "reward_yuan",
    "reward",
    "closed_at",
    "erased_at",
)
_COLUMNS: Final = sql.SQL(", ").join(map(sql.Identifier, _NAMES))
_CHANGING: Final = _NAMES[_NAMES.index("hazard_id") :]


class Act(NamedTuple):
    """What somebody did about a tip-off."""

    at: datetime
    by: str
    act: str
    note: str


def add(work: Work, tip_off: TipOff, place: TenantColumns, receipt: bytes) -> None:
    """Write a new one; `receipt` is the hash of its code."""
    work.connection.execute(
        """INSERT INTO tip_off (id, province, city, county, tenant, category, person, receipt, photographs, reachable,
            received_at, finish_by, event_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            tip_off.id,
            *place,
            tip_off.category,
            tip_off.person,
            receipt,
            tip_off.photographs,
            tip_off.reachable,
            tip_off.received_at,
            tip_off.finish_by,
            tip_off.event_id,
        ),
    )


def of_receipt(work: Work, receipt: bytes) -> TipOff | None:
    """The tip-off whose code has this hash."""
    row = work.connection.execute(
        sql.SQL("SELECT {} FROM tip_off WHERE receipt = %s").format(_COLUMNS), (receipt,)
    ).fetchone()
    return None if row is None else _tip_off(row)


def by_id(work: Work, identity: str, *, lock: bool = False) -> TipOff | None:
    """The tip-off of an id, as far as the one who asks may see it; `lock` keeps others from changing it meanwhile."""
    statement = sql.SQL("SELECT {} FROM tip_off WHERE id = %s AND {}{}").format(
        _COLUMNS, visible(work), sql.SQL(" FOR UPDATE" if lock else "")
    )
    row = work.connection.execute(statement, (identity,)).fetchone()
    return None if row is None else _tip_off(row)


def listed(work: Work, *, open_only: bool, most: int) -> list[TipOff]:
    """Those that the one who asks may see: open ones first, by the end of their term."""
    statement = sql.SQL(
        "SELECT {} FROM tip_off WHERE (closed_at IS NULL OR NOT %s) AND {}"
        " ORDER BY closed_at IS NOT NULL, finish_by, id LIMIT %s"
    ).format(_COLUMNS, visible(work))
    return [_tip_off(row) for row in work.connection.execute(statement, (open_only, most)).fetchall()]


def change(work: Work, tip_off: TipOff) -> None:
    """Write what may change of one."""
    pairs = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in _CHANGING)
    work.connection.execute(
        sql.SQL("UPDATE tip_off SET {} WHERE id = %s").format(pairs),
        [*(getattr(tip_off, name) for name in _CHANGING), tip_off.id],
    )


def note(work: Work, identity: str, act: Act) -> None:
    """Put on record what somebody did."""
    work.connection.execute(
        'INSERT INTO tip_off_act (tip_off_id, at, "by", act, note) VALUES (%s, %s, %s, %s, %s)', (identity, *act)
    )


def acts(work: Work, identity: str) -> list[Act]:
    """What was done about one, in order."""
    rows = work.connection.execute(
        'SELECT at, "by", act, note FROM tip_off_act WHERE tip_off_id = %s ORDER BY id', (identity,)
    ).fetchall()
    return [Act(*row) for row in rows]


def forgettable(work: Work, before: datetime, *, most: int) -> list[TipOff]:
    """Those whose handling ended before a moment and whose informer is still remembered."""
    statement = sql.SQL(
        "SELECT {} FROM tip_off WHERE closed_at < %s AND erased_at IS NULL ORDER BY closed_at LIMIT %s"
    ).format(_COLUMNS)
    return [_tip_off(row) for row in work.connection.execute(statement, (before, most)).fetchall()]


def _tip_off(row: Sequence[Any]) -> TipOff:
    told = dict(zip(_NAMES, row, strict=True))
    return TipOff(**{**told, "reward": Reward(told["reward"])})
