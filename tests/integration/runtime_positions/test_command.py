"""`bihuan positions` shows both numbers of a stopped slot and lets a person say where it goes on."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from typer.testing import CliRunner, Result

from bihuan import main
from runtime import broker
from runtime.broker import Admin, NewTopic, Partition
from runtime.clock import SystemClock
from runtime.settings import ProcessSettings

STOPPED = "outside_log: position 2 is outside the log [5, 10]"


@pytest.fixture
def topic(kafka_brokers: str, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A topic of two slots with ten records each, of which the first five are gone from slot 1."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)
    monkeypatch.setenv("BIHUAN_KAFKA_BROKERS", kafka_brokers)
    monkeypatch.setenv("COLUMNS", "200")
    settings = ProcessSettings()
    name = f"positions.{SystemClock().uuid().hex[-8:]}"
    with (
        closing(Admin(settings, client_id="test")) as admin,
        closing(broker.producer(settings, client_id="t")) as sender,
    ):
        admin.create_topics([NewTopic(name=name, partitions=2)])
        for number in range(20):
            sender.send(name, b"%d" % number, partition=number % 2)
        sender.flush(30)
        admin.delete_records({Partition(name, 1): 5})
        with psycopg.connect(database_url) as connection:
            connection.execute("DELETE FROM escalation.consumer_position")
            connection.execute(
                """INSERT INTO escalation.consumer_position (topic, slot, next_offset, owner, stopped)
                VALUES (%s, 0, 7, 'host:1', NULL), (%s, 1, 2, 'host:1', %s)""",
                (name, name, STOPPED),
            )
        yield name
        admin.delete_topics([name])


def run(*words: str) -> Result:
    return CliRunner().invoke(main.build(["positions"]), ["positions", *words])


def stored(database_url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT slot, next_offset, epoch, stopped FROM escalation.consumer_position ORDER BY slot"
        ).fetchall()


def test_the_list_shows_position_log_and_reason(topic: str) -> None:
    """Every slot of the service, or only those that do not move."""
    every = run("list", "--service", "escalation")
    stopped = run("list", "--stopped")

    assert (every.exit_code, stopped.exit_code) == (0, 0)
    assert f"{topic}[0]" in every.output
    assert "5 .. 10" in every.output
    assert "outside_log" in stopped.output
    assert f"{topic}[0]" not in stopped.output


def test_accepting_moves_stopped_slots_alone_and_fences_their_reader(topic: str, database_url: str) -> None:
    """At the start of what is left of the log; the slot that moves is not touched."""
    done = run("accept", "--service", "escalation", "--topic", topic, "--at", "start")

    assert (done.exit_code, done.output.strip()) == (0, f"{topic}[1]: 2 -> 5")
    assert [(0, 7, 0, None), (1, 5, 1, None)] == stored(database_url)


def test_a_named_slot_may_be_moved_anywhere_in_its_log(topic: str, database_url: str) -> None:
    """Backwards too: what was applied is read again."""
    done = run("accept", "--service", "escalation", "--topic", topic, "--slot", "0", "--at", "3")

    assert done.exit_code == 0
    assert [(0, 3, 1, None), (1, 2, 0, STOPPED)] == stored(database_url)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--service", "nobody", "--at", "start"], "--service has to be one of"),
        (["--service", "escalation", "--slot", "9", "--at", "start"], "no such position"),
        (["--service", "escalation", "--at", "here"], "outside the log [5, 10]"),
        (["--service", "escalation", "--at", "99"], "outside the log [5, 10]"),
        (["--service", "escalation", "--at", "soon"], "--at has to be"),
        (["--service", "notify", "--at", "start"], "no stopped slot"),
    ],
)
def test_what_cannot_be_accepted_is_refused_with_a_reason(
    topic: str, database_url: str, words: list[str], said: str
) -> None:
    """Nothing is changed, and the exit status says wrong usage."""
    refused = run("accept", "--topic", topic, *words)

    assert refused.exit_code == 2
    assert said in refused.output
    assert [(0, 7, 0, None), (1, 2, 0, STOPPED)] == stored(database_url)
