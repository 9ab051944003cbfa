"""Keep the views of the ledger that people gave a name; each person reads and changes their own alone."""

from datetime import datetime
from typing import Final, NamedTuple

from runtime.database import Work

MOST_VIEWS: Final = 20
"""As many as one person keeps; a list that is longer is no shortcut any more."""


class View(NamedTuple):
    """A name, and the query of the ledger's address that it stands for."""

    name: str
    query: str


def of_person(work: Work, person: str) -> list[View]:
    """Their views, by name."""
    rows = work.connection.execute(
        'SELECT name, query FROM saved_view WHERE person = %s ORDER BY name COLLATE "C"', (person,)
    )
    return [View(*row) for row in rows]


def keep(work: Work, person: str, view: View, at: datetime) -> bool:
    """Keep a view, or give a name another one; False where they have as many as anybody may."""
    written = work.connection.execute(
        """INSERT INTO saved_view (person, name, query, saved_at)
        SELECT %(person)s, %(name)s, %(query)s, %(at)s
        WHERE EXISTS (SELECT FROM saved_view WHERE person = %(person)s AND name = %(name)s)
            OR (SELECT count(*) FROM saved_view WHERE person = %(person)s) < %(most)s
        ON CONFLICT (person, name) DO UPDATE SET query = excluded.query, saved_at = excluded.saved_at""",
        {"person": person, "name": view.name, "query": view.query, "at": at, "most": MOST_VIEWS},
    )
    return written.rowcount == 1


def forget(work: Work, person: str, name: str) -> None:
    """Remove a view; none of that name is no error."""
    work.connection.execute("DELETE FROM saved_view WHERE person = %s AND name = %s", (person, name))
