"""The whole product against a broker and a database as a customer keeps them: by settings alone, each process by its own name."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import run
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from deploy import acls, isolation, migrate
from deploy.local.places import CLONE
from deploy.local.testing import Server
from runtime.testing import Program, eventually
from tests.e2e.feed import STRUCTURED, document, event, send
from tests.people import as_role
from tests.secured import DEBIAN_POSTGRES, KEEPER, Authority, Broker, start_broker, start_database

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

WITHIN = 240.0  # seconds
SLUG, SOURCE, COUNTY = "harbour", "/harbour/safety", "371082"
UPSTREAM = acls.upstream(SLUG)
REPORT = {
    "level": "major",
    "category": "fire_safety",
    "description": "疏散通道被货物堵塞",
    "site": {"id": "S-1", "name": "示范冷藏厂", "address": "示范路1号", "kind": "unit", "sector": "工贸"},
    "sector": "工贸",
    "found_by": "inspection",
}


@dataclass(kw_only=True)
class Installation:
    """The product's processes between a secured broker and a secured database."""

    broker: Broker
    database: Server
    url: str
    folder: Path
    running: dict[str, Program] = field(default_factory=dict)

    def command(self, user: str, *arguments: str) -> str:
        """What a command prints that somebody runs under their own name at the brokers."""
        told = {**self.broker.told(user), "BIHUAN_DATABASE_URL": self.url}
        done = run(
            [sys.executable, "-m", "bihuan", *arguments],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **told},
            cwd=CLONE,
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def program(self, service: str, process: str, **told: str) -> Program:
        """One process, entering the database as itself and, where it is a worker, the brokers as its service."""
        kafka = self.broker.told(acls.principal_of(service)) if process == "worker" else {}
        environment = {
            **kafka,
            "BIHUAN_DATABASE_URL": as_role(self.url, service, process),
            "BIHUAN_DATA_DIR": str(self.folder / "data"),
            "BIHUAN_GRACE_SECONDS": "3",
            **told,
        }
        output = self.folder / f"{service}-{process}-{len(list(self.folder.glob('*.log')))}.log"
        return Program(["-m", f"services.{service}.main", process], environment=environment, output=output)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(psycopg.connect(self.url)) as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Migrated, with topics, a source and its rights, each made by who has the right to; all processes run."""
    if not (DEBIAN_POSTGRES / "postgres").exists():
        pytest.fail("a PostgreSQL with TLS is missing: apt-get install --no-install-recommends postgresql-15")
    folder, authority = tmp_path_factory.mktemp("installation"), Authority()
    with ExitStack() as stack:
        broker = start_broker(folder / "kafka", authority, others=[UPSTREAM])
        stack.callback(broker.server.stop)
        database, trusted = start_database(folder / "postgres", authority)
        stack.callback(database.stop)
        parts = urlsplit(database.url)
        url = urlunsplit(parts._replace(path="/bihuan", query=f"sslmode=verify-full&sslrootcert={trusted}"))
        migrate.ensure_database(url)
        migrate.upgrade(url)
        made = Installation(broker=broker, database=database, url=url, folder=folder)
        made.command(KEEPER, "acls", "--apply")
        made.command(acls.OPERATOR, "topics")
        made.command(acls.OPERATOR, "sources", "register", SLUG, "--tenant", COUNTY, "--source", SOURCE)
        made.command(KEEPER, "acls", "--apply")
        for service in isolation.SERVICES:
            for process in isolation.PROCESSES:
                made.running[f"{service}-{process}"] = made.program(service, process).start()
                stack.callback(made.running[f"{service}-{process}"].kill)
        made.command(acls.OPERATOR, "policy", "activate", "--all")
        yield made


def tell(installation: Installation, user: str, number: str, **changes: Any) -> None:
    """Send a hazard as an upstream does that holds this name at the brokers."""
    from pydantic import SecretStr

    from runtime.settings import ProcessSettings

    told = {name.removeprefix("BIHUAN_").lower(): value for name, value in installation.broker.told(user).items()}
    settings = ProcessSettings(database_url=SecretStr("postgresql://unused"), **told)  # type: ignore[arg-type]
    fields: dict[str, Any] = {"id": number, "source": SOURCE, "tenant": COUNTY, **changes}
    told_event = event("hazard.reported", data={**REPORT, "hazard_id": number}, **fields)
    send(settings, f"inspection.{SLUG}", [(document(told_event), STRUCTURED)])


def test_an_event_travels_from_the_upstream_to_the_page(installation: Installation) -> None:
    """Every connection on the way is encrypted, and none is anybody's but its process's."""
    tell(installation, UPSTREAM, "H-1")

    eventually(
        lambda: installation.rows("SELECT 1 FROM reporting.decision_record"),
        within=WITHIN,
        every=1.0,
    )
    plain = (
        "SELECT usename FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE NOT ssl AND client_addr IS NOT NULL"
    )
    names = "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'bihuan-%-worker' ORDER BY 1"
    assert installation.rows(plain) == []
    assert [name for (name,) in installation.rows(names)] == sorted(
        isolation.role_of(service, "worker") for service in isolation.SERVICES
    )


def test_an_event_of_another_source_is_a_dead_letter(installation: Installation) -> None:
    """The topic is the principal's, and the `source` has to be the topic's: a stolen word opens nothing."""
    tell(installation, UPSTREAM, "H-2", source="/county/safety")
    query = "SELECT reason, detail::text FROM intake.dead_letter WHERE origin->>'topic' = 'inspection.harbour'"

    rows = eventually(lambda: installation.rows(query), within=WITHIN, every=1.0)

    assert len(rows) == 1
    assert rows[0][0] == "unknown_source"
    assert f"source /county/safety is not one of {SOURCE}" in rows[0][1]


def changed(url: str, **query: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(f"{name}={value}" for name, value in query.items())))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        pytest.param(
            lambda it: {"BIHUAN_KAFKA_SASL_PASSWORD": "wrong"},
            "the broker refuses bihuan-escalation or its password",
            id="a wrong password at the brokers",
        ),
        pytest.param(
            lambda it: {"BIHUAN_KAFKA_BROKERS": it.broker.expired},
            "shows a certificate that is not valid now (certificate has expired)",
            id="a broker whose certificate has expired",
        ),
        pytest.param(
            lambda it: it.broker.told(UPSTREAM),
            f"{UPSTREAM} has no right to topic ",
            id="a principal without the right",
        ),
        pytest.param(
            lambda it: {"BIHUAN_DATABASE_URL": changed(it.url, sslmode="verify-full", sslrootcert=other(it))},
            "shows a certificate of an authority we do not trust",
            id="a database of another authority",
        ),
        pytest.param(
            lambda it: {"BIHUAN_DATABASE_URL": changed(it.url, sslmode="disable")},
            "no encryption",
            id="a database that is not spoken to in the clear",
        ),
    ],
)
def test_a_worker_that_is_refused_says_why_and_waits(
    installation: Installation, told: Callable[[Installation], dict[str, str]], sentence: str
) -> None:
    """One line with the setting that mends it, no traceback, and no end: what is mended outside is noticed."""
    refused = installation.program("escalation", "worker", **told(installation)).start()
    try:
        eventually(lambda: sentence in refused.output(), within=WITHIN, every=0.5)
        assert refused.process.poll() is None
    finally:
        refused.kill()
    assert "Traceback" not in refused.output()
    assert len([line for line in refused.output().splitlines() if sentence in line]) == 1


def test_a_wrong_password_at_the_database_ends_the_start(installation: Installation) -> None:
    """With one line: waiting mends no password that the process was given."""
    url = as_role(installation.url, "escalation", "worker").replace(":bihuan_", ":x_")
    refused = installation.program("escalation", "worker", BIHUAN_DATABASE_URL=url).start()

    assert refused.ended(within=WITHIN) == 2
    said = refused.output().strip().splitlines()
    assert len(said) == 1
    assert 'password authentication failed for user "bihuan_escalation_worker"' in said[0]


def other(installation: Installation) -> str:
    """The file of an authority that signed nothing here."""
    folder = installation.folder / "other"
    folder.mkdir(exist_ok=True)
    return str(Authority().write(folder))
