"""Look at an installation: ask the database, the brokers, the disk and the certificates, and judge what is seen.

What cannot be asked is a finding like any other, and the rest is asked all the same.
"""

import json
import shutil
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
from alembic.script import ScriptDirectory
from cryptography import x509
from psycopg import conninfo, sql
from pydantic import Field

from contracts.topics import HAZARD_FACTS
from deploy import migrate, topics
from deploy.doctor import findings
from deploy.doctor.findings import Finding, Reader, SeenTopic
from deploy.doctor.metrics import Check
from policies import tables
from runtime import broker, reaching
from runtime.broker import Admin, Partition
from runtime.errors import Unavailable
from runtime.settings import ProcessSettings

CONNECT_SECONDS: Final = 5
ENCRYPTED: Final = ("require", "verify-ca", "verify-full")  # sslmode of an address that wants TLS
SAFE_REPLICAS: Final = 3  # from here on two have to be in sync before anything is acknowledged

WAITING: Final = sql.SQL("SELECT count(*) FROM {}")
OPEN: Final = sql.SQL("SELECT count(*) FROM {} WHERE state = 'open'")

Connection = psycopg.Connection[tuple[object, ...]]


class DoctorSettings(ProcessSettings):
    """What the doctor is told beside what every process is told."""

    watched_dirs: str = Field(
        default="", description="folders whose disks are looked at beside ours, separated by commas"
    )
    backup_dir: Path | None = Field(
        default=None, description="where backups lie; None: nobody looks whether one was taken"
    )


class Looked(NamedTuple):
    """One finding and what was looked at."""

    check: Check
    finding: Finding


def look(settings: DoctorSettings, now: datetime) -> Iterator[Looked]:
    """Every finding, the nearest first: this machine, the database, the brokers."""
    watched = [Path(word.strip()) for word in settings.watched_dirs.split(",") if word.strip()]
    for place in (settings.data_dir, *watched):
        yield Looked("disk", _disk(place))
    yield Looked("calendar", findings.calendar(_years(settings), now))
    yield from (Looked("certificate", one) for one in _certificates(settings, now))
    if settings.backup_dir is not None:
        yield Looked("backup", findings.backup(_newest_backup(settings.backup_dir), now))
    away = "看数据库是否在运行，BIHUAN_DATABASE_URL 是否正确"
    yield from (Looked("database", one) for one in _asked("数据库", away, lambda: _database(settings, now)))
    away = "看节点是否在运行，BIHUAN_KAFKA_BROKERS 是否正确"
    yield from (Looked("brokers", one) for one in _asked("Kafka", away, lambda: _brokers(settings)))


