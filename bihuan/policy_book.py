"""Show the law that the database keeps: every version of a pack that ever bound anybody, and its text."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from runtime.database import Work
    from runtime.settings import ProcessSettings
    from services.escalation.store.bulk import Cursor

FAILED = 1
DIGITS = 12


def listed() -> None:
    """List every version that is kept, in the order in which it became known, and since when it is in force."""
    from bihuan.connection import settings_of
    from runtime.settings import ProcessSettings
    from services.escalation.store import lawbook

    with opened(settings_of(ProcessSettings)) as using:
        for row in lawbook.kept(using):
            since = row.activated_at.isoformat() if row.activated_at else "not put into force"
            print(f"{row.committee}  {row.pack:<20} version {row.version:<8} {row.digest[:DIGITS]}  {since}")


def show(
    pack: Annotated[str, typer.Argument(help="The pack's id.")],
    version: Annotated[str, typer.Argument(help="Its version; the newest one where none is given.")] = "",
) -> None:
    """Print the text of a version as it was put into force, whatever the file on disk says now."""
    from bihuan.connection import settings_of
    from runtime.settings import ProcessSettings
    from services.escalation.store import lawbook

    with opened(settings_of(ProcessSettings)) as using:
        versions = [row.version for row in lawbook.kept(using) if row.pack == pack]
        found = lawbook.text_of(using, pack, version or versions[-1]) if versions else None
    if found is None:
        print(f"{pack}: no such version is kept; kept: {', '.join(versions) or 'none'}", file=sys.stderr)
        raise typer.Exit(FAILED)
    sys.stdout.write(found.decode())


@contextmanager
def opened(settings: "ProcessSettings") -> Iterator["Cursor"]:
    """A cursor on what escalation keeps, for reading."""
    from services.escalation.store import bulk

    with opened_work(settings) as work:
        yield bulk.cursor(work)


@contextmanager
def opened_work(settings: "ProcessSettings") -> Iterator["Work"]:
    """A transaction on what escalation keeps, for reading."""
    from runtime.database import Database

    database = Database(
        settings.database_url.get_secret_value(), schema="escalation", application_name="bihuan policy", pool_size=1
    )
    with closing(database), database.begin() as work:
        yield work
