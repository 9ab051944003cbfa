"""Give integration tests a real broker and a real database that are thrown away afterwards."""

from collections.abc import Callable, Iterator
from functools import partial

import psycopg
import pytest
from psycopg import sql

from deploy import migrate
from deploy.local.testing import Server, start_kafka, start_postgres
from tests.people import sign_in

TEMPLATE = "bihuan_template"
SignedIn = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL of this test session; tests that kill a server start their own."""
    server = start_postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Server) -> str:
    """The superuser's address of the database `postgres`."""
    return postgres_server.url


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A single-node Kafka of this test session; tests that kill a broker start their own."""
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kafka_brokers(kafka_server: Server) -> str:
    """The bootstrap address; topics are the test's own to create, under names nobody else uses."""
    return kafka_server.url


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> str:
    """The name of a database with every service's newest schema, which others are copied from."""
    template = _address(postgres_url, TEMPLATE)
    migrate.ensure_database(template)
    migrate.upgrade(template)
    return TEMPLATE


@pytest.fixture(scope="module")
def database_url(request: pytest.FixtureRequest, postgres_url: str, migrated_template: str) -> Iterator[str]:
    """A fresh migrated database for one test module, dropped afterwards."""
    name = _name_for(request.node.nodeid)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(migrated_template)))
    yield _address(postgres_url, name)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def signed_in(database_url: str) -> SignedIn:
    """Act as a role: `client.get(path, headers=signed_in(Role.COUNTY, "331081"))`; a list of sectors may follow.

    For a whole client: `client.headers.update(signed_in(Role.PROVINCE))`, which sees everything.
    """
    return partial(sign_in, database_url)


def _address(url: str, database: str) -> str:
    return url.rsplit("/", 1)[0] + "/" + database


def _name_for(node: str) -> str:
    """Return a database name that shows the module; names end at 63 bytes."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in node.lower())
    return f"t_{kept[-55:]}"