def _asked(subject: str, mend: str, ask: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from ask()
    except (psycopg.Error, Unavailable, OSError) as error:
        yield Finding("fault", subject, _first_line(error), mend)


# ---- this machine


def _newest_backup(folder: Path) -> datetime | None:
    """When the newest backup was taken, by the manifests in the folder."""
    taken = []
    for manifest in folder.glob("*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # another file, or one that is being written
            taken.append(datetime.fromisoformat(json.loads(manifest.read_text(encoding="utf-8"))["taken_at"]))
    return max(taken, default=None)


def _years(settings: ProcessSettings) -> set[int]:
    """The years whose days every committee knows: those of the seed, and those that each of them published since."""
    seeded = {day.year for day in tables.workdays() if day.year <= tables.SEEDED_THROUGH}
    url = settings.database_url.get_secret_value()
    try:
        with closing(psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True)) as connection:
            committees = connection.execute("SELECT DISTINCT committee FROM escalation.pack").fetchall()
            changes = connection.execute(
                "SELECT committee, convert_from(document, 'UTF8') FROM escalation.calendar_change"
            ).fetchall()
    except psycopg.Error:
        return seeded  # that the database is away, or has no such table yet, is a finding of its own
    said = [(committee, json.loads(str(document))["data"].get("year")) for committee, document in changes]
    published = [{int(year) for committee, year in said if committee == root and year} for (root,) in committees]
    return seeded | set.intersection(*published) if published else seeded


def _disk(place: Path) -> Finding:
    there = next(folder for folder in (place.absolute(), *place.absolute().parents) if folder.exists())
    usage = shutil.disk_usage(there)
    return findings.disk(str(place), usage.free, usage.total)


def _certificates(settings: ProcessSettings, now: datetime) -> Iterator[Finding]:
    if settings.kafka_ca_file:
        yield from _asked("Kafka 的 CA", "检查 BIHUAN_KAFKA_CA_FILE", lambda: _of_file(settings.kafka_ca_file, now))
    if settings.kafka_security_protocol.endswith("SSL"):
        address = settings.kafka_brokers.split(",")[0]
        yield from _asked(f"Kafka {address}", "检查节点的 TLS", lambda: [_of_server(address, now)])
    parts = conninfo.conninfo_to_dict(settings.database_url.get_secret_value())
    if parts.get("sslmode") in ENCRYPTED:
        host, port = str(parts.get("host", "")), int(str(parts.get("port", reaching.POSTGRES)))
        subject = f"数据库 {host}:{port}"
        yield from _asked(
            subject, "检查数据库的 TLS", lambda: [_shown(subject, reaching.shown_by_postgres(host, port), now)]
        )


def _of_file(path: Path | None, now: datetime) -> list[Finding]:
    if path is None:
        return []
    read = x509.load_pem_x509_certificates(path.read_bytes())
    return [findings.certificate("Kafka 的 CA", one.not_valid_after_utc, now) for one in read]


def _of_server(address: str, now: datetime) -> Finding:
    """What the server shows, trusted or not: an expired one is shown too."""
    host, _, port = address.strip().rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only read, nothing is sent
    with (
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        return _shown(f"Kafka {address}", secured.getpeercert(binary_form=True) or b"", now)


def _shown(subject: str, certificate: bytes, now: datetime) -> Finding:
    return findings.certificate(subject, x509.load_der_x509_certificate(certificate).not_valid_after_utc, now)


# ---- the database


def _database(settings: ProcessSettings, now: datetime) -> Iterator[Finding]:
    url = settings.database_url.get_secret_value()
    with closing(psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True)) as connection:
        yield findings.server(connection.info.server_version)
        stands = _revisions(connection)
        yield from findings.migrations(stands)
        if any(found is None for found, _ in stands.values()):
            return  # what is not there cannot be asked
        yield from _clock(connection, now)
        yield from findings.outbox({name: _count(connection, WAITING, name, "outbox") for name in migrate.READING})
        yield from findings.dead_letters(
            {name: _count(connection, OPEN, name, "dead_letter") for name in migrate.READING}
        )


def _revisions(connection: Connection) -> dict[str, tuple[str | None, str | None]]:
    stands: dict[str, tuple[str | None, str | None]] = {}
    for service in migrate.SERVICES:
        newest = ScriptDirectory.from_config(migrate.config_of(service)).get_current_head()
        there = connection.execute("SELECT to_regclass(%s)", (f"{service}.alembic_version",)).fetchone()
        found = None
        if there and there[0] is not None:
            table = sql.Identifier(service, "alembic_version")
            row = connection.execute(sql.SQL("SELECT version_num FROM {}").format(table)).fetchone()
            found = str(row[0]) if row else None
        stands[service] = (found, newest)
    return stands


def _clock(connection: Connection, now: datetime) -> Iterable[Finding]:
    row = connection.execute(
        """SELECT clock_timestamp(), (SELECT value FROM intake.relay_tick WHERE topic = %s),
            (SELECT CASE WHEN held_since IS NULL THEN '' ELSE sentence END FROM intake.clock_hold)""",
        (HAZARD_FACTS,),
    ).fetchone()
    if row is None or not isinstance(row[0], datetime):
        return []
    tick = row[1] if isinstance(row[1], datetime) else None
    return findings.clock(now, row[0], tick, str(row[2] or ""))


def _count(connection: Connection, counting: sql.SQL, service: str, table: str) -> int:
    row = connection.execute(counting.format(sql.Identifier(service, table))).fetchone()
    return int(str(row[0])) if row else 0


# ---- the brokers


def _brokers(settings: ProcessSettings) -> Iterator[Finding]:
    wanted = {topic.pattern: topic.slots for topic in topics.wanted()}
    with closing(Admin(settings, client_id="bihuan-doctor")) as cluster:
        seen = {name: SeenTopic(slots=slots, replicas=replicas, in_sync=in_sync)
                for name, (slots, replicas, in_sync) in cluster.health(list(wanted)).items()}  # fmt: skip
    least = 2 if any(topic.replicas >= SAFE_REPLICAS for topic in seen.values()) else 1
    yield from findings.topics(wanted, seen, least)
    with closing(broker.consumer(settings, client_id="bihuan-doctor")) as reader:
        ends = broker.ranges(
            reader, [Partition(name, slot) for name, topic in seen.items() for slot in range(topic.slots)]
        )
    yield from findings.readers(_readers(settings, {(at.topic, at.partition): end for at, (_, end) in ends.items()}))


def _readers(settings: ProcessSettings, ends: dict[tuple[str, int], int]) -> Iterator[Reader]:
    url = settings.database_url.get_secret_value()
    with closing(psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True)) as connection:
        for service in migrate.READING:
            table = sql.Identifier(service, "consumer_position")
            rows = connection.execute(
                sql.SQL("SELECT topic, slot, next_offset, stopped FROM {}").format(table)
            ).fetchall()
            lag = sum(max(0, ends.get((str(t), int(str(s))), 0) - int(str(at))) for t, s, at, _ in rows)
            stopped = [f"{t}[{s}] {why}" for t, s, _, why in rows if why]
            yield Reader(service=service, lag=lag, slots=len(rows), stopped=stopped)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
