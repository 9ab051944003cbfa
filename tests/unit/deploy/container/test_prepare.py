"""The first container waits for what comes by itself and gives up on what does not, each in one line."""

import psycopg
import pytest

from deploy.container import prepare
from runtime.errors import Unavailable

URL = "postgresql://bihuan:wrong@127.0.0.1:1/bihuan"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(prepare, "_say", said.append)
    monkeypatch.setattr(prepare, "PAUSE", 0.0)
    return said


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_DATABASE_URL", URL)


def test_settings_that_are_wrong_end_it_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 2, and one line that names all of them: a restart would not help."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL_FILE", "/run/secrets/nowhere")
    monkeypatch.setenv("BIHUAN_LOG_LEVEL", "LOUD")

    with pytest.raises(SystemExit) as ended:
        prepare.main()

    (line,) = capsys.readouterr().out.splitlines()
    assert ended.value.code == prepare.WRONG
    assert "/run/secrets/nowhere cannot be read" in line
    assert "BIHUAN_LOG_LEVEL: " in line


@pytest.mark.usefixtures("address")
def test_servers_that_start_later_are_waited_for(told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It says once in five tries what it waits for."""
    left = iter([psycopg.OperationalError("refused\nmore")] * 6 + [None])
    brokers = iter([Unavailable("no broker"), None])

    def answer(turns: object) -> None:
        if (error := next(turns)) is not None:  # type: ignore[call-overload]
            raise error

    monkeypatch.setattr(prepare, "_database", lambda _: answer(left))
    monkeypatch.setattr(prepare, "_topics", lambda _: answer(brokers))

    assert prepare.main() == 0
    assert told == [
        "waiting for the database: refused",
        "waiting for the database: refused",
        "waiting for the brokers: no broker",
        "schemas and topics are at their newest",
    ]


@pytest.mark.usefixtures("address")
@pytest.mark.parametrize(
    "message",
    [
        'connection failed: FATAL:  password authentication failed for user "bihuan"',
        "FATAL:  SASL authentication failed",
    ],
)
def test_a_wrong_password_ends_it(told: list[str], monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    """Waiting would only lock the account."""

    def refuse(*_: object, **__: object) -> None:
        raise psycopg.OperationalError(message)

    monkeypatch.setattr(psycopg, "connect", refuse)

    assert prepare.main() == prepare.WRONG
    assert told == [f"the database refuses us: {message}. Mend BIHUAN_DATABASE_URL or its secret file"]
