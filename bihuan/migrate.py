"""Bring the database's schemas to their newest revision."""

import sys
from typing import Annotated

import typer


def migrate(
    url: Annotated[str, typer.Option(envvar="BIHUAN_DATABASE_URL", help="postgresql://user:password@host/bihuan")],
    create: Annotated[bool, typer.Option(help="Create the database first when it does not exist.")] = False,
) -> None:
    """Upgrade every service's schema; safe to run again."""
    from deploy import migrate as migrations

    sys.exit(migrations.main(["--url", url, *(["--create"] if create else [])]))
