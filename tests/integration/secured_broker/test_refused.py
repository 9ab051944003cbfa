"""A password that is wrong, at the brokers or at the database: every process and the doctor say it in one line."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy import acls, isolation
from deploy.doctor.looking import DoctorSettings, look
from runtime.clock import SystemClock
from runtime.settings import ProcessSettings
from runtime.testing import Program, eventually
from tests.people import as_role
from tests.secured import Broker

Settings = Callable[..., ProcessSettings]
WRONG = "wr0ng-canary"
MEND = "mend BIHUAN_KAFKA_SASL_USERNAME or BIHUAN_KAFKA_SASL_PASSWORD"
WITHIN = 100.0  # seconds, on a machine that is busy


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Start a process with these settings; whatever still runs ends with the test."""
    with ExitStack() as stack:

        def start(*arguments: str, **told: str) -> Program:
            output = tmp_path / f"{len(list(tmp_path.glob('*.log')))}.log"
            environment = {"BIHUAN_DATA_DIR": str(tmp_path), "BIHUAN_HTTP_PORT": "0", **told}
            program = Program(["-m", *arguments], environment=environment, output=output).start()
            stack.callback(program.kill)
            return program

        yield start


def test_a_worker_that_the_brokers_refuse_says_so_and_waits(
    started: Callable[..., Program], broker: Broker, database_url: str
) -> None:
    """The password may be mended on their side: each waits, and says under which name it was refused."""
    refused = {
        service: started(
            f"services.{service}.main",
            "worker",
            **broker.told(acls.principal_of(service)) | {"BIHUAN_KAFKA_SASL_PASSWORD": WRONG},
            BIHUAN_DATABASE_URL=as_role(database_url, service, "worker"),
        )
        for service in isolation.SERVICES
    }

    for service, program in refused.items():
        sentence = f"the broker refuses {acls.principal_of(service)} or its password; {MEND}"
        eventually(lambda sentence=sentence, program=program: sentence in program.output(), within=WITHIN, every=0.5)
        heard = {json.loads(line).get("why") for line in program.output().splitlines()} - {None}
        assert heard == {
            sentence
        }  # said again while it waits, and the log's censor has taken nothing of it for a secret
        assert "Traceback" not in program.output()
        assert WRONG not in program.output()
        assert program.process.poll() is None


def test_an_api_that_the_database_refuses_ends(started: Callable[..., Program], database_url: str) -> None:
    """Trying again would only lock the account; the line names the login, not the password."""
    refused = {
        isolation.role_of(service, "api"): started(
            f"services.{service}.main",
            "api",
            BIHUAN_DATABASE_URL=_mistyped(as_role(database_url, service, "api")),
            BIHUAN_KAFKA_BROKERS="127.0.0.1:9",
        )
        for service in isolation.SERVICES
    }

    for login, program in refused.items():
        assert program.ended(WITHIN) == 2, (login, program.output())
        (line,) = [line for line in program.output().splitlines() if "cannot start" in line]
        assert line.count("the database refuses us: ") == 1
        assert f'password authentication failed for user "{login}". Mend BIHUAN_DATABASE_URL' in line
        assert "Traceback" not in program.output()
        assert WRONG not in program.output()


def test_the_doctor_names_the_password_that_the_brokers_refuse(
    settings: Settings, broker: Broker, database_url: str
) -> None:
    """As one fault among what it finds all the same; the broker's certificate is shown, for it needs no password."""
    told = DoctorSettings(
        **settings(acls.OPERATOR).model_dump() | {"database_url": database_url, "kafka_sasl_password": WRONG}
    )

    found = {one.finding.subject: one.finding for one in look(told, SystemClock().now())}

    assert found["Kafka"].level == "fault"
    assert found["Kafka"].said == (f"the broker refuses {acls.OPERATOR} or its password; {MEND}")
    assert found[f"Kafka {broker.server.url}"].level == "well"
    assert found["时钟"].level == "well"
    assert not any(WRONG in one.said + one.mend for one in found.values())


def test_the_command_finds_both_at_once(started: Callable[..., Program], broker: Broker, database_url: str) -> None:
    """Two passwords are wrong: two faults in one look, status 1, and nothing else is called a fault."""
    program = started(
        "bihuan",
        "doctor",
        "--format",
        "jsonl",
        **broker.told(acls.OPERATOR) | {"BIHUAN_KAFKA_SASL_PASSWORD": WRONG},
        BIHUAN_DATABASE_URL=_mistyped(as_role(database_url, "intake", "api")),
    )

    assert program.ended(WITHIN) == 1, program.output()
    found = [json.loads(line) for line in program.output().splitlines()]
    assert {one["subject"] for one in found if one["level"] == "fault"} == {"数据库", "Kafka"}
    assert WRONG not in program.output()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("people", "list"), 'password authentication failed for user "bihuan_intake_api"'),
        (("migrate",), 'password authentication failed for user "bihuan_intake_api"'),
        (("topics",), f"the broker refuses {acls.OPERATOR} or its password; {MEND}"),
    ],
)
def test_a_command_that_is_refused_says_why_in_one_line(
    started: Callable[..., Program], broker: Broker, database_url: str, command: tuple[str, ...], sentence: str
) -> None:
    """Whoever types it at night reads a sentence and what to type next, no traceback."""
    program = started(
        "bihuan",
        *command,
        **broker.told(acls.OPERATOR) | {"BIHUAN_KAFKA_SASL_PASSWORD": WRONG},
        BIHUAN_DATABASE_URL=_mistyped(as_role(database_url, "intake", "api")),
    )

    assert program.ended(WITHIN) == 1, program.output()
    (line,) = program.output().splitlines()
    assert sentence in line
    assert "bihuan doctor" in line
    assert WRONG not in line


def _mistyped(url: str) -> str:
    """The address with another password."""
    before, at, server = url.rpartition("@")
    return f"{before.rpartition(':')[0]}:{WRONG}{at}{server}"
