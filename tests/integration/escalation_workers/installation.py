"""Escalation as it runs: worker processes, a broker, a database; and a feeder in the place of intake."""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from bench import stream
from contracts.decisions import Decision
from contracts.facts import Fact
from contracts.topics import ESCALATION_FACTS, SLOTS
from deploy import topics
from policies import files
from runtime import broker, codec
from runtime.broker import Partition
from runtime.settings import ProcessSettings
from runtime.streams import Record
from runtime.testing import Program, eventually, http_status
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.policy import parse_pack
from tests.integration.escalation_decisions.log import Log, activated, reference
from tests.unit.services.escalation.stories import all_divisions, fact, moment, report

START = moment("05-08")
DAY = timedelta(days=1)

_decision = msgspec.json.Decoder(Decision).decode


class Installation:
    """A broker and a database of its own with the workers that a test starts."""

    def __init__(self, *, url: str, brokers: str, folder: Path, committees: int) -> None:
        self.url = url
        self.brokers = brokers
        self.folder = folder
        self.settings = ProcessSettings.model_construct(database_url=None, kafka_brokers=brokers)
        self.committees = stream.committees(all_divisions())[:committees]
        packs = folder / "packs"
        packs.mkdir()
        text = (files.folder() / f"{stream.PACK}.yaml").read_text(encoding="utf-8")
        for one in self.committees:
            own = text.replace(stream.PACK, f"pack-{one.root}").replace('"331081"', f'"{one.root}"')
            (packs / f"pack-{one.root}.yaml").write_text(own, encoding="utf-8")
        self.law = Law([parse_pack(files.read(path)) for path in files.pack_files(packs)], all_divisions())
        with closing(broker.Admin(self.settings, client_id="installation")) as admin:
            topics.create(admin)
        self.producer = broker.producer(self.settings, client_id="feeder")
        self.programs: list[Program] = []
        self.published: list[Record] = []

    def close(self) -> None:
        """End every worker that still runs."""
        for program in self.programs:
            if program.process.poll() is None:
                program.kill()
        self.producer.close()

    def worker(self, instance: str) -> Program:
        """Start a worker as a static member of the group."""
        program = Program(
            ["-m", "services.escalation.main", "worker"],
            environment={
                "BIHUAN_DATABASE_URL": self.url,
                "BIHUAN_KAFKA_BROKERS": self.brokers,
                "BIHUAN_POLICIES_DIR": str(self.folder / "packs"),
                "BIHUAN_DATA_DIR": str(self.folder),
                "BIHUAN_INSTANCE": instance,
                "BIHUAN_DEADLINES_AT_ONCE": "7",
            },
            output=self.folder / f"{instance}.log",
        ).start()
        self.programs.append(program)
        return program

    def publish(self, records: Iterable[Record]) -> None:
        """Append records to the log as intake's relay would."""
        for record in records:
            self.producer.send(record.topic, record.value, key=record.key, partition=record.slot)
            self.published.append(record)
        self.producer.flush(30)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query on the workers' tables gives."""
        with psycopg.connect(self.url, options="-c search_path=escalation") as connection:
            return connection.execute(query).fetchall()

    def applied(self) -> int:
        """Records that the workers have applied, ticks included."""
        return int(self.rows("SELECT coalesce(sum(next_offset), 0) FROM consumer_position")[0][0])

    def wait_until_applied(self, within: float = 90.0) -> None:
        """Wait until every record is applied and every decision published."""
        eventually(lambda: self.applied() == len(self.published), within=within)
        eventually(lambda: self.rows("SELECT count(*) FROM outbox") == [(0,)], within=within)

    def told(self) -> dict[int, list[Fact]]:
        """What the workers published, by slot, each sequence once; the sequence has no gap."""
        told: dict[int, list[Fact]] = defaultdict(list)
        for slot, values in _records(self.settings, ESCALATION_FACTS).items():
            last = 0
            for value in values:
                _, number = codec.sequence_of(value) or (0, 0)
                if number <= last:
                    continue  # a relay's next life publishes its batch again under the same numbers
                assert number == last + 1
                last = number
                told[slot].append(codec.decode(value))
        return told

    def expected(self) -> dict[int, list[Decision]]:
        """What the pure core decides from what was published, by slot."""
        found = {}
        for committee in self.committees:
            records = [record for record in self.published if record.slot == committee.slot]
            decisions, _ = reference(Engine(self.law), records)
            if decisions:
                found[committee.slot] = decisions
        return found


