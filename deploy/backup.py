"""Take the whole database into one file, and bring an empty machine back from it without telling anybody twice.

A dump is one moment of every schema together: positions, cases, outbox and notices agree with one another. After a
restore the readers go on from those older positions and read the log again; facts that they have are dropped by their
ids. The relays must not reuse numbers that the log has seen: `begin_anew` gives every service a new incarnation.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from deploy import isolation, migrate
from deploy.local.trouble import Trouble

FIRST_DAY: Final = datetime(2025, 1, 1, tzinfo=UTC)
BLOCK: Final = 1 << 20  # bytes
CONNECT_SECONDS: Final = 10


class NotDone(Trouble):
    """A backup or a restore that did not come about; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What lies beside a dump: when it was taken, from which server, at which revisions, and the file's own hash."""

    taken_at: str
    server: int
    revisions: Mapping[str, str]
    sha256: str
    size: int


def incarnation_at(now: datetime) -> int:
    """A number that no earlier restore of this installation has used: seconds since the first day of 2025."""
    return int((now - FIRST_DAY).total_seconds())


def dump(url: str, file: Path, now: datetime) -> Manifest:
    """Write the dump and its manifest (FILE.json); a broken one leaves neither. Raises NotDone."""
    part = file.with_name(file.name + ".part")
    try:
        _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={part}")
        with closing(psycopg.connect(url, connect_timeout=CONNECT_SECONDS)) as connection:
            manifest = Manifest(
                taken_at=now.isoformat(),
                server=connection.info.server_version,
                revisions=_revisions(connection),
                sha256=_hash(part),
                size=part.stat().st_size,
            )
        manifest_of(file).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def read_manifest(file: Path) -> Manifest:
    """The manifest of a dump that is whole; NotDone where it is missing or the dump is not what was written."""
    try:
        manifest = Manifest(**json.loads(manifest_of(file).read_text(encoding="utf-8")))
        whole = _hash(file) == manifest.sha256
    except (OSError, ValueError, TypeError) as error:
        raise NotDone(f"{file}: no backup with its manifest {manifest_of(file).name} ({error})") from error
    if not whole:
        raise NotDone(f"{file}: not what was written on {manifest.taken_at}; take another backup")
    return manifest


def restore(url: str, file: Path, now: datetime) -> Mapping[str, int]:
    """Bring an empty database back from a dump, at our revisions; returns the new incarnations by service.

    Raises NotDone where the dump is broken or the database is not empty.
    """
    manifest = read_manifest(file)
    migrate.ensure_database(url)
    with psycopg.connect(url) as connection:
        isolation.make_roles(connection)  # the rights and policies of the copy name them
    with closing(psycopg.connect(url, connect_timeout=CONNECT_SECONDS)) as connection:
        there = [service for service in migrate.SERVICES if _has_schema(connection, service)]
    if there:
        raise NotDone(f"the database has schemas already ({', '.join(there)}): restore into an empty one")
    _run(
        "pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={_name(url)}", str(file)
    )
    migrate.upgrade(url)
    return begin_anew(url, now, taken_at=manifest.taken_at)


def begin_anew(url: str, now: datetime, *, taken_at: str = "") -> Mapping[str, int]:
    """Give every service a new line of numbers, while none of its processes runs; NotDone where one does.

    `taken_at`: the copy's moment; without it that of the last entry of the audit.
    """
    wanted = incarnation_at(now)
    with closing(psycopg.connect(url, connect_timeout=CONNECT_SECONDS)) as connection, connection.transaction():
        running = connection.execute(
            "SELECT DISTINCT application_name FROM pg_stat_activity WHERE application_name ~ '^bihuan-.*-(api|worker)$'"
        ).fetchall()
        if running:
            names = ", ".join(sorted(str(name) for (name,) in running))
            raise NotDone(f"services are connected ({names}): stop them first")
        _tell_audit(connection, taken_at)
        numbering = [service for service in migrate.SERVICES if _numbers_facts(connection, service)]
        return {service: _raise_incarnation(connection, service, wanted) for service in numbering}


def manifest_of(file: Path) -> Path:
    """Where the manifest of a dump lies."""
    return file.with_name(file.name + ".json")


def _numbers_facts(connection: psycopg.Connection[tuple[object, ...]], schema: str) -> bool:
    """Whether a schema publishes facts of its own; people and sessions do not."""
    row = connection.execute("SELECT to_regclass(%s)", (f"{schema}.installation",)).fetchone()
    return row is not None and row[0] is not None


def _tell_audit(connection: psycopg.Connection[tuple[object, ...]], taken_at: str) -> None:
    """Whoever checks the audit against what is kept elsewhere learns from the audit itself why it is short."""
    if not taken_at:
        row = connection.execute("SELECT max(at) FROM access.audit").fetchone()
        taken_at = row[0].isoformat() if row and isinstance(row[0], datetime) else ""
    connection.execute(
        "SELECT access.note(%s, 'restored', %s, '', ARRAY['', '', '', '*'])", (f"uid-{os.getuid()}@local", taken_at)
    )


def _raise_incarnation(connection: psycopg.Connection[tuple[object, ...]], service: str, wanted: int) -> int:
    table = sql.Identifier(service, "installation")
    row = connection.execute(
        sql.SQL("UPDATE {} SET incarnation = greatest(incarnation + 1, %s) RETURNING incarnation").format(table),
        (wanted,),
    ).fetchone()
    return int(str(row[0])) if row else 0


def _has_schema(connection: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    return connection.execute("SELECT to_regnamespace(%s)", (name,)).fetchone() != (None,)


def _revisions(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, str]:
    found = {}
    for service in migrate.SERVICES:
        table = sql.Identifier(service, "alembic_version")
        row = connection.execute(sql.SQL("SELECT version_num FROM {}").format(table)).fetchone()
        found[service] = str(row[0]) if row else ""
    return found


def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password travels in the environment, never on the command line."""
    told = urlsplit(url)
    environment = {
        **os.environ,
        "PGHOST": told.hostname or "localhost",
        "PGPORT": str(told.port or 5432),
        "PGUSER": unquote(told.username or ""),
        "PGPASSWORD": unquote(told.password or ""),
        "PGDATABASE": _name(url),
        "PGCONNECT_TIMEOUT": str(CONNECT_SECONDS),
    }
    run = subprocess.run(
        [str(_program(program)), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise NotDone(f"{program}: {(run.stderr or run.stdout).strip()}")


def _program(name: str) -> Path:
    """Where the program is: what `make up` runs where that is installed, else on the PATH; never older than the server."""
    from deploy.local.postgres import DatabaseNotMade, binaries

    with contextlib.suppress(DatabaseNotMade):
        return binaries() / name
    found = shutil.which(name)
    if found is None:
        raise NotDone(f"{name} is not here: install the client programs of PostgreSQL, not older than the server")
    return Path(found)


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _hash(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
