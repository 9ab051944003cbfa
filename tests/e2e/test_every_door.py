"""Whichever door an upstream system comes to, the same is said about the same event, and nothing is lost."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from runtime.clock import SystemClock
from runtime.testing import eventually
from tests.e2e.doors import Door, Told, doors, send_compressed
from tests.e2e.feed import STRUCTURED, document, event, is_through, send
from tests.e2e.messy import TENANT, TIMES, Row, feed, oversized
from tests.machine import Machine

pytestmark = pytest.mark.timeout(900)

WITHIN = 240.0  # seconds
CHINESE = re.compile("[\u4e00-\u9fff]")
NAMES = ("binary", "structured", "bare", "one", "batch", "file", "posted")
UNREADABLE = {"not_json", "not_utf8"}  # alone in a request they refuse the request, and the sender hears it at once
PHOTOGRAPH = 10_000_000  # bytes


@pytest.fixture(scope="module")
def sender_key(machine: Machine) -> str:
    """The API key of the upstream system."""
    return machine.run("keys", "create", "--source", "doors").strip()


@pytest.fixture(scope="module")
def operator_key(machine: Machine) -> str:
    """The API key of the one who looks after dead letters."""
    return machine.run("keys", "create", "--operate").strip()


@pytest.fixture
def ways(machine: Machine, sender_key: str, tmp_path: Path) -> dict[str, Door]:
    """Every door by its name."""
    return doors(machine, sender_key, tmp_path)


class Books:
    """What intake counted and kept since a moment."""

    def __init__(self, machine: Machine, operator_key: str) -> None:
        self._machine = machine
        self._key = operator_key
        self._counted = self._count()
        self._last = machine.rows("SELECT coalesce(max(id), 0) FROM intake.dead_letter")[0][0]

    def counted(self) -> Counter[str]:
        """Outcomes by word."""
        return self._count() - self._counted

    def settled(self, expected: Mapping[str, int], letters: int = 0) -> list[dict[str, Any]]:
        """Wait until this is what was counted and as many letters are kept, and return them."""
        eventually(lambda: self.counted() == expected and len(self.letters()) == letters, within=WITHIN)
        return self.letters()

    def letters(self) -> list[dict[str, Any]]:
        """The dead letters, oldest first."""
        listed: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            path = "/v1/dead-letters?state=all&limit=100" + (f"&cursor={cursor}" if cursor else "")
            answer = self._machine.get("intake", path, key=self._key)
            assert answer.status == 200
            listed += answer.json["items"]
            cursor = answer.json["next"]
        return sorted((one for one in listed if one["id"] > self._last), key=lambda one: one["id"])

    def _count(self) -> Counter[str]:
        words = ("accepted", "duplicate", "conflict", "rejected")
        return Counter(
            {
                word: int(
                    sum(
                        self._machine.metric(
                            "intake", "bihuan_intake_events_total", role, source_system="doors", result=word
                        )
                        for role in ("api", "worker")
                    )
                )
                for word in words
            }
        )


@pytest.fixture
def books(machine: Machine, operator_key: str) -> Books:
    """What the doors' source led to since the test began; the worker reads its topic before."""
    eventually(lambda: machine.metric("intake", "bihuan_owned_slots", topic="inspection.doors") == 1, within=WITHIN)
    return Books(machine, operator_key)


