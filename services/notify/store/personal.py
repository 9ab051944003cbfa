"""Keep who holds a seat and how they are reached, apart from everything else, and take it away when it is not needed.

What is personal about notices stands in the schema pii alone: the holder and the addresses of a seat, the holder and the
address of an attempt, and addresses that are gone. What a reader finds taken away reads as `ERASED`, without address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from runtime.database import Work
from services.notify.core.roster import Seat

ERASED: Final = "已删除"
SEATS: Final = f"""SELECT r.role, r.unit, r.seat, coalesce(h.holder, '{ERASED}'), coalesce(h.addresses, '{{}}'), r.since, r.until
    FROM roster r LEFT JOIN pii.seat_holder h ON h.seat_id = r.id"""  # noqa: S608 (a constant of this file)
_PUT: Final = """WITH put AS (
        INSERT INTO roster (role, unit, seat, since, until) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT ON CONSTRAINT roster_once DO UPDATE SET until = excluded.until RETURNING id)
    INSERT INTO pii.seat_holder (seat_id, holder, addresses) SELECT id, %s, %s FROM put
    ON CONFLICT (seat_id) DO UPDATE SET holder = excluded.holder, addresses = excluded.addresses"""
_ATTEMPTED: Final = """INSERT INTO pii.attempt_to (notice_id, attempt, holder, address)
    SELECT * FROM unnest(%b::text[], %b::int4[], %b::text[], %b::text[])"""
_HELD: Final = """SELECT r.role, r.unit, r.seat FROM roster r JOIN pii.seat_holder h ON h.seat_id = r.id
    WHERE h.holder = %s AND (r.until IS NULL OR r.until > %s) ORDER BY 1, 2, 3"""
_ERASE_SEATS: Final = """DELETE FROM pii.seat_holder h USING roster r
    WHERE r.id = h.seat_id AND r.until <= %(until)s AND (%(holder)s::text IS NULL OR h.holder = %(holder)s)"""
_ERASE_ATTEMPTS: Final = """DELETE FROM pii.attempt_to t USING attempt a
    WHERE (a.notice_id, a.attempt) = (t.notice_id, t.attempt) AND a.ended_at <= %(until)s
      AND (%(holder)s::text IS NULL OR t.holder = %(holder)s)"""
_ERASE_GONE: Final = "DELETE FROM pii.gone_address WHERE %(holder)s::text IS NULL AND since <= %(until)s"


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was taken away: seats, attempts, addresses that were gone."""

    seats: int
    attempts: int
    gone: int


class StillHeld(Exception):
    """Who is to be taken away holds an office now; the message names it."""


def put_seats(work: Work, seats: Iterable[Seat]) -> int:
    """Take over rows of a roster; a row of the same role, unit, seat and start is replaced. Returns how many changed."""
    known = {_place(seat): seat for seat in list_seats(work)}
    changed = [seat for seat in seats if known.get(_place(seat)) != seat]
    with work.connection.cursor() as cursor:
        cursor.executemany(
            _PUT, [(s.role, s.unit, s.seat, s.since, s.until, s.holder, Jsonb(dict(s.addresses))) for s in changed]
        )
    return len(changed)


def list_seats(work: Work) -> list[Seat]:
    """Every row of the roster, by unit, role and seat, the present before the past."""
    return [seat_of(row) for row in work.connection.execute(SEATS + " ORDER BY r.unit, r.role, r.seat, r.since DESC")]


def seat_of(row: tuple[Any, ...]) -> Seat:
    """A seat from its row, as `SEATS` reads it."""
    role, unit, seat, holder, addresses, since, until = row
    return Seat(role=role, unit=unit, seat=seat, holder=holder, addresses=addresses, since=since, until=until)


def note_attempts(work: Work, attempts: Sequence[tuple[str, int, Seat, str]]) -> None:
    """Remember whom attempts (notice id, number, seat, channel) are for."""
    with work.connection.cursor(binary=True) as cursor:
        cursor.execute(
            _ATTEMPTED,
            (
                [notice_id for notice_id, _, _, _ in attempts],
                [attempt for _, attempt, _, _ in attempts],
                [seat.holder for _, _, seat, _ in attempts],
                [seat.addresses[channel] for _, _, seat, channel in attempts],
            ),
        )


def note_gone(work: Work, *, channel: str, address: str, notice_id: str, now: datetime) -> None:
    """Remember that an address is gone; whoever corrects the roster writes another one."""
    work.connection.execute(
        """INSERT INTO pii.gone_address (channel, address, since, notice_id) VALUES (%s, %s, %s, %s)
        ON CONFLICT DO NOTHING""",
        (channel, address, now, notice_id),
    )


def gone(work: Work) -> set[tuple[str, str]]:
    """(channel, address) of everything that is gone."""
    return {(row[0], row[1]) for row in work.connection.execute("SELECT channel, address FROM pii.gone_address")}


def erase(work: Work, *, until: datetime, holder: str | None = None) -> Erased:
    """Take away who held seats that ended, and whom attempts were for that ended, by then; of one holder or of all.

    Seats, attempts and outcomes stay, without a person. Raises `StillHeld` where this holder sits somewhere then.
    """
    if holder is not None:
        held = [
            f"{row[0]}@{row[1]}" + (f"/{row[2]}" if row[2] else "")
            for row in work.connection.execute(_HELD, (holder, until))
        ]
        if held:
            raise StillHeld("、".join(held))
    told = {"until": until, "holder": holder}
    counts = [work.connection.execute(each, told).rowcount for each in (_ERASE_SEATS, _ERASE_ATTEMPTS, _ERASE_GONE)]
    return Erased(*counts)


def _place(seat: Seat) -> tuple[str, str, str, datetime]:
    return seat.role, seat.unit, seat.seat, seat.since
