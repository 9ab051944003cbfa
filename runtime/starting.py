"""Say at the start what a process cannot work with, all of it at once and in one line; wait for what comes by itself.

What a restart cannot mend (a setting, a secret, a password) ends the process with status 2. A database that is not there
yet, a schema that this release's has not reached, and a full volume are waited for, with a line every ten seconds. What is
odd and stops nobody (a clock that is wrong, a schema of a newer release) is said once.
"""

import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import psycopg
from psycopg import conninfo, errors, sql
from pydantic import ValidationError

from contracts.moments import CLOCKS_MAY_DIFFER
from runtime import log, reaching
from runtime.clock import SystemClock
from runtime.settings import PREFIX, ProcessSettings

Told = TypeVar("Told", bound=ProcessSettings)

WRONG: Final = 2
PAUSE: Final = 2.0  # seconds between two tries
REMIND_EVERY: Final = 5  # tries
CONNECT_SECONDS: Final = 5
ROOM: Final = 1 << 16  # bytes that a process has to be able to write
MIGRATIONS: Final = Path(__file__).parents[1] / "deploy" / "migrations"
"""Where the revisions that ship with this code lie: their names say which schema it is written for."""

_REFUSED: Final = ("authentication failed", "no password supplied", "does not exist", "not permitted to log in")
_logger = log.get(__name__)


def told(kind: type[Told]) -> Told:
    """Read the settings; where any cannot be used, say all of them in one line and end with status 2."""
    read, faults = judged(kind)
    if read is None:
        raise _ending(f"cannot start, settings to mend: {'; '.join(faults)}")
    return read


def judged(kind: type[Told]) -> tuple[Told | None, list[str]]:
    """The settings and nothing against them; or None, and each variable or file that cannot be used, as a sentence."""
    faults = dict(_unreadable(kind))
    for field in faults:
        os.environ.pop(f"{field}_FILE")  # so that the rest can be judged; whoever asks ends in any case
    try:
        read = kind()
    except ValidationError as error:
        for one in error.errors():  # never the value itself: it may be a secret
            name = f"{PREFIX}{str(one['loc'][0]).upper()}" if one["loc"] else kind.__name__
            faults.setdefault(name, f"{name}: {_plain(one['type'], one['msg'])}")
        return None, list(faults.values())
    return (None, list(faults.values())) if faults else (read, [])


def wait_for_database(settings: ProcessSettings, *, schema: str) -> None:
    """Until the database answers and its schema is one that this code is written for; ends where it refuses us."""
    url, wanted = settings.database_url.get_secret_value(), newest_revision(schema)
    _until(lambda: _obstacle(url, schema, wanted))
    now = None if settings.clock_file else SystemClock().now()  # a clock that is moved on purpose may differ
    with suppress(psycopg.Error):  # it was there a moment ago; whoever uses it next will say that it is gone
        for remark in _remarks(url, schema, wanted, now):
            _logger.warning("starting all the same", remark=remark)


def wait_for_room(folder: Path) -> None:
    """Until something can be written to the folder, which is made where it is missing; ends where we may not."""
    _until(lambda: _no_room(folder))


def newest_revision(schema: str) -> str:
    """The newest revision of a schema that ships with this code; empty where it has no history."""
    names = (path.name.partition("_")[0] for path in (MIGRATIONS / schema / "versions").glob("[0-9]*.py"))
    return max(names, default="")


def _unreadable(kind: type[ProcessSettings]) -> Iterator[tuple[str, str]]:
    """(variable, sentence) of each secret file that cannot be read."""
    for field in kind.model_fields:
        name = f"{PREFIX}{field.upper()}"
        if path := os.environ.get(f"{name}_FILE"):
            try:
                Path(path).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                why = getattr(error, "strerror", None) or "it is not text"
                yield name, f"{name}_FILE: {path} cannot be read ({why})"


def _plain(kind: str, message: str) -> str:
    return "not set (or name its file with _FILE)" if kind == "missing" else message.partition("\n")[0]


def _until(look: Callable[[], str]) -> None:
    tries = 0
    while obstacle := look():
        if tries % REMIND_EVERY == 0:
            _logger.warning("waiting", obstacle=obstacle)
        tries += 1
        time.sleep(PAUSE)


def _obstacle(url: str, schema: str, wanted: str) -> str:
    """What keeps us from the database that waiting may mend; empty where nothing does."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            query = sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(schema, "alembic_version"))
            row = connection.execute(query).fetchone()
    except (errors.UndefinedTable, errors.InvalidSchemaName, errors.InsufficientPrivilege):
        row = None
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[-1]
        if any(word in said for word in _REFUSED):
            mend = f"Mend {PREFIX}DATABASE_URL or its secret file"
            raise _ending(f"cannot start, the database refuses us: {said}. {mend}") from None
        return f"the database does not answer: {_why_untrusted(url, said) or said}"
    found = str(row[0]) if row else ""
    if found < wanted:
        return f"the schema {schema} stands at {found or 'nothing'}, this release needs {wanted}: bihuan migrate"
    return ""


def _remarks(url: str, schema: str, wanted: str, now: datetime | None) -> Iterator[str]:
    """What is odd about the database, or about us, and stops nobody."""
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        query = sql.SQL("SELECT clock_timestamp(), version_num FROM {}").format(
            sql.Identifier(schema, "alembic_version")
        )
        row = connection.execute(query).fetchone()
    there, found = (row[0], str(row[1])) if row else (now, wanted)
    if found > wanted:
        yield f"the schema {schema} stands at {found}, this release was written for {wanted}: it belongs to a newer one"
    if now is not None and there is not None and abs(now - there) > CLOCKS_MAY_DIFFER:
        apart, side = round(abs((now - there).total_seconds())), "ahead of" if now > there else "behind"
        yield f"our clock is {apart} s {side} the database's: mend the wrong one (NTP); no deadline passes until then"


def _no_room(folder: Path) -> str:
    """What keeps us from writing there that waiting may mend; empty where nothing does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(ROOM))
    except OSError as error:
        why = f"{folder} cannot be written: {error.strerror}"
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return f"{why}; make room there, it goes on by itself"
        raise _ending(f"cannot start, {why}. Mend {PREFIX}DATA_DIR or its owner") from None
    return ""


def _why_untrusted(url: str, said: str) -> str:
    """What is wrong with the server's certificate, where it is that; libpq only says that something is."""
    parts = conninfo.conninfo_to_dict(url)
    file = Path(str(parts["sslrootcert"])) if parts.get("sslrootcert") not in {None, "system"} else None
    address = str(parts.get("host", "")), int(str(parts.get("port", reaching.POSTGRES)))
    return reaching.why_not_postgres(*address, file) if reaching.is_about_a_certificate(said) else ""


def _ending(sentence: str) -> SystemExit:
    print(log.redact(sentence), flush=True)  # noqa: T201 (the log may not be configured yet)
    return SystemExit(WRONG)
