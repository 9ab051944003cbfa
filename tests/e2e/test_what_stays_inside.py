"""Names, numbers and secrets are pushed through every door while everything logs at debug; afterwards they are nowhere.

Looked through: what every process wrote (crash output too), every topic, every metric, the dead letters, the answers to
senders, and the database server's own log. A word may stand where the contract wants it (`ALLOWED`), and nowhere else.
"""

import json
import secrets
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from kafka import TopicPartition

from deploy.local.machine import ROLES, SERVICES
from runtime import broker
from runtime.testing import eventually
from tests.canaries import (
    HAZARD,
    INFORMER,
    QUOTED,
    REFUSED,
    TYPED,
    Knock,
    http,
    pages,
    refused,
    sign_in,
    stands,
    tip_off,
)
from tests.e2e.feed import STRUCTURED, document, event, is_through, send
from tests.e2e.receivers import SECRET
from tests.machine import Machine, asked

pytestmark = pytest.mark.timeout(900)

TOPIC = "inspection.leaks"
WITHIN = 240.0  # seconds
SEATS: Final = {"a seat's holder": "荣成市安委办", "a seat's address": "office@rongcheng.example"}
TOLD: Final = {"a hook's secret": SECRET}

ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(REFUSED, ("dead letters", TOPIC)),
    **dict.fromkeys(QUOTED, ("dead letters", TOPIC, "answers", "printed")),
}
"""What was refused is kept with its bytes, to be mended and replayed, and it still lies where it was sent to."""


def test_nothing_of_it_is_found_again(machine: Machine, tmp_path: Path) -> None:
    """S4: thirty words, every door, nowhere to be read; and the search itself finds what is there."""

    def ask(service: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str, str]:
        answer = asked(urllib.request.Request(machine.address(service) + path, body, headers))  # noqa: S310 (ours)
        return answer.status, str(answer.headers), answer.body.decode("utf-8", "replace")

    knock = Knock(ask, machine.token)
    said = {**INFORMER, **TYPED, **REFUSED, **QUOTED, **SEATS, **TOLD, **_real_secrets(machine)}
    said["receipt code"] = tip_off(knock)
    key = said["an API key"] = machine.run("keys", "create", "--source", "leaks").strip()
    http(knock, key)
    sign_in(knock)
    pages(knock)
    _kafka(machine)
    printed = _files(machine, tmp_path)
    send(
        machine.settings,
        "inspection.rongcheng",
        [
            (
                document(
                    event(
                        "hazard.reported",
                        id="LEAK/1",
                        source="/rongcheng/safety",
                        tenant="371082",
                        data={"hazard_id": "LEAK-1", **HAZARD},
                    )
                ),
                STRUCTURED,
            )
        ],
    )
    eventually(lambda: _has_refused(machine), within=WITHIN)
    eventually(lambda: is_through(machine), within=WITHIN)

    places = {
        **_logs(machine),
        **_topics(machine),
        **{f"metrics of {name}": text for name, text in _metrics(machine)},
        "dead letters": _letters(machine),
        "answers": knock.text,
        "printed": printed,
    }
    found = [
        f"{label} in {place}"
        for label, word in said.items()
        for place, text in places.items()
        if place not in ALLOWED.get(label, ()) and stands(word, text)
    ]

    assert found == []
    assert "LEAK-1" in places["hazard.facts"]
    assert stands(REFUSED["a refused description"], places["dead letters"])
    assert all('"level": "' in places[f"{service}-api.log"] for service in SERVICES)
    assert len(places) > 25


def _real_secrets(machine: Machine) -> dict[str, str]:
    """What this installation really keeps secret."""
    state = machine.here.places.state
    found = {f"login of {path.name}": _password(path.read_text("ascii")) for path in (state / "logins").iterdir()}
    passwords = dict(line.split() for line in machine.here.passwords_file.read_text("ascii").splitlines())
    return {
        **found,
        "owner's password": _password(machine.here.database_url_file.read_text("ascii")),
        "master key": machine.here.master_keys_file.read_text("ascii").partition(":")[2].strip(),
        "administrator's password": passwords["admin"],
        "administrator's session": machine.token,
    }


