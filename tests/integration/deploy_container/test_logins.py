"""The secrets of the containers become the passwords of the logins, and the first person can come in."""

from pathlib import Path

import psycopg
import pytest

from deploy import isolation
from deploy.container import first_person, logins, make_secrets
from deploy.container.logins import WrongSecret
from deploy.local.logins import as_login
from runtime.access import passwords, store
from runtime.database import Database


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    make_secrets.main([str(tmp_path / "secrets")])
    return tmp_path / "secrets"


def test_every_login_of_the_product_gets_its_own_password(database_url: str, secrets: Path) -> None:
    """Grafana's too; with it the login comes in, as itself."""
    given = logins.give(database_url, secrets)

    assert sorted(given) == sorted([*isolation.roles(), isolation.READER])
    grafana = (secrets / logins.GRAFANA).read_text(encoding="ascii")
    with psycopg.connect(as_login(database_url, isolation.READER, grafana)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (isolation.READER,)


def test_an_address_of_somebody_else_is_refused(database_url: str, secrets: Path) -> None:
    """With the file's name and what belongs there, before any password has changed."""
    wrong = secrets / "database_notify_worker"
    wrong.chmod(0o600)
    wrong.write_text("postgresql://bihuan:x@postgres:5432/bihuan", encoding="ascii")

    with pytest.raises(WrongSecret, match=r"database_notify_worker: write postgresql://bihuan_notify_worker:PASSWORD"):
        logins.give(database_url, secrets)


def test_the_first_administrator_is_made_once(database_url: str) -> None:
    """Who signs in first has to choose a password; where anybody is there already, nobody is made."""
    made = first_person.make(database_url, "first-password-of-a-test")
    again = first_person.make(database_url, "another-password")

    database = Database(database_url, schema=store.SCHEMA, application_name="test", pool_size=1)
    try:
        with database.begin() as work:
            ((account, grants, _),) = store.people(work)
            row = work.connection.execute("SELECT digest FROM access.person").fetchone()
    finally:
        database.close()
    assert (made, again) == ("admin", "")
    assert account.must_change
    assert {grant.role for grant in grants} == {"administrator", "province"}
    assert passwords.Passwords().fits("first-password-of-a-test", row and str(row[0]))
