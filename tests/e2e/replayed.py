"""Replay scenario files through the running services: real Kafka and database, the services' clock in our hand.

All scenarios share one machine and one clock. Each has a committee of its own: its pack and its events are rewritten to
the codes of a city (or county) that no other scenario uses, so that none sees another's facts. At each instant the clock
is set, time is let pass up to it, and what was recorded then is published; what came of it is asked of escalation's API.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from fastapi.testclient import TestClient

from bihuan.policy import Signed, activation
from contracts import divisions
from contracts.divisions import Divisions
from contracts.topics import HAZARD_FACTS, PEOPLE_FACTS, PEOPLE_SOURCE, inspection_topic, slot_of
from contracts.vocabulary import Level
from deploy import topics
from deploy.local.testing import Server
from policies import files
from runtime import broker, crash
from runtime.broker import NewTopic, Partition
from runtime.database import Database
from runtime.settings import ProcessSettings
from runtime.testing import Program, eventually
from services.escalation.core.calendar import midnight
from services.escalation.main import api_app
from services.escalation.packs import PackFile, read_pack
from services.escalation.settings import EscalationSettings
from services.intake.core.registry import Source
from services.intake.store import sources

SLUG = "scenarios"
TOPIC = inspection_topic(SLUG)
GRACE = timedelta(seconds=1)  # a fact and a deadline of one instant: the fact comes first, as in a simulation
STRUCTURED = [("content-type", b"application/cloudevents+json")]
WITHIN = 120.0
PAUSE = 0.05
LAST_WORDS = 6_000
CITY_DIGITS = 4
MOST_COUNTIES = 7  # of a city whose pack is moved

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as it is replayed: under a committee of its own; `packs` are its pack and what that brings along."""

    name: str
    root: str
    said: Record
    packs: tuple[PackFile, ...]

    @property
    def until(self) -> datetime:
        return datetime.fromisoformat(self.said["until"])


def read(paths: Sequence[Path]) -> list[Scenario]:
    """The scenarios of these files, each moved to a committee that no pack of the product binds."""
    table = divisions.load()
    free = {level: list(_free_committees(table, level)) for level in (Level.CITY, Level.COUNTY)}
    return [_moved(path, table, free) for path in paths]


def _free_committees(table: Divisions, level: Level) -> Iterator[str]:
    """Cities, or counties of other cities, without a pack; each in a slot of its own. Cities lie in even slots."""
    taken = {slot_of(root) for root in files.roots()}
    bound = {root[:CITY_DIGITS] for root in files.roots()}
    for division in table:
        slot, city = slot_of(division.code), division.code[:CITY_DIGITS]
        fits = division.level is level and not division.is_zone and not division.valid_to
        enough = level is Level.COUNTY or len(_counties(table, division.code)) >= MOST_COUNTIES
        if fits and enough and city not in bound and slot not in taken and slot % 2 == (level is Level.COUNTY):
            taken.add(slot)
            bound.add(city)
            yield division.code


def _counties(table: Divisions, city: str) -> list[str]:
    return [one.code for one in table if one.parent == city and not one.is_zone and not one.valid_to]


def _moved(path: Path, table: Divisions, free: Mapping[Level, list[str]]) -> Scenario:
    text = path.read_text(encoding="utf-8")
    texts = list(_pack_texts(json.loads(text)["policy"], path.parent))
    root = str(files.parse(texts[0].encode(), path.name)["root"])
    is_city = root.endswith("00")
    own = free[Level.CITY if is_city else Level.COUNTY].pop(0)
    old, new = (root[:CITY_DIGITS], own[:CITY_DIGITS]) if is_city else (root, own)
    counties = dict(zip(_counties(table, root), _counties(table, own), strict=False)) if is_city else {}

    def there(some: str) -> str:
        return re.sub(
            rf"(?<![0-9A-Za-z-]){old}[0-9]{{{2 if is_city else 0}}}(?=(?:[0-9]{{3}}|[0-9]{{6}})?(?![0-9-]))",
            lambda code: counties.get(code[0], new + code[0][len(old) :]),
            some,
        )

    packs = tuple(read_pack(_renamed(there(one), path.stem).encode()) for one in texts)
    return Scenario(path.stem, own, json.loads(there(text)), packs)


