"""Say who holds a role at a moment: roles are addressed, people and their addresses come and go."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

import msgspec

from services.notify.core.suppression import SHANGHAI

_FORBIDDEN: Final = frozenset("@/\x1f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One role of one unit, held by somebody from `since` until `until` (open where None).

    `unit` is a division code or the name of a unit without one; `seat` tells several holders of one role apart, each
    of whom is told. `addresses` are by channel.
    """

    role: str
    unit: str
    seat: str = ""
    holder: str
    addresses: Mapping[str, str]
    since: datetime
    until: datetime | None = None

    @property
    def handle(self) -> str:
        """What a notice is addressed to: it stays when the holder changes."""
        return f"{self.role}@{self.unit}" + (f"/{self.seat}" if self.seat else "")

    def held_at(self, now: datetime) -> bool:
        """Whether this holder sits there now."""
        return self.since <= now and (self.until is None or now < self.until)


class InvalidRoster(Exception):
    """A roster cannot be used; the message names the entry and what is wrong with it."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One seat as written in a file; `since` and `until` are dates (from 00:00 in Shanghai) or instants with offset."""

    role: str
    unit: str
    holder: str
    addresses: dict[str, str]
    since: Any
    until: Any = None
    seat: str = ""


class RosterFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file: the version of its form and the seats."""

    version: int
    seats: tuple[Entry, ...]


class Roster:
    """Every seat, past and present; where two holders overlap, the one who came later counts."""

    def __init__(self, seats: Iterable[Seat] = ()) -> None:
        self.seats = tuple(seats)
        self._by_office: dict[tuple[str, str], dict[str, list[Seat]]] = defaultdict(lambda: defaultdict(list))
        for seat in sorted(self.seats, key=lambda seat: seat.since):
            self._by_office[seat.role, seat.unit][seat.seat].append(seat)

    def holders(self, role: str, unit: str, now: datetime) -> tuple[Seat, ...]:
        """The present holders of a role, one per seat, in order of the seat's name."""
        seats = self._by_office.get((role, unit), {})
        present = ((name, [held for held in seats[name] if held.held_at(now)]) for name in sorted(seats))
        return tuple(held[-1] for _, held in present if held)

    def holder(self, handle: str, now: datetime) -> Seat | None:
        """Who sits behind a handle now."""
        role, _, rest = handle.partition("@")
        unit, _, seat = rest.partition("/")
        return next((held for held in self.holders(role, unit, now) if held.seat == seat), None)


def roster_from(document: Any) -> tuple[Seat, ...]:
    """Read a parsed roster file; raises `InvalidRoster`."""
    try:
        file = msgspec.convert(document, RosterFile)
    except msgspec.ValidationError as error:
        raise InvalidRoster(str(error)) from error
    if file.version != 1:
        raise InvalidRoster(f"version {file.version} is not known: this release reads version 1")
    return tuple(_seat(entry, number) for number, entry in enumerate(file.seats, start=1))


def fault_of(seat: Seat) -> str | None:
    """What is wrong with a row of a roster, as a Chinese sentence; None where it can be used."""
    for title, text in (("角色", seat.role), ("单位", seat.unit), ("席位", seat.seat)):
        if _FORBIDDEN & set(text):
            return f"{title}“{text}”中不能有 @ 或 /"
    if not (seat.role and seat.unit and seat.holder):
        return "角色、单位、姓名（或代号）都要填写"
    if not seat.addresses:
        return f"{seat.handle} 没有任何渠道地址"
    if seat.until is not None and seat.until <= seat.since:
        return f"{seat.handle} 的结束时间不晚于开始时间"
    return None


def _seat(entry: Entry, number: int) -> Seat:
    since = _instant(entry.since, f"seats[{number}].since")
    seat = Seat(
        role=entry.role,
        unit=entry.unit,
        seat=entry.seat,
        holder=entry.holder,
        addresses=entry.addresses,
        since=since,
        until=None if entry.until is None else _instant(entry.until, f"seats[{number}].until"),
    )
    fault = fault_of(seat)
    if fault is not None:
        raise InvalidRoster(f"seats[{number}]: {fault}")
    return seat


def _instant(value: Any, where: str) -> datetime:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == len("2023-01-01") else datetime.fromisoformat(value)
        except ValueError as error:
            raise InvalidRoster(f"{where}: {error}") from error
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidRoster(f"{where}: an instant needs its offset, such as +08:00")
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=SHANGHAI)
    raise InvalidRoster(f"{where}: write a date or an instant with offset")
