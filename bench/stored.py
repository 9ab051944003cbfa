"""(e) What it costs that much is stored: an event, an idle sweep, a restart, a storm of deadlines."""

import gc
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

import msgspec
import psycopg

from bench import stream
from bench.escalation import apply_all, fill
from bench.figures import Figure, decides
from bench.processes import SCHEMA, Stage, asking, cpu_of, load, memory_of, until
from bench.stream import Committee
from bench.workers import DONE
from contracts.divisions import TenantColumns
from contracts.facts import Fact
from contracts.topics import HAZARD_FACTS, SLOTS
from runtime import codec
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.streams import Record
from services.escalation.core.case import STATE_VERSION, Case, MemoryCases, encode_case
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.slot import local_key
from services.escalation.handlers import EscalationHandler
from services.escalation.metrics import METRICS
from services.escalation.store import bulk, cases

AT_A_SITE = 3
_STORED_AT = stream.START - timedelta(days=1)
_SOON, _LATE = "2026-04-01", "2027-06-01"  # the storm's deadlines; the others'
_HAZARDS = tuple(str(digit) * 9 for digit in range(7, 7 + AT_A_SITE))  # the template's numbers, told from all else
_SITE = "66666666"
_FIRST = 500_000_000  # numbers of stored hazards, of the same length as the template's
_WARM = 5  # one part in so many is applied before measuring
_CHUNK = 30_000  # hazards copied at a time
_SWEEPS = 15

_CASE_COLUMNS = (
    "committee", "key", "slot", "kind", "id", "province", "city", "county", "tenant", "state_version", "state",
    "next_at", "waits",
)  # fmt: skip
_CASE_TYPES = ("text", "text", "int4", "text", "text", "text", "text", "text", "text", "int4", "bytea", "timestamptz",
               "text")  # fmt: skip
_CLOCK_COLUMNS, _CLOCK_TYPES = ("slot", "fire_at", "committee", "key"), ("int4", "timestamptz", "text", "text")


class Template(NamedTuple):
    """One stored case of a site with its hazards: what is put in for the numbers gives every other one."""

    key: str
    id: str
    kind: str
    tenant: TenantColumns
    state: bytes
    next_at: datetime | None
    waits: str


class Log:
    """Records of slots in their order, with the offsets and numbers that a relay would have given them."""

    def __init__(self) -> None:
        self._offsets, self._numbers = [0] * SLOTS, [0] * SLOTS

    def fact(self, one: Committee, fact: Fact) -> Record:
        """The next record of the committee's slot."""
        self._numbers[one.slot] += 1
        value = codec.splice(codec.encode(fact), accepted_at=fact.time, incarnation=1, number=self._numbers[one.slot])
        return self._record(one.slot, one.root.encode(), value)

    def ticks(self, at: datetime) -> list[Record]:
        """A tick in each slot."""
        value = codec.tick(at, source="/bihuan/intake")
        return [self._record(slot, codec.TICK_KEY, value) for slot in range(SLOTS)]

    def _record(self, slot: int, key: bytes, value: bytes) -> Record:
        self._offsets[slot] += 1
        return Record(HAZARD_FACTS, slot, self._offsets[slot] - 1, key, value, (codec.CONTENT_TYPE,), 0)


def measure(stage: Stage) -> Iterator[Figure]:
    """Fill up from size to size; at each, the cost of an event; at the largest, the rest."""
    url = stage.database("stored")
    law = Law(stream.packs(stage.table), stage.table)
    everyone = stream.committees(stage.table)
    before, reports = 0, 0
    for asked in stage.sizes.stored:
        size = asked + -asked % AT_A_SITE  # whole sites
        began = time.perf_counter()
        store(url, law, everyone, before, size, storm=stage.sizes.storm)
        before, filled = size, time.perf_counter() - began
        yield _cost(stage, url, law, size, reports, f"stored by COPY in {filled:.0f} s")
        reports += stage.sizes.touched
    yield _idle_sweep(url)
    yield from _restart_and_storm(stage, url, before, reports)