def test_the_same_event_is_accepted_once_whichever_door_it_comes_to(
    machine: Machine, ways: Mapping[str, Door], books: Books
) -> None:
    """The first door accepts it, every other calls it a duplicate."""
    now = SystemClock().now()
    events = {
        name: Row(
            attributes={
                "specversion": "1.0",
                "id": f"same-{name}",
                "source": "/doors/same",
                "type": "hazard.closed.v1",
                "time": now.isoformat(),
                "tenant": TENANT,
            },
            data=b'{"hazard_id":"same"}',
        )
        for name in NAMES
    }
    for name, bring in ways.items():
        bring([events[name]])
    books.settled({"accepted": len(NAMES)})

    answers = [bring([row for first, row in events.items() if first != name]) for name, bring in ways.items()]

    repeated = len(NAMES) * (len(NAMES) - 1)
    books.settled({"accepted": len(NAMES), "duplicate": repeated})
    heard = {outcome["outcome"] for told in answers for outcome in told.outcomes}
    assert heard == {"duplicate"}
    assert machine.rows("SELECT count(*) FROM intake.event_id WHERE source = '/doors/same'") == [(len(NAMES),)]


@pytest.mark.parametrize("name", NAMES)
def test_a_messy_feed_is_answered_row_by_row_and_nothing_is_lost(
    machine: Machine, ways: Mapping[str, Door], books: Books, name: str
) -> None:
    """Accepted, duplicate, conflict and refused are as many as were sent; every refusal has words and a mend."""
    rows = feed(name, SystemClock().now())
    running = machine.pids()
    alone = {row.reason for row in rows} & UNREADABLE if name in {"one", "posted"} else set()
    expected = Counter(row.word for row in rows if row.reason not in alone)

    told = ways[name](rows)

    wanted = [row for row in rows if row.reason and row.reason not in alone]
    letters = books.settled(expected, len(wanted))
    refused_at_once = len(told.refusals) if name == "one" else len(told.complaints) if name == "posted" else 0
    assert told.statuses.keys() <= {202, 400}
    check_answers(name, told, rows, alone)
    assert sum(expected.values()) + len(alone) == len(rows) == TIMES + 22
    assert refused_at_once >= len(alone)

    assert [letter["reason"] for letter in letters] == [row.reason for row in wanted]
    for letter, row in zip(letters, wanted, strict=True):
        assert CHINESE.search(letter["sentence"])
        assert CHINESE.search(letter["mend"])
        assert letter["event_id"] in {row.attributes["id"], None}
        assert letter["origin"]["slug"] == "doors"

    eventually(lambda: is_through(machine), within=WITHIN, every=0.5)
    check_effects(machine, name, rows)
    assert machine.pids() == running
    assert machine.metric("intake", "bihuan_consumer_incidents_total", kind="defect") == 0
    assert '"5' not in "".join(
        re.findall(r'bihuan_http_requests_total{.*status=("\d)', machine.get("intake", "/metrics").text)
    )


def check_answers(name: str, told: Told, rows: list[Row], alone: set[str]) -> None:
    """What the sender hears at once, where the door answers."""
    if name in {"one", "batch"}:
        heard = [(outcome["outcome"], outcome.get("reason", "")) for outcome in told.outcomes]
        assert heard == [(row.word, row.reason) for row in rows if row.reason not in alone]
        assert all(
            CHINESE.search(outcome["sentence"] + outcome["mend"]) for outcome in told.outcomes if "reason" in outcome
        )
        assert alone == {refusal["errors"][0]["reason"] for refusal in told.refusals}
        assert all(CHINESE.search(refusal["detail"]) for refusal in told.refusals)
    if name == "posted":
        assert len(told.complaints) == sum(1 for row in rows if row.reason)
        assert all(CHINESE.search(complaint) for complaint in told.complaints)
    if name == "file":
        assert told.complaints == []


def check_effects(machine: Machine, name: str, rows: list[Row]) -> None:
    """What lies in the log for each accepted row, and how the hazards read afterwards."""
    found = dict(
        machine.rows(
            "SELECT event_id, convert_from(document, 'UTF8')::jsonb -> 'flags' FROM escalation.fact WHERE source = %s",
            f"/doors/{name}",
        )
    )
    accepted = {str(row.attributes["id"]): list(row.flags) for row in rows if row.word == "accepted"}
    assert {event_id: flags or [] for event_id, flags in found.items()} == accepted
    first = machine.get("reporting", f"/v1/hazards/{name}-1").json["hazard"]
    assert first["description"] == "疏散通道被货物堵塞"
    early = machine.get("reporting", f"/v1/hazards/{name}-early").json["hazard"]
    assert early["state"] == "closed"


