"""(c) The peer: an idiomatic Faust agent that does escalation's work event by event, one transaction each.

`python -m bench.agent` runs it. It decodes, keeps the fact, loads the cases, applies the same engine, saves the cases,
writes what was decided to an outbox and commits. It keeps less than escalation does (no table of decisions, no ticks, no
relay), and blocks its loop for the database, which for one event at a time costs less than waiting in it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faust
import msgspec
import psycopg

from bench import stream
from bench.escalation import fill
from bench.figures import Figure
from bench.processes import Stage, asking, follow, load
from contracts import divisions
from contracts.facts import Fact
from contracts.topics import HAZARD_FACTS, SLOTS
from runtime import codec
from runtime.testing import Program
from services.escalation.core.case import Case, CaseKey, decode_case, encode_case
from services.escalation.core.engine import Engine
from services.escalation.packs import law_of, read_packs

TABLES = (
    """CREATE TABLE agent_fact (source text, event_id text, document bytea NOT NULL,
        PRIMARY KEY (source, event_id))""",
    """CREATE TABLE agent_case (key text PRIMARY KEY, state bytea NOT NULL, next_at timestamptz)""",
    """CREATE TABLE agent_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL,
        value bytea NOT NULL)""",
)


class OneByOne:
    """The cases of one event: read when the engine asks for them, written at its end."""

    def __init__(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self._connection = connection
        self._cases: dict[CaseKey, Case | None] = {}
        self.changed: dict[CaseKey, Case] = {}

    def get(self, key: CaseKey) -> Case | None:
        """The stored case, None where there is none."""
        if key not in self._cases:
            query = "SELECT state FROM agent_case WHERE key = %s FOR UPDATE"
            row = self._connection.execute(query, (str(key),), binary=True).fetchone()
            self._cases[key] = decode_case(row[0]) if row else None
        return self._cases[key]

    def put(self, case: Case) -> None:
        """Keep it until the end of the event."""
        self._cases[case.key] = self.changed[case.key] = case

    def whose(self, source: str, fact_id: str) -> tuple[CaseKey, ...]:  # noqa: ARG002 (its contract)
        """Nothing: the stream corrects nothing."""
        return ()

    def holder(self, committee: str, decision_id: str) -> CaseKey | None:  # noqa: ARG002 (its contract)
        """Nobody: in the stream no person speaks of a decision."""
        return None

    def early(self, key: CaseKey) -> Case | None:  # noqa: ARG002 (its contract)
        """Nothing, as for `whose`; to ask the database would cost the agent another statement an event."""
        return None


def apply(connection: "psycopg.Connection[tuple[Any, ...]]", engine: Engine, fact: Fact, document: bytes) -> None:
    """One event, one transaction; an event that was applied before changes nothing."""
    with connection.transaction():
        kept = connection.execute(
            "INSERT INTO agent_fact VALUES (%s, %s, %b) ON CONFLICT DO NOTHING", (fact.source, fact.id, document)
        )
        if not kept.rowcount:
            return
        cases = OneByOne(connection)
        records = engine.apply_fact(fact, cases)
        for key, case in cases.changed.items():
            connection.execute(
                """INSERT INTO agent_case VALUES (%s, %b, %s)
                ON CONFLICT (key) DO UPDATE SET state = excluded.state, next_at = excluded.next_at""",
                (str(key), encode_case(case), case.next_at),
            )
        for record in records:
            connection.execute(
                "INSERT INTO agent_outbox (key, value) VALUES (%s, %b)", (fact.committee, msgspec.json.encode(record))
            )


def run() -> None:
    """Build the app and run it until it is told to stop."""
    engine = Engine(law_of(read_packs(Path(os.environ["BIHUAN_POLICIES_DIR"])), divisions.load()))
    connection = psycopg.connect(
        os.environ["BIHUAN_DATABASE_URL"], autocommit=True, options="-c search_path=escalation"
    )
    app = faust.App(
        "bench-agent",
        broker=f"kafka://{os.environ['BIHUAN_KAFKA_BROKERS']}",
        datadir=os.environ["BIHUAN_DATA_DIR"],
        value_serializer="raw",
        key_serializer="raw",
        topic_partitions=SLOTS,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        web_enabled=False,
    )
    facts = app.topic(HAZARD_FACTS, key_type=bytes, value_type=bytes)

    async def decide(documents: Any) -> None:
        async for document in documents:
            fact = codec.decode(document)
            if fact.type != codec.TICK_TYPE:
                apply(connection, engine, fact, document)

    app.agent(facts)(decide)
    faust.Worker(app, loglevel="WARNING", quiet=True).execute_from_commandline()


def measure(stage: Stage) -> Iterator[Figure]:
    """Let one agent apply the beginning of the stream."""
    url, events = stage.database("agent"), stage.sizes.agent
    stage.empty_topics()
    fill(stage.settings, stream.records(stage.table, events))
    folder = stage.folder / "agent"
    folder.mkdir(exist_ok=True)
    stream.write_packs(folder, stage.table)
    with psycopg.connect(url, autocommit=True, options="-c search_path=escalation") as connection:
        for table in TABLES:
            connection.execute(table)
    program = Program(
        ["-m", "bench.agent"],
        environment={
            "BIHUAN_DATABASE_URL": url,
            "BIHUAN_KAFKA_BROKERS": stage.kafka.url,
            "BIHUAN_POLICIES_DIR": str(folder),
            "BIHUAN_DATA_DIR": str(folder / "data"),
        },
        output=folder / "agent.log",
    )
    server = stage.postgres.process
    try:
        program.start()
        with asking(url) as ask:
            pids, total = [program.process.pid], "SELECT count(*) FROM agent_fact"
            span = follow(lambda: ask(total), events, pids, server.pid if server else 0, within=stage.seconds)
    except BaseException as error:
        error.add_note(program.output()[-1500:])
        raise
    finally:
        program.stop()
    yield Figure(
        part="c",
        key="c",
        what="Faust agent, one event, one transaction",
        rate=span.rate,
        worker_cpu=span.worker_cpu,
        database_cpu=span.database_cpu,
        memory=span.memory,
        load=load(),
        note=f"{events:,} events; neither ticks nor relay nor a table of decisions",
    )


if __name__ == "__main__":
    run()
