"""Every door of the product, each a way to bring rows in and to hear what the sender is told at once."""

import http.client
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from runtime import broker
from tests.e2e.feed import STRUCTURED, send
from tests.e2e.messy import Row
from tests.machine import Machine

TOPIC = "inspection.doors"
ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
MOST_EVENTS, MOST_BYTES = 500, 900_000  # of one request


@dataclass(slots=True)
class Told:
    """What senders were told at once: outcomes of events that were read, and refusals of whole requests or lines."""

    outcomes: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)


Door = Callable[[Sequence[Row]], Told]


def doors(machine: Machine, key: str, folder: Path) -> dict[str, Door]:
    """Every door by the name of its source's attribute."""

    def binary(rows: Sequence[Row]) -> Told:
        send(machine.settings, TOPIC, [(row.data, row.in_headers) for row in rows])
        return Told()

    def structured(rows: Sequence[Row]) -> Told:
        send(machine.settings, TOPIC, [(row.structured, STRUCTURED) for row in rows])
        return Told()

    def bare(rows: Sequence[Row]) -> Told:
        send(machine.settings, TOPIC, [(row.structured, ()) for row in rows])
        return Told()

    def one(rows: Sequence[Row]) -> Told:
        return _posted(machine, key, ONE, (row.structured for row in rows))

    def batch(rows: Sequence[Row]) -> Told:
        pieces = (b"[" + b",".join(piece) + b"]" for piece in _pieces(rows))
        return _posted(machine, key, BATCH, pieces)

    def file(rows: Sequence[Row]) -> Told:
        return _published(machine, folder, rows)

    def posted(rows: Sequence[Row]) -> Told:
        return _published(machine, folder, rows, "--http")

    return {
        "binary": binary,
        "structured": structured,
        "bare": bare,
        "one": one,
        "batch": batch,
        "file": file,
        "posted": posted,
    }


def send_compressed(machine: Machine, row: Row) -> None:
    """Write a record that only fits the topic because it is compressed, as other producers do."""
    options = broker.connection(machine.settings)
    with closing(KafkaProducer(**options, compression_type="gzip", max_request_size=1 << 25)) as producer:
        producer.send(TOPIC, row.structured).get(60)


def _pieces(rows: Sequence[Row]) -> Iterator[list[bytes]]:
    piece: list[bytes] = []
    for row in rows:
        if piece and (len(piece) == MOST_EVENTS or sum(map(len, piece)) + len(row.structured) > MOST_BYTES):
            yield piece
            piece = []
        piece.append(row.structured)
    yield piece


def _posted(machine: Machine, key: str, content_type: str, bodies: Iterator[bytes]) -> Told:
    """Post over one connection, which a refusal may close."""
    told = Told()
    headers = {"authorization": f"Bearer {key}", "content-type": content_type}
    connection = http.client.HTTPConnection(machine.address("intake").removeprefix("http://"), timeout=60)
    with closing(connection):
        for body in bodies:
            connection.request("POST", "/v1/events", body, headers)
            answer = connection.getresponse()
            said = json.loads(answer.read())
            told.statuses[answer.status] += 1
            if answer.status == http.client.ACCEPTED:
                told.outcomes += said["outcomes"]
            else:
                told.refusals.append(said)
    return told


def _published(machine: Machine, folder: Path, rows: Sequence[Row], *how: str) -> Told:
    path = folder / "events.jsonl"
    path.write_bytes(b"".join(row.structured + b"\n" for row in rows))
    done = machine.ended("publish", str(path), *how)
    complaints = [line for line in done.stderr.splitlines() if line.startswith(f"{path}:")]
    assert done.returncode == (1 if complaints else 0), done.stderr
    return Told(complaints=complaints)
