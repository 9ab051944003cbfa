"""Open reporting's room for the commands that work in it: its settings, its database, its clock."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from runtime.database import Database
    from services.reporting.settings import ReportingSettings

WRONG_USAGE = 2


def settings() -> "ReportingSettings":
    """Return the settings of the environment; without a database there says what is missing and ends."""
    from bihuan.connection import settings_of
    from services.reporting.settings import ReportingSettings

    return settings_of(ReportingSettings)


def database_url() -> str:
    """Return the database's address."""
    return settings().database_url.get_secret_value()


@contextmanager
def database() -> Iterator["Database"]:
    """Open reporting's schema for one command."""
    from runtime.database import Database

    opened = Database(database_url(), schema="reporting", application_name="bihuan", pool_size=2)
    try:
        yield opened
    finally:
        opened.close()


def refuse(sentence: str, status: int = WRONG_USAGE) -> NoReturn:
    """Say what is wrong with the call and end."""
    print(sentence, file=sys.stderr)
    raise SystemExit(status)
