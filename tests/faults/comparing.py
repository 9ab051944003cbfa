"""Hold what the services announced, kept and told against what the log itself says: nothing lost, nothing doubled."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from contracts.decisions import Decision
from contracts.divisions import load as load_divisions
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, SLOTS
from runtime import broker
from runtime.settings import ProcessSettings
from services.escalation.packs import law_of, read_pack
from tests.faults.reference import decide, differences, facts_of, plain

Rows = Callable[..., list[tuple[Any, ...]]]
"""Asks the database: a query and its parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came out of a run. `expected` are the records that the log alone gives, `clocks` the armed ones of both."""

    arrived: Counter[str]
    expected: list[str]
    announced: list[str]
    kept: list[str]
    clocks: dict[tuple[str, str], object]
    expected_clocks: dict[tuple[str, str], object]
    raised: set[str]
    heard: int
    notices: int
    distinct_notices: int
    told_twice: list[tuple[Any, ...]]

    def wrong(self, sent: Iterable[str]) -> list[str]:
        """Every way in which it is not what was sent and decided; empty where nothing was lost or doubled."""
        gone, added = set(sent) - set(self.arrived), set(self.arrived) - set(sent)
        doubled = [event for event, times in self.arrived.items() if times > 1]
        found = [
            (gone, "events sent and not announced"),
            (added, "events announced and not sent"),
            (doubled, "events announced more than once"),
            *((each, "decisions kept that differ from the log's") for each in differences(self.kept, self.expected)),
            *(
                (each, "decisions announced that differ from the log's")
                for each in differences(self.announced, self.expected)
            ),
            (self.clocks.items() ^ self.expected_clocks.items(), "clocks that differ from the log's"),
            # Late news may bring a record back as it was, to the byte: notify keeps it once.
            (range(abs(self.heard - len(set(self.expected)))), "records that notify did not hear, or heard twice"),
            (range(self.notices - self.distinct_notices), "notices doubled"),
            (self.told_twice, "notices delivered twice"),
        ]
        said = [f"{len(each)} {what}: {list(each)[:3]}" for each, what in found if each]
        return said if self.notices else [*said, "nobody was told anything"]

    def figures(self, sent: int) -> str:
        """One line to quote."""
        return (
            f"{sent} events sent, {sum(self.arrived.values())} announced, {len(self.expected)} records by the log, "
            f"{len(self.kept)} kept, {len(self.announced)} announced, {len(self.clocks)} cases, {self.notices} notices"
        )


def outcome(settings: ProcessSettings, rows: Rows, sources: Iterable[str], *, words: bool = True) -> Outcome:
    """Gather it all, once nothing moves any more. `sources` are those whose events are counted.

    Without `words` the sentences of decisions are not compared: what the release before said stands as it was said.
    """
    compared = partial(plain, words=words)
    wanted = set(sources)
    log = facts_of(settings, HAZARD_FACTS)
    # An upgrade leaves the packs as they were put into force, whatever the new release's folder holds.
    in_force = rows("SELECT text FROM escalation.pack ORDER BY place")
    law = law_of([read_pack(bytes(text)) for (text,) in in_force], load_divisions())
    expected: list[str] = []
    clocks: dict[tuple[str, str], object] = {}
    for slot in log.values():
        records, cases = decide(law, slot)
        expected += [compared(record) for record in records]
        clocks |= {
            (key.committee, f"{key.kind}|{key.namespace}|{key.id}"): case.next_at for key, case in cases.cases.items()
        }
    heard, notices, distinct = rows(
        # Alarms of the platform come to notify by another way than the log.
        """SELECT (SELECT count(*) FROM notify.decision_record
                WHERE position('"rule":"platform_alarm"' IN convert_from(record, 'UTF8')) = 0), count(*),
            count(DISTINCT (decision_id, status, turn, recipient, channel)) FROM notify.notice"""
    )[0]
    return Outcome(
        arrived=Counter(fact.id for slot in log.values() for fact in slot if fact.source in wanted),
        expected=expected,
        announced=[
            compared(msgspec.json.decode(fact.data, type=Decision))
            for slot in facts_of(settings, ESCALATION_FACTS).values()
            for fact in slot
        ],
        kept=[
            compared(msgspec.json.decode(json.dumps(record), type=Decision))
            for (record,) in rows("SELECT record FROM escalation.decision_record ORDER BY place")
        ],
        clocks={(each, key): at for each, key, at in rows("SELECT committee, key, next_at FROM escalation.case_file")},
        expected_clocks=clocks,
        raised={
            msgspec.json.decode(record, type=Decision).subject.id for record in expected if '"rule":"overdue"' in record
        },
        heard=heard,
        notices=notices,
        distinct_notices=distinct,
        told_twice=rows(
            "SELECT notice_id FROM notify.attempt WHERE outcome = 'delivered' GROUP BY notice_id HAVING count(*) > 1"
        ),
    )


def is_quiet(settings: ProcessSettings, rows: Rows, topics: Iterable[str], until: datetime) -> bool:
    """Whether the topics are taken in, time has passed `until` in every slot, and nothing waits to be announced."""
    ends = _ends(settings, [broker.Partition(topic, 0) for topic in topics])
    taken = dict(rows("SELECT topic, next_offset FROM intake.consumer_position"))
    waiting = rows(
        "SELECT (SELECT count(*) FROM intake.outbox) + (SELECT count(*) FROM escalation.outbox)"
        " + (SELECT count(*) FROM notify.outbox)"
    )
    passed = rows("SELECT count(*) FROM escalation.frontier WHERE ticked_at < %s", until)
    read = all(taken.get(place.topic, 0) == end for place, end in ends.items())
    return read and waiting == [(0,)] and passed == [(0,)]


def read_up(settings: ProcessSettings, rows: Rows) -> bool:
    """Whether the readers of decisions have read them all."""
    ends = _ends(settings, [broker.Partition(ESCALATION_FACTS, slot) for slot in range(SLOTS)])
    for schema in ("notify", "reporting"):
        query = f"SELECT slot, next_offset FROM {schema}.consumer_position WHERE topic = %s"
        found = dict(rows(query, ESCALATION_FACTS))
        if any(found.get(place.partition) != end for place, end in ends.items() if end):
            return False
    return True


def _ends(settings: ProcessSettings, places: list[broker.Partition]) -> dict[broker.Partition, int]:
    with closing(broker.consumer(settings, client_id="faults-quiet")) as reader:
        return {place: end for place, (_, end) in broker.ranges(reader, places).items()}
