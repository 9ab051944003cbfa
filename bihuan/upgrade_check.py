"""Say before the services start what this release would decide otherwise than what is stored."""

import sys
from typing import Annotated

import typer

from bihuan.reviewing import Form, each, reading, told, watched

FAILED = 1


def upgrade_check(
    form: Annotated[Form, typer.Option("--format", help="Sentences, or the records that would be made.")] = "words",
) -> None:
    """Fold all open cases with this code and the law in force; list every decision or deadline that would change.

    Reads only. Run it after installing a release and before the services start: exit code 1 where anything would change.
    """
    from bihuan.connection import settings_of
    from runtime.errors import Unavailable
    from runtime.settings import ProcessSettings
    from services.escalation.store import review

    changed = seen = 0
    try:
        with reading(settings_of(ProcessSettings)) as (using, engine):
            for stretch in watched(each(using, engine, review.again), review.open_cases(using)):
                seen += stretch.seen
                changed += len(stretch.changes)
                for line in told(stretch.changes, form):
                    print(line)
    except Unavailable as error:
        print(f"the database cannot be asked: {error}", file=sys.stderr)
        raise typer.Exit(FAILED) from None
    print(f"{seen} open cases folded again, {changed} of them would change", file=sys.stderr)
    if changed:
        raise typer.Exit(FAILED)
