"""Keep every robot and every phone below its provider's limit, counted in the database for all workers together.

A message counts from the moment it is taken up until a minute after its answer: it reached the provider somewhere in
between. So no minute of the provider's own clock sees more than the limit, however slow the way is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from runtime.database import Work

MINUTE: Final = timedelta(minutes=1)
BUSY: Final = timedelta(
    milliseconds=250
)  # another worker is at this place, or a message on its way to it: look again soon
KEPT: Final = timedelta(minutes=10)

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%b, 6))"
_PAUSED = "SELECT until FROM pause WHERE channel = %b AND place = %b AND until > %b"
_UNDER_WAY = """SELECT coalesce(ended_at, began_at + %b::interval) AS over, ended_at IS NULL FROM pace
    WHERE channel = %b AND place = %b AND coalesce(ended_at, began_at + %b::interval) > %b ORDER BY over"""


def place_of(channel: str, address: str) -> str:
    """A word for an address that gives nothing away of it."""
    return sha256(f"{channel}\x1f{address}".encode()).hexdigest()[:32]


def closed_until(
    work: Work, *, channel: str, place: str, a_minute: int, lease: timedelta, now: datetime
) -> datetime | None:
    """When the next message may go there; None for now. The place is this transaction's until it ends."""
    with work.connection.cursor(binary=True) as cursor:
        mine = cursor.execute(_LOCK, (f"{channel}\x1f{place}",)).fetchone()
        if mine is None or not mine[0]:
            return now + BUSY
        paused = cursor.execute(_PAUSED, (channel, place, now)).fetchone()
        if paused is not None:
            return paused[0]  # type: ignore[no-any-return]
        counted = cursor.execute(_UNDER_WAY, (lease, channel, place, lease, now - MINUTE)).fetchall()
    if len(counted) < a_minute:
        return None
    over, under_way = counted[len(counted) - a_minute]
    return now + BUSY if under_way else max(over + MINUTE, now + BUSY)


def begin(work: Work, *, channel: str, place: str, message: str, now: datetime) -> None:
    """Count a message that is about to leave."""
    work.connection.execute(
        """INSERT INTO pace (channel, place, message, began_at) VALUES (%s, %s, %s, %s)
        ON CONFLICT (channel, message) DO UPDATE SET began_at = excluded.began_at, ended_at = NULL""",
        (channel, place, message, now),
    )


def end(work: Work, *, channel: str, messages: Sequence[str], now: datetime) -> None:
    """Note that these messages were answered."""
    work.connection.execute(
        "UPDATE pace SET ended_at = %s WHERE channel = %s AND message = ANY(%s) AND ended_at IS NULL",
        (now, channel, list(messages)),
    )


def pause(work: Work, *, channel: str, place: str, until: datetime) -> None:
    """Leave a place alone for as long as its provider asked."""
    work.connection.execute(
        """INSERT INTO pause AS p (channel, place, until) VALUES (%s, %s, %s)
        ON CONFLICT (channel, place) DO UPDATE SET until = greatest(p.until, excluded.until)""",
        (channel, place, until),
    )


def forget(work: Work, now: datetime) -> None:
    """Throw away what counts no more."""
    work.connection.execute("DELETE FROM pace WHERE began_at < %s", (now - KEPT,))
    work.connection.execute("DELETE FROM pause WHERE until < %s", (now,))
