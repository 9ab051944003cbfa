"""Say before the services start what this release would decide otherwise than what is stored."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.reviewing import Form, each, reading, told, watched

if TYPE_CHECKING:
    from pathlib import Path

    from services.escalation.store.bulk import Cursor

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

    changed, seen, settings = 0, 0, settings_of(ProcessSettings)
    try:
        with reading(settings) as (using, engine):
            for stretch in watched(each(using, engine, review.again), review.open_cases(using)):
                seen += stretch.seen
                changed += len(stretch.changes)
                for line in told(stretch.changes, form):
                    print(line)
            for line in not_in_force(using, settings.policies_dir):
                print(line, file=sys.stderr)
    except Unavailable as error:
        print(f"the database cannot be asked: {error}", file=sys.stderr)
        raise typer.Exit(FAILED) from None
    print(f"{seen} open cases folded again, {changed} of them would change", file=sys.stderr)
    if changed:
        raise typer.Exit(FAILED)


def not_in_force(using: "Cursor", folder: "Path | None") -> Iterator[str]:
    """The packs of the release that do not bind: another version of them is in force until this one is activated."""
    from services.escalation.packs import read_packs
    from services.escalation.store import lawbook

    kept = {(row.pack, row.version): row for row in lawbook.kept(using)}
    for found in read_packs(folder):
        versions = [row.version for row in kept.values() if row.pack == found.pack.id]
        same = kept.get(found.version)
        if versions and same is None:
            yield (
                f"{found.pack.id}: the release brings version {found.pack.version}, in force stays {versions[-1]} "
                f"until bihuan policy activate {found.pack.id}"
            )
        elif same is not None and same.digest != found.digest:
            yield f"{found.pack.id}: version {found.pack.version} is kept with another text, which stays in force"
