"""Find what nobody knows the end of: in heaps of one cause, and all that a rule fits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import sql

from runtime.access.visible import visible
from runtime.database import Work
from services.notify.core.notice import Notice
from services.notify.core.people import Ruling
from services.notify.store import rows

_BEGAN: Final = "(SELECT a.began_at FROM attempt a WHERE (a.notice_id, a.attempt) = (n.id, n.attempt))"
_HEAPS: Final = f"""SELECT channel, error, count(*), min(began), max(began) FROM (
        SELECT n.channel, n.error, coalesce({_BEGAN}, n.created_at) AS began FROM notice n
        WHERE n.state = 'ambiguous' AND {{visible}} AND (%(tenant)s::text IS NULL OR %(tenant)s IN (province, city, county, tenant))
    ) AS each GROUP BY channel, error ORDER BY count(*) DESC, channel, error LIMIT 50"""  # noqa: S608 (constants of this file)
_FITTING: Final = f"""SELECT {rows.QUALIFIED} FROM notice n
    WHERE n.state = 'ambiguous' AND {{visible}} AND n.channel = %(channel)s
      AND (%(answer)s::text IS NULL OR n.error = %(answer)s)
      AND (%(tenant)s::text IS NULL OR %(tenant)s IN (n.province, n.city, n.county, n.tenant))
      AND (%(since)s::timestamptz IS NULL OR coalesce({_BEGAN}, n.created_at) >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR coalesce({_BEGAN}, n.created_at) <= %(until)s)
    ORDER BY n.id LIMIT %(most)s"""  # noqa: S608 (as above)


@dataclass(frozen=True, slots=True)
class Heap:
    """How many notices of one channel have the same unknown end, and when their last attempts began."""

    channel: str
    answer: str
    count: int
    since: datetime
    until: datetime


def heaps(work: Work, tenant: str | None) -> list[Heap]:
    """Every heap of a tenant with all below it, the largest first."""
    statement = sql.SQL(_HEAPS).format(visible=visible(work, "n"))
    return [Heap(*row) for row in work.connection.execute(statement, {"tenant": tenant})]


def fitting(work: Work, ruling: Ruling, most: int, *, lock: bool = True) -> list[Notice]:
    """The ambiguous notices that a rule fits, at most so many; locked until the transaction ends."""
    statement = sql.SQL(_FITTING + (" FOR UPDATE OF n" if lock else "")).format(visible=visible(work, "n"))
    parameters: dict[str, Any] = {name: getattr(ruling, name) for name in Ruling.__slots__} | {"most": most}
    return [rows.notice_of(row) for row in work.connection.execute(statement, parameters)]
