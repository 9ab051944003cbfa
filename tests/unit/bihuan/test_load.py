"""Load goes to this machine, in a number that can be borne; elsewhere only on a word."""

import pytest

from bihuan import load


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://bihuan:x@127.0.0.1:1/bihuan")
    monkeypatch.setenv("BIHUAN_KAFKA_BROKERS", "127.0.0.1:9092,kafka-2.example.cn:9092")


def test_another_machine_is_refused_with_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Invented hazards stay where they were sent."""
    with pytest.raises(SystemExit):
        load._check("http://127.0.0.1:8001", 100, yes=False)

    assert "kafka-2.example.cn 不在本机" in capsys.readouterr().err


def test_a_word_lets_it_through(capsys: pytest.CaptureFixture[str]) -> None:
    """`--yes`."""
    load._check("http://intake.example.cn", 100, yes=True)

    assert capsys.readouterr().err == ""


def test_too_many_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the word."""
    with pytest.raises(SystemExit):
        load._check("http://127.0.0.1:8001", load.MOST_EVENTS + 1, yes=True)

    assert "太多" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("[::1]", True), ("localhost", True), ("10.0.0.1", False), ("kafka", False)],
)
def test_what_is_this_machine(host: str, expected: bool) -> None:
    """By address; a name that is resolved elsewhere is not."""
    assert load._is_loopback(host) is expected
