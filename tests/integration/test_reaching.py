"""What is wrong with a database's certificate is said in one sentence, by a handshake of our own: libpq names none of it."""

import socket
from datetime import datetime
from pathlib import Path

import pytest
import trustme

from runtime.database import Database
from runtime.errors import Unavailable
from runtime.reaching import why_not_kafka, why_not_postgres
from tests.secured import LONG_AGO, pretended_postgres


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


def test_a_sound_certificate_is_nothing_to_speak_of(authority: trustme.CA, trusted: Path) -> None:
    """Then something else is wrong."""
    with pretended_postgres(authority.issue_cert("127.0.0.1")) as port:
        assert why_not_postgres("127.0.0.1", port, trusted) == ""


@pytest.mark.parametrize(
    ("name", "until", "whose", "sentence"),
    [
        ("127.0.0.1", LONG_AGO, "ours", "is not valid now (certificate has expired): renew it there"),
        ("db.example.cn", None, "ours", "for another name than 127.0.0.1 ("),
        ("127.0.0.1", None, "another's", "of an authority we do not trust ("),
    ],
)
def test_what_is_wrong_is_named(
    authority: trustme.CA, trusted: Path, name: str, until: datetime | None, whose: str, sentence: str
) -> None:
    """The same sentence reaches whoever opens a transaction."""
    issuing = authority if whose == "ours" else trustme.CA()
    with pretended_postgres(issuing.issue_cert(name, not_after=until)) as port:
        url = f"postgresql://me:x@127.0.0.1:{port}/b?sslmode=verify-full&sslrootcert={trusted}"
        database = Database(url, schema="toys", application_name="test")
        with pytest.raises(Unavailable) as raised, database.begin():
            pass

        said = why_not_postgres("127.0.0.1", port, trusted)
        database.close()

    assert sentence in said
    assert str(raised.value) == said


def test_a_server_without_tls_and_a_missing_file_are_named(tmp_path: Path) -> None:
    """Each with the setting that mends it."""
    with pretended_postgres(None) as port:
        assert "does not speak TLS" in why_not_postgres("127.0.0.1", port, None)
        missing = why_not_postgres("127.0.0.1", port, tmp_path / "none.pem")
    assert missing.startswith("sslrootcert of BIHUAN_DATABASE_URL: ")
    assert missing.endswith("cannot be read: No such file or directory")


def test_nobody_at_the_brokers_address_is_named() -> None:
    """Without ten seconds of trying."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    options = {"bootstrap_servers": [f"127.0.0.1:{port}"], "security_protocol": "PLAINTEXT"}

    assert why_not_kafka(options) == f"the broker at 127.0.0.1:{port} is not reached: Connection refused"