def _pack_texts(policy: str, beside: Path, *, is_child: bool = False) -> Iterator[str]:
    """The pack's text and those of its children; a child named alone brings its parent along."""
    file = beside / f"{policy}.yaml"
    found = file if file.is_file() else files.folder() / f"{policy}.yaml"
    text = found.read_text(encoding="utf-8")
    raw = files.parse(text.encode(), policy)
    if raw.get("child_of") and not is_child:
        yield from _pack_texts(raw["child_of"], found.parent)
        return
    yield text
    for child in raw.get("children", ()):
        yield from _pack_texts(child, found.parent, is_child=True)


def _renamed(text: str, scenario: str) -> str:
    """The pack under an id of its own."""
    suffix = scenario.replace("_", "-").lower()
    text = re.sub(r"^(id|child_of): (\S+)$", rf"\1: \2-{suffix}", text, flags=re.MULTILINE)
    return re.sub(
        r"^children: \[(.+)\]$",
        lambda match: f"children: [{', '.join(f'{name.strip()}-{suffix}' for name in match[1].split(','))}]",
        text,
        flags=re.MULTILINE,
    )


class Installation:
    """Intake's and escalation's worker on a clock that a file tells, for the packs and sources of all scenarios."""

    def __init__(self, *, url: str, kafka: Server, folder: Path, scenarios: Sequence[Scenario]) -> None:
        self._url = url
        self._folder = folder
        self._scenarios = scenarios
        self._clock = folder / "clock"
        self._settings = ProcessSettings(database_url=url, kafka_brokers=kafka.url)
        self._write_packs()
        self._register()
        self._producer = broker.producer(self._settings, client_id="scenarios")
        self._connection = psycopg.connect(url, autocommit=True)
        self._programs: list[Program] = []

    def close(self) -> None:
        """End what runs; where a test fails, what both said last is shown with it."""
        for program in self._programs:
            program.kill()
            print(program.output()[-LAST_WORDS:])  # noqa: T201
        self._producer.close()
        self._connection.close()

    def start(self) -> None:
        """Start the two workers."""
        for service in ("intake", "escalation"):
            environment = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")} | {
                "BIHUAN_DATABASE_URL": self._url,
                "BIHUAN_KAFKA_BROKERS": self._settings.kafka_brokers,
                "BIHUAN_POLICIES_DIR": str(self._folder / "packs"),
                "BIHUAN_DATA_DIR": str(self._folder),
                "BIHUAN_CLOCK_FILE": str(self._clock),
                "BIHUAN_GRACE_SECONDS": str(GRACE.total_seconds()),
                "BIHUAN_TICK_SECONDS": "0.1",
                "BIHUAN_INSTANCE": f"{service}-1",
            }
            output = self._folder / f"{service}.log"
            module = f"services.{service}.main"
            self._programs.append(Program(["-m", module, "worker"], environment=environment, output=output).start())

    def replay(self) -> None:
        """Let every instant come, in order, and publish what was recorded then; then let time run to the last end."""
        for instant, told in sorted(_by_instant(self._scenarios).items()):
            self._reach(instant)
            self._publish(told)
        end = max(scenario.until for scenario in self._scenarios) + 2 * GRACE
        self._reach(end)
        slots = [slot_of(scenario.root) for scenario in self._scenarios]
        self._wait(
            lambda: self._rows("SELECT count(*) FROM escalation.frontier WHERE slot = ANY(%s) AND ticked_at >= %s",
                               slots, end - GRACE) == [(len(slots),)],
        )  # fmt: skip

    def api(self) -> TestClient:
        """Escalation's API."""
        settings = EscalationSettings(database_url=self._url, policies_dir=self._folder / "packs")
        database = Database(self._url, schema="escalation", application_name="test")
        return TestClient(api_app(settings, database, divisions.load()))

    def refused(self, scenario: Scenario) -> int:
        """Events of the scenario that intake or escalation put aside."""
        named = {event["source"] for event in scenario.said["events"]}
        bodies = (str(body, "utf-8", "replace") for (body,) in self._rows("SELECT body FROM intake.dead_letter"))
        return sum(any(f'"{source}"' in body for source in named) for body in bodies)

    def _write_packs(self) -> None:
        (self._folder / "packs").mkdir()
        for scenario in self._scenarios:
            for found in scenario.packs:
                (self._folder / "packs" / f"{found.pack.id}.yaml").write_bytes(found.text)

    def _register(self) -> None:
        with closing(broker.Admin(self._settings, client_id="scenarios")) as admin:
            topics.create(admin)
            admin.create_topics([NewTopic(name=TOPIC, partitions=1, replication=-1, settings={})])
        attributes = {event["source"] for scenario in self._scenarios for event in scenario.said["events"]}
        attributes.discard(PEOPLE_SOURCE)
        source = Source(
            slug=SLUG,
            name=SLUG,
            namespace=SLUG,
            tenants=("*",),
            attributes=frozenset(attributes),
            topic=TOPIC,
            historic=False,
        )
        database = Database(self._url, schema="intake", application_name="test")
        with closing(database), database.begin() as work:
            sources.register(work, source)

    def _reach(self, instant: datetime) -> None:
        """Set the clock, and wait until time has passed in the log up to just before the instant."""
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(instant.isoformat(), encoding="ascii")
        fresh.replace(self._clock)
        if not self._programs:
            self.start()
        tick = "SELECT count(*) FROM intake.relay_tick WHERE topic = %s AND value >= %s"
        self._wait(lambda: self._rows(tick, HAZARD_FACTS, instant - GRACE) == [(1,)])

    def _publish(self, told: Sequence[tuple[str, bytes]]) -> None:
        """Write records to their topics and wait until intake has announced what it takes of them."""
        reports = [self._producer.send(topic, value=body, headers=STRUCTURED) for topic, body in told]
        self._producer.flush()
        ends: dict[Partition, int] = {}
        for report in reports:
            written = report.get(timeout=60)
            place = Partition(written.topic, written.partition)
            ends[place] = max(written.offset, ends.get(place, 0))
        read = "SELECT count(*) FROM intake.consumer_position WHERE (topic, slot) = (%s, %s) AND next_offset > %s"
        self._wait(lambda: all(self._rows(read, *place, last) == [(1,)] for place, last in ends.items()))
        self._wait(lambda: self._rows("SELECT count(*) FROM intake.outbox") == [(0,)])

    def _wait(self, look: Callable[[], bool]) -> None:
        """Look until it is so; a worker that leaves meanwhile is started again, as its supervisor would do."""

        def look_after_starting() -> bool:
            for program in self._programs:
                if program.process.poll() == crash.LEFT:
                    program.start()
            return look()

        eventually(look_after_starting, within=WITHIN, every=PAUSE)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, values or None).fetchall()


