"""No phone, identity card, token or password reaches a log line, whoever writes it."""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import log
from tests.telephones import CARRIER


@pytest.fixture
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = hooks
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"call {CARRIER} now", "call 138****8000 now", id="mobile"),
        pytest.param(f"电话{CARRIER}。", "电话138****8000。", id="mobile between Chinese"),
        pytest.param("330106199001011234", "330106***********4", id="identity card"),
        pytest.param("91330106MA2CFXXX3R", "91330106MA2CFXXX3R", id="a credit code is no person"),
        pytest.param(f"number {CARRIER}9", f"number {CARRIER}9", id="twelve digits are no mobile"),
        pytest.param("postgresql://u:p%40ss@h:5432/d", "postgresql://u:***@h:5432/d", id="address"),
        pytest.param("Authorization: Bearer abc.def-123", "Authorization: Bearer ***", id="bearer"),
        pytest.param("/send?access_token=abcdef&x=1", "/send?access_token=***&x=1", id="query"),
        pytest.param("timestamp=1&sign=abc%3D", "timestamp=1&sign=***", id="robot signature"),
        pytest.param('{"api_key": "k1234567"}', '{"api_key": "***"}', id="JSON"),
        pytest.param("password='hunter2'", "password='***'", id="quoted"),
        pytest.param(
            'duplicate key value violates "x"\nDETAIL:  Key (name)=(canary) already exists.\nHINT: y',
            'duplicate key value violates "x"\nDETAIL: ***\nHINT: y',
            id="a row of PostgreSQL",
        ),
        pytest.param(
            'invalid input syntax for type integer: "canary"',
            "invalid input syntax for type integer: ***",
            id="a value of PostgreSQL",
        ),
        pytest.param("[SQL: x]\n[parameters: {'a': 'canary'}]", "[SQL: x]\n[parameters: ***", id="SQLAlchemy"),
        pytest.param(
            "[type=string_type, input_value={'name': 'canary\\n'}, input_type=dict]",
            "[type=string_type, input_value=***, input_type=dict]",
            id="pydantic",
        ),
        pytest.param(
            "UnicodeDecodeError('utf-8', b'\\xffcanary canary canary', 0, 1, 'x')",
            "UnicodeDecodeError('utf-8', b'***', 0, 1, 'x')",
            id="bytes in a repr",
        ),
        pytest.param(
            "invalid literal for int() with base 10: 'canary'",
            "invalid literal for int() with base 10: ***",
            id="a number that is none",
        ),
        pytest.param("offset 17 of facts[3]", "offset 17 of facts[3]", id="ordinary words stay"),
    ],
)
def test_what_is_masked(text: str, expected: str) -> None:
    """Enough stays to recognise the line by."""
    assert expected == log.redact(text)


@given(st.text(), st.integers(0, 99_999_999), st.text())
def test_no_mobile_number_survives(before: str, number: int, after: str) -> None:
    """Wherever it stands, unless it is part of a longer number."""
    mobile = f"139{number:08d}"
    text = f"{before}/{mobile}/{after}"

    assert mobile not in log.redact(text)


@given(st.text(), st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=8))
def test_redaction_is_stable(text: str, secret: str) -> None:
    """Masked text is not masked again into something else."""
    once = log.redact(f"{text} token={secret}")

    assert secret not in once.split("token=")[-1]
    assert once == log.redact(once)


def test_values_are_masked_member_by_member_and_whole_under_a_secret_name() -> None:
    """Containers keep their shape; a number of attempts is no secret."""
    value = {
        "phones": [CARRIER, (CARRIER,)],
        "token": "abc",
        "api_key": {"a": "b"},
        "headers": {"Authorization": "Bearer abcdefg", "x": CARRIER.encode()},
        "password_attempts": 3,
        "nothing": None,
        "at": ValueError(CARRIER),
    }

    assert {
        "phones": ["138****8000", ["138****8000"]],
        "token": "***",
        "api_key": "***",
        "headers": {"Authorization": "***", "x": "138****8000"},
        "password_attempts": 3,
        "nothing": None,
        "at": "138****8000",
    } == log.redact_value(value)


@pytest.mark.usefixtures("_restored")
def test_every_line_is_json_and_masked_whoever_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Our loggers, a library's logger and a traceback go through one formatter; Chinese stays readable."""
    log.configure("intake", "INFO")
    log.get("a").info("收到", phone=CARRIER, tenant="331081")
    logging.getLogger("urllib3").warning("GET %s", "/x?access_token=abcdef")

    def broken() -> None:
        raise RuntimeError("postgresql://u:pw@h/d")

    try:
        broken()
    except RuntimeError:
        log.get("a").exception("broken")
    logging.getLogger("aiokafka").info("noise")
    lines = capsys.readouterr().out.splitlines()

    assert "收到" in lines[0]
    first, second, third = (json.loads(line) for line in lines)
    assert (first["phone"], first["tenant"], first["service"]) == ("138****8000", "331081", "intake")
    assert second["event"] == "GET /x?access_token=***"
    assert "postgresql://u:***@h/d" in third["exception"]
    assert "RuntimeError" in third["exception"]


@pytest.mark.usefixtures("_restored")
def test_what_a_process_dies_of_is_told_by_the_same_formatter(capsys: pytest.CaptureFixture[str]) -> None:
    """In the main thread and in any other: one JSON line, nothing on the error stream, nothing that the error quotes."""
    log.configure("test")

    def die() -> None:
        raise ValueError("[type=string_type, input_value='canary', input_type=str]")

    try:
        die()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]

    assert [("crashed", "critical")] * 2 == [(line["event"], line["level"]) for line in lines]
    assert "canary" not in told.out + told.err
