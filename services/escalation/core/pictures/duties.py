"""Show who owes what and whether it came, the office's own duties among them (S2-20, S2-21)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal

import msgspec

from services.escalation.core.cases.obligation import Obligation, file_of

State = Literal["in_time", "late", "missed", "owed", "without_term"]


class Duty(msgspec.Struct, frozen=True):
    """One thing owed by one unit for one period; `came_at` is when it was done first, `is_own` whether the office owes it.

    `written`: whether a signed file is asked for or needed; `file_sha256` is the hash of the one that came first.
    """

    obligation: str
    title: str
    unit: str
    unit_name: str
    tenant: str
    period: str
    opened_at: datetime
    due: datetime | None
    came_at: datetime | None
    written: str
    file_sha256: str
    state: State
    is_own: bool
    clauses: tuple[str, ...]


def duty(obligation: Obligation, office: Collection[str], now: datetime) -> Duty:
    """How one obligation stands at `now`; `office` are the ids of the committee's own office."""
    owed, first = obligation.owed, obligation.first
    return Duty(
        obligation=owed.obligation,
        title=owed.title,
        unit=owed.unit,
        unit_name=owed.unit_name or owed.unit,
        tenant=owed.tenant,
        period=owed.period,
        opened_at=owed.opened_at,
        due=owed.due,
        came_at=first.time if first else None,
        written=owed.written,
        file_sha256=file_of(obligation.files[0]) if obligation.files else "",
        state=_state(obligation, now),
        is_own=owed.unit in office,
        clauses=owed.clauses,
    )


def in_order(duties: Iterable[Duty]) -> list[Duty]:
    """What is missed first, then what falls due first; what has no term comes last."""
    rank = {"missed": 0, "owed": 1, "late": 2, "in_time": 3, "without_term": 4}
    return sorted(
        duties, key=lambda one: (rank[one.state], (one.due or one.opened_at).timestamp(), one.obligation, one.unit)
    )


def _state(obligation: Obligation, now: datetime) -> State:
    due, first = obligation.owed.due, obligation.first
    if first is not None:
        return "in_time" if due is None or first.time < due else "late"
    if due is None:
        return "without_term"
    return "missed" if due <= now else "owed"