def decisions_in(told: Mapping[int, Iterable[Fact]]) -> dict[int, list[Decision]]:
    """The decision records in the facts."""
    return {slot: [_decision(one.data) for one in facts] for slot, facts in told.items()}


def month(committee: stream.Committee, hazards: int) -> list[list[Record]]:
    """A committee's log of thirty days, day by day: hazards come, some are put right, some late, deadlines pass."""
    log, days = Log(committee.root), []
    for day in range(30):
        now = START + day * DAY
        log.tick(now)
        if day == 0:
            log.hear(activated(committee.root, now), now + timedelta(seconds=1))
        for number in range(hazards):
            for told, known in _said(committee, number, day, now):
                log.hear(told, known)
        log.tick(now + DAY / 2)
        done = sum(map(len, days))
        days.append(log.records[done:])
    return days


def _said(committee: stream.Committee, number: int, day: int, now: datetime) -> list[tuple[Fact, datetime]]:
    hazard, known = f"H-{number}", now + timedelta(hours=1, seconds=number)
    words = {"hazard_id": hazard, "tenant": committee.town}
    if day == number % 7:
        made = report("05-08", hazard, tenant=committee.town, level="major" if number % 4 == 0 else "general",
                      inspection_id=f"I-{number}", site={"id": f"S-{number % 5}", "name": "示范机械厂"})  # fmt: skip
    elif day == 9 + number % 11 and number % 3:
        made = fact("hazard.rectified", "05-08", by="u1", **words)
    elif day == 12 + number % 11 and number % 3 == 1:
        made = fact("hazard.reinspected", "05-08", passed=number % 2 == 0, inspection_id=f"R-{number}", **words)
    elif day == 25 and number % 5 == 0:
        late = fact("hazard.rectified", "05-08", by="u2", **words)
        made = msgspec.structs.replace(late, recordedtime=now)
        return [(_at(made, committee, now - 6 * DAY, f"late-{number}"), known)]
    else:
        return []
    return [(_at(made, committee, now, f"{day}-{number}"), known)]


def _at(made: Fact, committee: stream.Committee, when: datetime, name: str) -> Fact:
    return msgspec.structs.replace(
        made,
        id=f"{committee.root}-{name}",
        time=when,
        recordedtime=made.recordedtime and when,
        committee=committee.root,
    )


def _records(settings: ProcessSettings, topic: str) -> dict[int, list[bytes]]:
    reader = broker.consumer(settings, client_id="reader")
    partitions = [Partition(topic, slot) for slot in range(SLOTS)]
    reader.assign(partitions)
    ends = {partition: end for partition, (_, end) in broker.ranges(reader, partitions).items()}
    reader.seek_to_beginning(*partitions)
    found: dict[int, list[bytes]] = {}
    until = time.monotonic() + 30
    while any(reader.position(partition) < end for partition, end in ends.items()):
        assert time.monotonic() < until
        for partition, batch in reader.poll(timeout_ms=500).items():
            found.setdefault(partition.partition, []).extend(record.value or b"" for record in batch)
    reader.close()
    return found


def port_of(program: Program) -> int:
    """The health port that a worker said it serves on last."""
    lines = [json.loads(line) for line in program.output().splitlines() if '"serving"' in line]
    return int(lines[-1]["port"])


def is_ready(program: Program) -> bool:
    """Whether the worker says that it is."""
    return http_status(f"http://127.0.0.1:{port_of(program)}/healthz/ready") == 200
