"""Read recorded facts of a committee as they became known, a few at a time, beside whoever writes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from contracts.facts import Fact
from runtime import codec
from runtime.database import Work, take_time

AT_ONCE: Final = 2_000  # facts fetched at a time: a few megabytes


def begin_reading(work: Work) -> None:
    """Let this transaction see one moment, write nothing, and take the time that it needs."""
    for statement in (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        "SET LOCAL idle_in_transaction_session_timeout = '10min'",
    ):
        work.connection.execute(statement)
    take_time(work)


def count(work: Work, committee: str, until: datetime) -> int:
    """How many facts of a committee had become known by an instant."""
    row = work.connection.execute(
        """SELECT count(*) FROM (SELECT DISTINCT incarnation, number FROM fact WHERE committee = %s AND known_at <= %s) f""",
        (committee, until),
    ).fetchone()
    return int(row[0]) if row else 0


def facts(work: Work, committee: str, until: datetime) -> Iterator[Fact]:
    """These facts in the order of the log, each once."""
    with work.connection.cursor(name="recorded", binary=True) as rows:
        rows.itersize = AT_ONCE
        rows.execute(
            """SELECT DISTINCT ON (incarnation, number) document FROM fact WHERE committee = %s AND known_at <= %s
            ORDER BY incarnation, number""",
            (committee, until),
        )
        for (document,) in rows:
            yield codec.decode(bytes(document))


def known_to(work: Work) -> datetime | None:
    """Up to when time is known to have passed wherever there are facts, None before any tick."""
    row = work.connection.execute("SELECT max(ticked_at) FROM frontier").fetchone()
    return row[0] if row else None