@pytest.mark.parametrize("name", ["bare", "one", "batch", "file", "posted"])
def test_a_photograph_inside_an_event_is_refused(
    machine: Machine, ways: Mapping[str, Door], books: Books, name: str
) -> None:
    """Ten megabytes: the sender hears it, or a mebibyte of it is a dead letter; what comes behind is taken in."""
    row = oversized(name, SystemClock().now(), PHOTOGRAPH)
    behind = Row(attributes={**row.attributes, "id": "behind"}, data=b'{"hazard_id":"behind"}')
    process = psutil.Process(machine.pid("intake-worker" if name == "bare" else "intake-api"))
    held = process.memory_info().rss

    if name == "bare":
        send_compressed(machine, row)
    told = ways[name]([behind] if name == "bare" else [row, behind])

    expected = {"accepted": 1, "rejected": 1} if name == "bare" else {"accepted": 1}
    letters = [(kept["reason"], kept["size"]) for kept in books.settled(expected, letters=int(name == "bare"))]
    assert letters == [("too_large", 1 << 20)] * (name == "bare")
    assert len(told.refusals) + len(told.complaints) == (0 if name == "bare" else 1)
    assert told.statuses == (Counter({413: 1, 202: 1}) if name in {"one", "batch"} else Counter())
    assert all("上限" in words for words in (*told.complaints, *(refusal["detail"] for refusal in told.refusals)))
    assert process.memory_info().rss - held < 50_000_000


def test_dead_letters_are_replayed_after_what_was_wrong_is_mended(
    machine: Machine, books: Books, operator_key: str
) -> None:
    """A source nobody had registered: once it is, its letters go in; what is still wrong stays."""
    now = SystemClock().now() - timedelta(minutes=1)
    report = feed("mended", now)[0]
    kinds = (
        event("hazard.closed", id="mended-1", source="/doors/mended", tenant=TENANT, data={"hazard_id": "mended-1"}),
        event("hazard.closed", id="mended-2", source="/doors/bare", tenant=TENANT, data={"hazard_id": "mended-1"})
        | {"type": "hazard.closed.v2"},
    )
    records = [(report.structured, STRUCTURED), *((document(one), STRUCTURED) for one in kinds)]
    send(machine.settings, "inspection.doors", records)
    reported, closed, newer = books.settled({"rejected": 3}, letters=3)
    assert [one["reason"] for one in (reported, closed, newer)] == ["unknown_source", "unknown_source", "newer_version"]
    listed = machine.run("dead-letters", "list", "--format", "jsonl")
    assert all(f'"id": {one["id"]},' in listed for one in (reported, closed, newer))
    assert "sources register" in machine.run("dead-letters", "show", str(reported["id"]))

    named = [word for name in ("same", *NAMES, "mended") for word in ("--source", f"/doors/{name}")]
    machine.run("sources", "register", "doors", "--tenant", TENANT, *named)
    answer = machine.post("intake", f"/v1/dead-letters/{reported['id']}/replay", key=operator_key)
    at_the_keyboard = machine.run("dead-letters", "replay", str(closed["id"]))
    stays = machine.ended("dead-letters", "replay", str(newer["id"]))

    assert (answer.status, answer.json["outcome"], answer.json["state"]) == (200, "accepted", "replayed")
    assert "accepted" in at_the_keyboard
    assert (stays.returncode, "newer_version" in stays.stdout) == (1, True)
    assert [one["state"] for one in books.letters()] == ["replayed", "replayed", "open"]
    eventually(
        lambda: machine.get("reporting", "/v1/hazards/mended-1").json["hazard"]["state"] == "closed", within=WITHIN
    )