def _password(url: str) -> str:
    return str(urllib.parse.urlsplit(url.strip()).password)


def _kafka(machine: Machine) -> None:
    """The same bodies by the topic, where no sender hears an answer."""
    send(machine.settings, TOPIC, [(body, STRUCTURED) for body in refused()[:4]])


def _files(machine: Machine, folder: Path) -> str:
    """A file of events and a ledger with such rows; what the commands print names lines and reasons, not values."""
    lines, ledger = folder / "events.jsonl", folder / "ledger.csv"
    lines.write_bytes(b"\n".join([refused()[0], refused()[2]]))
    ledger.write_text(f"编号,隐患\n{REFUSED['a refused telephone']},{REFUSED['a refused name']}\n", encoding="utf-8")
    published = machine.ended("publish", str(lines))
    imported = machine.ended(
        "import", str(ledger), "--mapping", "demonstration-ledger", "--tenant", "331081006", "--source", "leaks"
    )
    assert (0, 0) != (published.returncode, imported.returncode)
    return published.stdout + published.stderr


def _has_refused(machine: Machine) -> bool:
    """Whether all that was refused by the topic, four records and the file's two lines, is kept."""
    rows = machine.rows("SELECT reason, door, origin FROM intake.dead_letter ORDER BY id")
    assert 6 == sum(origin.get("topic") == TOPIC for _, _, origin in rows), rows
    return True


def _logs(machine: Machine) -> dict[str, str]:
    """What every program wrote, the servers' and the supervisor's own included."""
    folder = machine.here.places.logs
    found = {path.name: path.read_text("utf-8", "replace") for path in folder.iterdir() if path.is_file()}
    assert {f"{service}-{role}.log" for service in SERVICES for role in ROLES} | {"postgres.log"} <= found.keys()
    return found


def _topics(machine: Machine) -> dict[str, str]:
    """Every record of every topic with key and headers."""
    found: dict[str, str] = {}
    with closing(broker.consumer(machine.settings, client_id="e2e-leaks")) as consumer:
        for topic in sorted(consumer.topics()):
            slots = [TopicPartition(topic, slot) for slot in consumer.partitions_for_topic(topic) or ()]
            consumer.assign(slots)
            consumer.seek_to_beginning(*slots)
            ends = consumer.end_offsets(slots)
            pieces: list[str] = []
            while any(consumer.position(slot) < ends[slot] for slot in slots):
                for records in consumer.poll(timeout_ms=500).values():
                    pieces += [f"{record.key!r} {_read(record.value)} {record.headers!r}" for record in records]
            found[topic] = "\n".join(pieces)
    return found


def _read(body: bytes | None) -> str:
    return (body or b"").decode("utf-8", "replace")


def _metrics(machine: Machine) -> Iterable[tuple[str, str]]:
    for service in SERVICES:
        for role in ROLES:
            yield f"{service}-{role}", machine.get(service, "/metrics", role=role).text


def _letters(machine: Machine) -> str:
    """Every column of every dead letter of every service, bodies as text."""
    pieces = []
    for service in SERVICES:
        for body, row in machine.rows(f"SELECT body, (to_jsonb(d) - 'body')::text FROM {service}.dead_letter d"):
            pieces += [_read(bytes(body)), row]
    return "\n".join(pieces)


def test_the_search_finds_each_form_of_a_word() -> None:
    """A search that finds nothing anywhere would prove nothing."""
    word = "金丝雀" + secrets.token_hex(4)

    for written in (word, json.dumps(word), urllib.parse.quote(word), repr(word.encode())):
        assert stands(word, f"before {written} after")
    assert not stands(word, "nothing of the sort")
