"""Keep which providers are dead, for all workers and over their restarts, and find what waits for these."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from runtime.database import Work
from services.notify.core.notice import MAJOR, Notice
from services.notify.core.quiet import CAN_WAIT
from services.notify.core.ways import Outage
from services.notify.store import rows

# Since when stays: nothing has been heard of it in between.
_NOTE: Final = """INSERT INTO outage (channel, provider, since, failed_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (channel, provider) DO UPDATE SET failed_at = greatest(outage.failed_at, excluded.failed_at)"""
_WAITING: Final = f"""SELECT {rows.NAMES} FROM notice
    WHERE channel = ANY(%b::text[]) AND state IN ('created', 'retrying')
      AND (priority <= %b::int2 OR measure <> ALL(%b::text[]))
    ORDER BY (follows IS NOT NULL), priority, falls_due, id LIMIT %b FOR UPDATE SKIP LOCKED"""  # noqa: S608 (constants)
_BESIDE: Final = f"SELECT {rows.NAMES} FROM notice WHERE decision_id = ANY(%b::text[]) ORDER BY id"  # noqa: S608 (as above)


def note(work: Work, channel: str, provider: str, *, since: datetime, failed_at: datetime) -> None:
    """Remember that a provider answers nothing."""
    work.connection.execute(_NOTE, (channel, provider, since, failed_at))


def end(work: Work, channel: str, providers: Iterable[str]) -> None:
    """These providers have answered."""
    work.connection.execute("DELETE FROM outage WHERE channel = %s AND provider = ANY(%s)", (channel, list(providers)))


def of(work: Work) -> tuple[Outage, ...]:
    """Every provider of which nothing was heard since it failed."""
    found = work.connection.execute("SELECT channel, provider, since, failed_at FROM outage ORDER BY channel, provider")
    return tuple(Outage(channel=row[0], provider=row[1], since=row[2], failed_at=row[3]) for row in found)


def waiting(work: Work, channels: Sequence[str], most: int) -> list[Notice]:
    """What waits on these channels and must not, beginnings first, the grave first; locked, what others hold passed by."""
    can_wait = [measure.value for measure in sorted(CAN_WAIT)]
    with work.connection.cursor(binary=True) as cursor:
        found = cursor.execute(_WAITING, (list(channels), MAJOR, can_wait, most))
        return [rows.notice_of(row) for row in found]


def beside(work: Work, notices: Sequence[Notice]) -> dict[str, list[Notice]]:
    """Every notice of the decisions of these, by decision."""
    ids = sorted({notice.decision_id for notice in notices})
    found: dict[str, list[Notice]] = {each: [] for each in ids}
    with work.connection.cursor(binary=True) as cursor:
        for row in cursor.execute(_BESIDE, (ids,)):
            notice = rows.notice_of(row)
            found[notice.decision_id].append(notice)
    return found
