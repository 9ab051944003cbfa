"""Before the services start: wait for the servers, bring schemas, logins and topics to their newest, and end.

`python -m deploy.container.prepare`. What is not there yet is waited for, with a line every ten seconds; what waiting
cannot mend (a wrong password, slots of another number) ends it with status 2 and one sentence. An installation without
people gets its first administrator.
"""

import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
from pydantic import Field, SecretStr

from deploy import migrate, topics
from deploy.container import first_person, logins
from deploy.container.logins import WrongSecret
from deploy.migrate import ServerTooOld
from deploy.topics import TopicsDiffer
from runtime import starting
from runtime.broker import Admin
from runtime.errors import Unavailable
from runtime.settings import ProcessSettings

PAUSE = 2.0  # seconds between two tries
REMIND_EVERY = 5  # tries
WRONG = 2

_WRONG_STATES = ("28", "3D", "42")  # authorisation, no such database, no right


class PrepareSettings(ProcessSettings):
    """What preparing is told beside what every process is told."""

    logins_dir: Path | None = Field(
        default=None, description="folder with database_SERVICE_PROCESS, one for each login"
    )
    admin_password: SecretStr = Field(
        default=SecretStr(""), description="of the first administrator; empty: nobody is made"
    )


class CannotBeMended(Exception):
    """Waiting does not help; the message says what does."""


def main() -> int:
    """Do it all; returns the exit status."""
    settings = starting.told(PrepareSettings)
    try:
        _until_there("the database", lambda: _database(settings))
        _until_there("the brokers", lambda: _topics(settings))
    except (CannotBeMended, ServerTooOld, TopicsDiffer, WrongSecret) as error:
        _say(str(error))
        return WRONG
    _say("schemas and topics are at their newest")
    return 0


def _until_there(what: str, act: Callable[[], None]) -> None:
    tries = 0
    while True:
        try:
            act()
        except (psycopg.OperationalError, Unavailable) as error:
            if tries % REMIND_EVERY == 0:
                _say(f"waiting for {what}: {_first_line(error)}")
            tries += 1
            time.sleep(PAUSE)
        else:
            return


def _database(settings: PrepareSettings) -> None:
    url = settings.database_url.get_secret_value()
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        refused = "authentication failed" in str(error) or (error.sqlstate or "").startswith(_WRONG_STATES)
        if refused:
            raise CannotBeMended(
                f"the database refuses us: {_first_line(error)}. Mend BIHUAN_DATABASE_URL or its secret file"
            ) from error
        raise
    migrate.upgrade(url, say=_say)
    if settings.logins_dir:
        _say(f"logins with a password: {len(logins.give(url, settings.logins_dir))}")
    password = settings.admin_password.get_secret_value()
    if password and (made := first_person.make(url, password)):
        _say(f"the first administrator is {made}, with the password of the secret; the first sign-in changes it")


def _topics(settings: ProcessSettings) -> None:
    with closing(Admin(settings, client_id="bihuan-prepare")) as cluster:
        topics.create(cluster, say=_say)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
