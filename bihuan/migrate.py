"""Bring the database's schemas to their newest revision."""

import sys
from typing import Annotated

import typer

Url = Annotated[str, typer.Option(help="postgresql://user:password@host/bihuan; else as the environment says.")]
Create = Annotated[bool, typer.Option("--create", help="Create the database first when it does not exist.")]


def migrate(url: Url = "", create: Create = False) -> None:
    """Upgrade every service's schema; safe to run again."""
    from bihuan.connection import settings_of
    from deploy import migrate as migrations
    from runtime.settings import ProcessSettings

    url = url or settings_of(ProcessSettings).database_url.get_secret_value()
    sys.exit(migrations.main(["--url", url, *(["--create"] if create else [])]))