def store(url: str, law: Law, everyone: Sequence[Committee], first: int, last: int, *, storm: int) -> None:
    """Copy the hazards number `first` to `last`, general and open, each with its armed clock, and their sites.

    The clocks of the first `storm` hazards fire early and together.
    """
    engine = Engine(law)
    soon, late = ([_templates(engine, one, by) for one in everyone] for by in (_SOON, _LATE))
    with psycopg.connect(url, autocommit=True, options=f"-c search_path={SCHEMA}") as connection:
        connection.execute("SET synchronous_commit = off")
        for start in range(first, last, _CHUNK):
            rows = [
                row
                for site in range(start // AT_A_SITE, min(start + _CHUNK, last) // AT_A_SITE)
                for row in _rows((soon if site * AT_A_SITE < storm else late)[site % SLOTS], everyone, site)
            ]
            clocks = [(row[2], row[11], row[0], row[1]) for row in rows if row[11] is not None]
            _copy(connection, "case_file", _CASE_COLUMNS, _CASE_TYPES, rows)
            _copy(connection, "deadline", _CLOCK_COLUMNS, _CLOCK_TYPES, clocks)
        connection.execute("VACUUM ANALYZE case_file")
        connection.execute("VACUUM ANALYZE deadline")
        connection.execute("CHECKPOINT")


def touching(everyone: Sequence[Committee], table: Log, events: int, *, stored: int, first: int) -> Iterator[Record]:
    """A report of something new and news of something stored in turn; a fifth of all are reports that decide."""
    for number in range(events):
        now = stream.START + timedelta(milliseconds=100 * (first + number))
        if number % 2 == 0:
            one = everyone[number // 2 % SLOTS]
            level = "major" if decides(number // 2, 0.4) else "general"
            new = f"{first + number + 1:09}"
            yield table.fact(one, reported(one, new, f"{first + number + 1:08}", now, level, _LATE))
        else:
            at = (first + number) * 7_368_787 % stored  # a prime: near ones come far apart
            one = everyone[at // AT_A_SITE % SLOTS]
            yield table.fact(one, _handed_over(one, f"{_FIRST + at:09}", first + number, now))


def reported(one: Committee, hazard: str, site: str, now: datetime, level: str, rectify_by: str) -> Fact:
    """A report as county systems send it."""
    data = {
        "hazard_id": f"YH{hazard}",
        "level": level,
        "category": "fire_safety",
        "description": "疏散通道被货物堵塞，灭火器过期未更换，应急照明损坏",
        "sector": "工贸",
        "found_by": "inspection",
        "inspection_id": f"JC{hazard}",
        "site": {
            "id": f"CS{site}",
            "name": "永泰机械有限公司",
            "address": "工业路18号",
            "kind": "unit",
            "sector": "工贸",
        },
        "rectify_by": rectify_by,
        "responsible_unit": "永泰机械有限公司",
        "supervising_unit": "应急管理所",
    }
    return _fact(one, f"{hazard}-0", "hazard.reported.v1", now, data)


def _handed_over(one: Committee, hazard: str, number: int, now: datetime) -> Fact:
    data = {"hazard_id": f"YH{hazard}", "to_unit": "应急管理所"}
    return _fact(one, f"{hazard}-{number}", "hazard.handed_over.v1", now, data)


def _fact(one: Committee, name: str, kind: str, now: datetime, data: dict[str, Any]) -> Fact:
    return Fact(
        id=f"{one.root}-{name}",
        source="/bench/county",
        type=kind,
        time=now,
        recordedtime=now,
        tenant=one.town,
        committee=one.root,
        namespace="county",
        door="kafka",
        data=msgspec.Raw(msgspec.json.encode(data)),
    )


# ---- filling


def _templates(engine: Engine, one: Committee, rectify_by: str) -> list[Template]:
    """The cases of one site with its hazards, as the engine leaves them after the reports."""
    kept = MemoryCases()
    for hazard in _HAZARDS:
        engine.apply_fact(reported(one, hazard, _SITE, _STORED_AT, "general", rectify_by), kept)
    return [_template(engine.law, one, case) for case in kept.cases.values() if case.key.kind in {"hazard", "site"}]


def _template(law: Law, one: Committee, case: Case) -> Template:
    columns = law.divisions.columns_of(one.town)
    return Template(
        local_key(case.key), case.key.id, case.key.kind, columns, encode_case(case), case.next_at,
        case.waits,
    )  # fmt: skip


def _rows(templates: Sequence[Template], everyone: Sequence[Committee], site: int) -> Iterator[tuple[Any, ...]]:
    """The rows of the site of this number and of its hazards."""
    one = everyone[site % SLOTS]
    words = [(old, f"{_FIRST + site * AT_A_SITE + place:09}") for place, old in enumerate(_HAZARDS)]
    words.append((_SITE, f"{_FIRST // 10 + site:08}"))
    for template in templates:
        key, name, state = template.key, template.id, template.state
        for old, new in words:
            key, name, state = key.replace(old, new), name.replace(old, new), state.replace(old.encode(), new.encode())
        yield (one.root, key, one.slot, template.kind, name, *template.tenant, STATE_VERSION, state, template.next_at,
               template.waits)  # fmt: skip


def _copy(
    connection: "psycopg.Connection[tuple[Any, ...]]",
    table: str,
    columns: Sequence[str],
    types: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


# ---- measuring


def _cost(stage: Stage, url: str, law: Law, size: int, first: int, note: str) -> Figure:
    """The handler's cost of an event, from records in memory to the commit."""
    metrics = Metrics(METRICS)
    handler = EscalationHandler(Engine(law), metrics, SystemClock(), deadlines_at_once=4000)
    database = Database(url, schema=SCHEMA, application_name="bench")
    events = stage.sizes.touched
    records = touching(stream.committees(stage.table), Log(), events, stored=size, first=first)
    apply_all(handler, database, list(islice(records, events // _WARM)))
    rest = list(records)
    gc.collect()
    gc.freeze()  # what the benchmark holds is none of the handler's business
    server = stage.postgres.process.pid if stage.postgres.process else 0
    began, own, served = time.perf_counter(), time.process_time(), cpu_of(server)
    apply_all(handler, database, rest)
    took = time.perf_counter() - began
    own, served = time.process_time() - own, cpu_of(server) - served
    gc.unfreeze()
    database.close()
    surprises = metrics.value("escalation_lazy_loads_total")
    return Figure(
        part="e",
        key=f"stored{size}",
        what=f"handler, {size:,} stored hazards",
        rate=len(rest) / took,
        worker_cpu=own / len(rest) * 1e6,
        database_cpu=served / len(rest) * 1e6,
        load=load(),
        note=f"{note}; {surprises / events:.1%} of the events read a case that was not foreseen",
    )


class _Explaining:
    """A cursor that asks the database to say how long a statement took."""

    def __init__(self, using: bulk.Cursor) -> None:
        self._using = using
        self.milliseconds: list[float] = []

    def execute(self, query: bytes, parameters: Sequence[Any]) -> None:
        """Run and explain it."""
        self._using.execute(b"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + query, parameters)
        row = self._using.fetchone()
        plan = (row[0] if isinstance(row[0], list) else json.loads(row[0]))[0] if row else {}
        self.milliseconds.append(plan["Execution Time"] + plan["Planning Time"])

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The plan was read already."""
        return []


def _idle_sweep(url: str) -> Figure:
    """The statement that looks for due clocks, for a tick in every slot when nothing is due."""
    database = Database(url, schema=SCHEMA, application_name="bench")
    with database.begin() as work:
        explaining = _Explaining(bulk.cursor(work))
        for _ in range(_SWEEPS):
            cases.load_due(explaining, dict.fromkeys(range(SLOTS), stream.START), 62)  # type: ignore[arg-type]  # it has what is used
    database.close()
    taken = statistics.median(explaining.milliseconds)
    worst = max(explaining.milliseconds)
    return Figure(part="e", key="sweep", what="idle sweep of 64 slots", load=load(),
                  note=f"{taken:.2f} ms of database time (median of {_SWEEPS}, planning included; worst {worst:.2f} ms)")  # fmt: skip


def _restart_and_storm(stage: Stage, url: str, stored: int, first: int) -> Iterator[Figure]:
    """A worker starts over everything stored; then ticks let the early deadlines pass."""
    log, everyone = Log(), stream.committees(stage.table)
    stage.empty_topics()
    fill(stage.settings, touching(everyone, log, 1000, stored=stored, first=first))
    server = stage.postgres.process.pid if stage.postgres.process else 0
    with asking(url) as ask:
        open_now, armed = (
            ask("SELECT count(*) FROM case_file WHERE kind = 'hazard'"),
            ask("SELECT count(*) FROM deadline"),
        )
        began = time.perf_counter()
        with stage.workers(url, 1) as pids:
            until(lambda: ask(DONE), stage.seconds, pids)
            started = time.perf_counter() - began
            yield Figure(part="e", key="restart", what=f"restart with {armed:,} armed clocks", load=load(),
                         note=f"{started:.1f} s from the start of the process to the first events ({open_now:,} hazards)")  # fmt: skip
            until(lambda: ask(DONE) >= 1000, stage.seconds, pids)  # noqa: PLR2004 (as many were published)
            last = f"SELECT extract(epoch FROM max(fire_at))::bigint FROM deadline WHERE fire_at < '{_SOON}'"
            storm_at = datetime.fromtimestamp(ask(last), UTC)  # each of the early clocks fires once
            word = f"'{storm_at.isoformat()}'"
            due = ask(f"SELECT count(*) FROM deadline WHERE fire_at <= {word}")
            records = ask("SELECT count(*) FROM decision_record")
            began, own, served = time.perf_counter(), sum(map(cpu_of, pids)), cpu_of(server)
            fill(stage.settings, log.ticks(storm_at))
            until(lambda: ask(f"SELECT count(*) FROM frontier WHERE ticked_at >= {word}") == SLOTS, stage.seconds, pids)
            took = time.perf_counter() - began
            own, served = sum(map(cpu_of, pids)) - own, cpu_of(server) - served
            records = ask("SELECT count(*) FROM decision_record") - records
            memory = memory_of(pids[0])
    yield Figure(
        part="e",
        key="storm",
        what=f"storm of {due:,} due deadlines",
        rate=due / took,
        worker_cpu=own / due * 1e6,
        database_cpu=served / due * 1e6,
        memory=memory,
        load=load(),
        note=f"{took:.1f} s until the last is committed; {records:,} records; an event here is a deadline",
    )
