"""Open intake's room for the commands that work in it: its database, its registry, what judges."""

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from runtime.database import Database, Work
    from services.intake.core.admission import Admission
    from services.intake.settings import IntakeSettings

WRONG_USAGE = 2


def settings() -> "IntakeSettings":
    """Return the settings of the environment; without a database there says what is missing and ends."""
    from bihuan.connection import settings_of
    from services.intake.settings import IntakeSettings

    return settings_of(IntakeSettings)


@contextmanager
def database() -> Iterator["Database"]:
    """Open intake's schema for one command."""
    from runtime.database import Database

    opened = Database(
        settings().database_url.get_secret_value(), schema="intake", application_name="bihuan", pool_size=2
    )
    try:
        yield opened
    finally:
        opened.close()


def admission(work: "Work") -> "Admission":
    """Return what judges events by the registry and the policies as they are now."""
    from contracts import divisions
    from policies import files
    from services.intake.core.admission import Admission
    from services.intake.core.committees import Committees
    from services.intake.store import sources

    table = divisions.load()
    committees = Committees(table, files.roots(settings().policies_dir))
    return Admission(divisions=table, committees=committees, registry=sources.load(work))


def who() -> str:
    """Return the name of the one at the keyboard, for what is audited: as the system knows it.

    Never as the environment says it (getpass reads LOGNAME): whoever types could choose a name.
    """
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return f"uid-{os.getuid()}"


def refuse(sentence: str) -> NoReturn:
    """Say what is wrong with the call and end with exit code 2."""
    print(sentence, file=sys.stderr)
    raise SystemExit(WRONG_USAGE)