def _by_instant(scenarios: Sequence[Scenario]) -> dict[datetime, list[tuple[str, bytes]]]:
    """What is published at each instant: packs go into force on their first day, events come when they were recorded."""
    found: dict[datetime, list[tuple[str, bytes]]] = defaultdict(list)
    for scenario in scenarios:
        for pack in scenario.packs:
            begins = midnight(scenario.packs[0].pack.effective_from)
            found[begins].append((PEOPLE_FACTS, activation(pack, Signed("scenario"), begins)))
        last = midnight(scenario.packs[0].pack.effective_from)
        for event in scenario.said["events"]:
            last = _recorded(event) or last
            if last <= scenario.until:
                topic = PEOPLE_FACTS if event.get("source") == PEOPLE_SOURCE else TOPIC
                found[last].append((topic, json.dumps(event, ensure_ascii=False).encode()))
    return found


def _recorded(event: Record) -> datetime | None:
    """When an event became known, None where it does not say so in a form that can be read."""
    try:
        moment = datetime.fromisoformat(event.get("recordedtime", event["time"]))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def records(api: TestClient, scenario: Scenario, **asked: str) -> list[Record]:
    """Every record that the API gives of the decisions asked for, up to the scenario's end."""
    found: list[Record] = []
    cursor = ""
    while True:
        page = api.get(
            "/v1/decisions", params={"tenant": scenario.root, "limit": "200", "cursor": cursor, **asked}
        ).json()
        for decision in page["items"]:
            found += api.get(f"/v1/decisions/{decision['decision_id']}").json()["items"]
        cursor = page["next"] or ""
        if not cursor:
            return [one for one in found if datetime.fromisoformat(one["known_at"]) <= scenario.until]
