"""One messy feed at every door: the same outcome, reason, letter and fact, whichever way it came."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from contracts import divisions
from runtime import dead_letters
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.streams import Record, SlotBatch
from runtime.testing import ManualClock
from services.intake.consumer import InspectionHandler
from services.intake.core.admission import Admission
from services.intake.core.committees import Committees
from services.intake.core.keys import ApiKey
from services.intake.core.lines import read_lines
from services.intake.handlers.counting import Counter
from services.intake.handlers.posting import BATCH, cut, post
from services.intake.handlers.registering import Doorkeeper
from services.intake.metrics import INTAKE_METRICS
from tests.integration.intake_doors.scene import COUNTY, NOW, ROOTS, event, outbox_of

Seen = tuple[list[tuple[str, str | None, str | None]], list[dict[str, Any]]]
Door = Callable[[Sequence[bytes]], None]
STRUCTURED = (("content-type", b"application/cloudevents+json; charset=utf-8"),)


def document(**changes: Any) -> bytes:
    return json.dumps(event(**changes), ensure_ascii=False).encode()


SITE = {"id": "S-1", "name": "乙机械有限公司", "address": "示范路1号", "kind": "unit", "sector": "工贸"}
REPORT = {
    "hazard_id": "H-1",
    "level": "general",
    "category": "fire_safety",
    "description": "疏散通道被货物堵塞",
    "site": SITE,
    "sector": "工贸",
    "found_by": "inspection",
    "rectify_by": "2023-05-20",
}
FEED = {
    "good": document(),
    "the same again": document(),
    "the same with its keys turned round": json.dumps(dict(reversed(event().items())), indent=1).encode(),
    "the same id, another body": document(data={"hazard_id": "H-2"}),
    "closed before reported": document(id="early", data={"hazard_id": "H-9"}),
    "ninety days late": document(id="late", time="2023-02-08T09:00:00+08:00", recordedtime="2023-05-09T09:00:00+08:00"),
    "tomorrow": document(id="future", time="2023-05-10T12:00:00+08:00"),
    "malformed": b'{"id":',
    "two in one": document(id="a") + document(id="b"),
    "not UTF-8": '{"id":"隐患"}'.encode("gb18030"),
    "NUL": b'{"id":"\\u0000"}',
    "a lone surrogate": b'{"id":"\\ud83d"}',
    "NaN": b'{"id":NaN}',
    "a number without end": b'{"id":1e400}',
    "a hundred thousand deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a key twice": b'{"id":"1","id":"2"}',
    "full-width digits": document(id="w", tenant="３３１０８１"),
    "a number as tenant": document(id="n", tenant=331081),
    "too large": document(id="big", data={"hazard_id": "H-1", "x": "x" * (1 << 20)}),
    "an unknown field": document(id="field", data={"hazard_id": "H-1", "colour": "red"}),
    "an unknown word that grows": document(id="word", type="hazard.reported.v1", data=REPORT | {"found_by": "梦见"}),
    "an unknown word that decides": document(id="level", type="hazard.reported.v1", data=REPORT | {"level": "严重"}),
    "an impossible day": document(id="day", type="hazard.reported.v1", data=REPORT | {"rectify_by": "2023-13-40"}),
    "a newer version": document(id="v2", type="hazard.closed.v2"),
    "an unknown type": document(id="type", type="hazard.exploded.v1"),
    "a time without offset": document(id="naive", time="2023-05-08T09:00:00"),
    "an unknown division": document(id="division", tenant="331081999"),
    "a retired one": document(id="retired", tenant="330103"),
    "an invalid credit code": document(
        id="uscc", type="hazard.reported.v1", data=REPORT | {"site": SITE | {"uscc": "91110000600037342L"}}
    ),
    "another's tenant": document(id="tenant", tenant="330300"),
    "another's source": document(id="source", source="/city/safety"),
    "a tick of our own": document(id="tick", type="clock.ticked.v1", data={}),
    "what only people do": document(id="people", type="reply.missed.v1", data={}),
    "an array": b"[]",
    "nothing": b"",
    "good at the end": document(id="end"),
}


@pytest.fixture
def doors(database: Database, admission: Admission) -> dict[str, Door]:
    """Ways to bring a feed in; each in one transaction."""
    clock = ManualClock(NOW)
    table = divisions.load()
    handler = InspectionHandler(
        topics=(str(COUNTY.topic),),
        doorkeeper=Doorkeeper(divisions=table, committees=Committees(table, ROOTS), clock=clock),
        clock=clock,
        counter=Counter(Metrics([*RUNTIME_METRICS, *INTAKE_METRICS])),
    )
    key = ApiKey(
        prefix="0" * 12,
        digest=b"",
        slug=COUNTY.slug,
        tenants=COUNTY.tenants,
        operates=False,
        label="",
        created_at=NOW,
        expires_at=NOW,
    )

    def kafka(headers: tuple[tuple[str, bytes], ...]) -> Door:
        def bring(bodies: Sequence[bytes]) -> None:
            records = (
                Record(str(COUNTY.topic), 0, offset, None, body, headers, 0) for offset, body in enumerate(bodies)
            )
            with database.begin() as work:
                handler.handle(work, [SlotBatch(str(COUNTY.topic), 0, tuple(records))])

        return bring

    def http(bodies: Sequence[bytes]) -> None:
        with database.begin() as work:
            post(work, bodies, admission=admission, source=COUNTY, key=key, received_at=NOW)

    def http_batch(bodies: Sequence[bytes]) -> None:
        pieces = cut(b"[" + b",".join(bodies) + b"]", BATCH)
        assert isinstance(pieces, list), pieces
        http(pieces)

    def file(bodies: Sequence[bytes]) -> None:
        lines = read_lines(body.replace(b"\n", b" ") for body in bodies)
        kafka(STRUCTURED)([line.body for line in lines])

    return {
        "kafka bare": kafka(()),
        "kafka structured": kafka(STRUCTURED),
        "http one by one": http,
        "http batch": http_batch,
        "file": file,
    }


def bring(database: Database, door: Door, bodies: Sequence[bytes]) -> Seen:
    """Bring a feed in and return letters and facts, without what names the door; nothing of it stays."""
    door(bodies)
    with database.begin() as work:
        letters = dead_letters.listed(work, limit=1000)[::-1]
        facts = [document for _, _, document in outbox_of(work)]
        for table in ("event_id", "outbox", "dead_letter"):
            work.connection.execute(f"TRUNCATE {table}")
    for fact in facts:
        fact.pop("door")
    return [(letter.reason, letter.event_id, letter.tenant) for letter in letters], facts


def test_a_messy_feed_comes_to_the_same_at_every_door(database: Database, doors: dict[str, Door]) -> None:
    """Nothing is lost at any of them: every event is announced, or a letter, or a repetition."""
    # Cut by brackets a batch cannot hold what has none: these two spoil the request, and only the request.
    whole = [body for name, body in FEED.items() if name not in {"malformed", "two in one", "nothing"}]

    seen = {name: bring(database, door, whole) for name, door in doors.items()}

    letters, facts = seen["kafka bare"]
    assert len(letters) + len(facts) + 2 == len(whole)
    for name, answer in seen.items():
        assert answer == (letters, facts), name


def test_what_no_batch_can_hold_comes_to_the_same_elsewhere(database: Database, doors: dict[str, Door]) -> None:
    """Each record, request or line is refused by itself."""
    bodies = [FEED["malformed"], FEED["two in one"], FEED["good"]]

    seen = [bring(database, door, bodies) for name, door in doors.items() if name != "http batch"]

    assert [reason for reason, _, _ in seen[0][0]] == ["not_json", "not_json"]
    assert all(answer == seen[0] for answer in seen)


def test_every_row_of_the_feed_has_the_reason_that_fits(database: Database, doors: dict[str, Door]) -> None:
    """By name, in order."""
    letters, facts = bring(database, doors["kafka bare"], list(FEED.values()))

    assert [reason for reason, _, _ in letters] == [
        "id_conflict",
        "not_json",
        "not_json",
        "not_utf8",
        "nul_character",
        "lone_surrogate",
        "number_not_finite",
        "number_out_of_range",
        "too_deep",
        "duplicate_key",
        "bad_tenant",
        "bad_tenant",
        "too_large",
        "invalid_data",
        "invalid_data",
        "newer_version",
        "unknown_type",
        "time_without_offset",
        "no_committee",
        "not_allowed",
        "unknown_source",
        "unknown_type",
        "unknown_type",
        "not_an_object",
        "empty",
    ]
    assert {fact["id"]: fact.get("flags", []) for fact in facts} == {
        "1": [],
        "early": [],
        "late": [],
        "future": ["future"],
        "field": [],
        "word": ["unfamiliar_found_by"],
        "division": ["unknown_division"],
        "uscc": ["invalid_uscc"],
        "end": [],
    }
