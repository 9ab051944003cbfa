"""Measure reporting on a generated history: `python -m bench.reporting --hazards 100000 --facts 5`.

Facts are written straight into the log's table, and the read models are then made by the product's own rebuild, which is
measured too. Pages and lists are asked for over and over with changing scopes and filters; forms go through the same
desk as the command line's; the long export runs in a process of its own, whose memory is read from the system.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from starlette.testclient import TestClient

from contracts.decisions import DECISION_TYPE, Decision, PolicyVersion, Subject
from contracts.divisions import Divisions, load
from contracts.facts import Fact
from contracts.roles import EVERYWHERE, Role
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, slot_of
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind
from deploy import migrate
from deploy.local.testing import start_postgres
from runtime import codec
from runtime.access import Grant, sessions, store
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.streams import Record, SlotBatch
from services.reporting.handlers.applying import ReadModels
from services.reporting.handlers.rebuilding import Rebuilder
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings

ROOTS = ("331081", "330400", "330300", "371000", "331100")
BEGINS = datetime(2026, 1, 5, 1, tzinfo=UTC)
SPAN = 300 * 86_400  # seconds over which hazards are found
SECTORS = ("消防", "工贸", "危险化学品", "建筑施工", "道路交通", "特种设备", "矿山")
FOLLOWED = ("handed_over", "escalated_up", "plan_filed", "extension_decided", "rectified", "reinspected", "closed")
SITES_PER = 5  # hazards of one site


def main(arguments: list[str] | None = None) -> int:
    """Generate, rebuild, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.reporting", description=__doc__)
    parser.add_argument("--hazards", type=int, default=20_000)
    parser.add_argument("--facts", type=int, default=6, help="of each hazard; more than seven are extensions")
    parser.add_argument("--asked", type=int, default=60, help="requests of each kind")
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        server = start_postgres(Path(folder) / "pg", port=asked.port)
        try:
            measure(server.url, asked.hazards, asked.facts, asked.asked, Path(folder))
        finally:
            server.stop()
    return 0


def measure(url: str, hazards: int, facts: int, asked: int, folder: Path) -> None:
    """Everything, one line each."""
    migrate.upgrade(url)
    divisions = load()
    print(f"{hazards:,} hazards, {hazards * facts:,} facts; load average {os.getloadavg()[0]:.1f}", flush=True)
    spent = _timed(lambda: fill(url, hazards, facts, divisions))
    print(f"history written: {spent:.1f} s", flush=True)
    spent = _timed(lambda: Rebuilder(url, divisions).run())
    print(
        f"rebuild: {spent:.1f} s, {hazards / spent:,.0f} hazards/s, {hazards * facts / spent:,.0f} facts/s", flush=True
    )
    database = Database(url, schema="reporting", application_name="bench")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")
    _apply(database, divisions)
    settings = ReportingSettings.model_validate({"database_url": url})
    with TestClient(api_app(settings, database, divisions, SystemClock())) as client:
        client.headers.update(_signed_in(url))
        _ask(client, hazards, asked)
    database.close()
    _export(url, folder)


def fill(url: str, hazards: int, facts: int, divisions: Divisions) -> None:
    """Write facts, late decisions and a tick; no read model."""
    dice = random.Random(1)
    towns = {root: [d.code for d in divisions if divisions.is_within(d.code, root)] for root in ROOTS}
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET search_path TO reporting")
        columns = """committee, source, event_id, root_id, namespace, hazard_id, site_id, type, tenant, happened_at,
            recorded_at, known_at, incarnation, number, document"""
        late: list[Fact] = []
        with cursor.copy(f"COPY fact ({columns}) FROM STDIN") as copy:
            for number, fact, hazard_id, site in history(hazards, facts, towns, dice, late):
                document = codec.encode(fact)
                copy.write_row(
                    (
                        fact.committee,
                        fact.source,
                        fact.id,
                        fact.id,
                        fact.namespace,
                        hazard_id,
                        site,
                        fact.type,
                        fact.tenant,
                        fact.time,
                        fact.time,
                        fact.known_at,
                        1,
                        number,
                        document,
                    )
                )
        columns = (
            "committee, source, event_id, decision_id, status, at, known_at, accepted_at, incarnation, number, document"
        )
        with cursor.copy(f"COPY decision_record ({columns}) FROM STDIN") as copy:
            for number, fact in enumerate(late):
                said = msgspec.json.decode(fact.data, type=Decision)
                copy.write_row(
                    (
                        fact.committee,
                        fact.source,
                        fact.id,
                        said.decision_id,
                        str(said.status),
                        said.at,
                        said.known_at,
                        fact.acceptedtime,
                        1,
                        number,
                        codec.encode(fact),
                    )
                )
        moment = BEGINS + timedelta(seconds=SPAN + 40 * 86_400)
        for slot in {slot_of(root) for root in ROOTS}:
            cursor.execute("INSERT INTO frontier VALUES (%s, %s)", (slot, moment))


def history(
    hazards: int, facts: int, towns: dict[str, list[str]], dice: random.Random, late: list[Fact]
) -> Iterator[tuple[int, Fact, str, str | None]]:
    """(number, fact, hazard id, site id) of every fact; one hazard in ten stays open, half of these are overdue."""
    number = 0
    for place in range(hazards):
        root = ROOTS[place % len(ROOTS)]
        tenant = dice.choice(towns[root])
        at = BEGINS + timedelta(seconds=dice.randrange(SPAN))
        is_open = place % 10 == 0
        for fact in story(place, root, tenant, at, facts, dice, is_open=is_open):
            number += 1
            site = f"S-{place // SITES_PER}" if fact.type.startswith("hazard.reported") else None
            yield number, msgspec.structs.replace(fact, sequence=f"1:{number}"), f"H-{place}", site
        if is_open and place % 20 == 0:
            late.append(overdue(place, root, tenant, at + timedelta(days=15)))


def story(
    place: int, root: str, tenant: str, at: datetime, facts: int, dice: random.Random, *, is_open: bool
) -> Iterator[Fact]:
    """The facts of one hazard."""
    name = f"H-{place}"
    site = {
        "id": f"S-{place // SITES_PER}",
        "name": f"示范{place // SITES_PER}号有限公司",
        "address": f"示范路{place % 997}号",
        "kind": "unit",
        "sector": "工贸",
    }
    said = {
        "hazard_id": name,
        "level": "major" if place % 50 == 0 else "general",
        "category": f"类别{place % 40}",
        "description": f"第{place}号：疏散通道被货物堵塞，灭火器压力不足，电线私拉乱接",
        "site": site,
        "sector": dice.choice(SECTORS),
        "found_by": dice.choice(("undercover", "inspection", "self_check", "superior")),
        "rectify_by": (at + timedelta(days=14)).date().isoformat(),
        "responsible_unit": f"责任单位{place % 200}",
    }
    yield _fact("reported", place, 0, root, tenant, at, said)
    steps = [*FOLLOWED[: 2 if is_open else 7], *["escalated_up"] * max(facts - 8, 0)][: facts - 1]
    if not is_open and facts > 1:
        steps[-1] = "closed"
    for count, step in enumerate(steps, 1):
        more = {"handed_over": {"to_unit": "示范街道"}, "reinspected": {"passed": True}}.get(step, {})
        more |= {"granted": False} if step == "extension_decided" else {}
        yield _fact(
            step, place, count, root, tenant, at + timedelta(days=count), {"hazard_id": name, "by": "甲", **more}
        )


def overdue(place: int, root: str, tenant: str, at: datetime) -> Fact:
    """The decision that a hazard is overdue."""
    decision = Decision(
        decision_id=f"overdue-{place}",
        at=at,
        known_at=at,
        tenant=tenant,
        level=Level.COUNTY,
        rule=RuleId.OVERDUE,
        step="first",
        measure=Measure.REMIND,
        status=Status.RAISED,
        subject=Subject(SubjectKind.HAZARD, f"H-{place}"),
        clauses=("S2-22",),
        policy=PolicyVersion("bench", "1"),
        reason="整改期限已过，尚未整改。",
        facts=(f"{place}-0",),
        late_recorded=False,
        occurrence="0",
        committee=root,
        since=at,
    )
    return Fact(
        id=f"d-{place}",
        source="/bihuan/escalation",
        type=DECISION_TYPE,
        time=at,
        tenant=tenant,
        committee=root,
        namespace="bench",
        acceptedtime=at,
        data=msgspec.Raw(msgspec.json.encode(decision)),
    )


def _fact(step: str, place: int, count: int, root: str, tenant: str, at: datetime, data: dict[str, Any]) -> Fact:
    return Fact(
        id=f"{place}-{count}",
        source="/bench/inspection",
        type=f"hazard.{step}.v1",
        time=at,
        tenant=tenant,
        committee=root,
        namespace="bench",
        acceptedtime=at + timedelta(seconds=2),
        data=msgspec.Raw(json.dumps(data, ensure_ascii=False).encode()),
    )


def _signed_in(url: str) -> dict[str, str]:
    """The header of somebody who sees everything."""
    token = sessions.new_token()
    people = Database(url, schema=store.SCHEMA, application_name="bench", pool_size=1)
    with people.begin() as work:
        store.add_person(work, "bench", "bench", "!", by="bench", must_change=False)
        store.grant(work, "bench", Grant(role=Role.PROVINCE, tenant=EVERYWHERE), by="bench")
        store.open_session(work, "bench", sessions.digest_of(token), "bearer")
    people.close()
    return {"authorization": f"Bearer {token}"}


def _apply(database: Database, divisions: Divisions) -> None:
    """How many new facts a second the handler takes in, in batches of 2,000."""
    models, dice = ReadModels(divisions), random.Random(2)
    towns = {root: [d.code for d in divisions if divisions.is_within(d.code, root)] for root in ROOTS}
    new = [fact for _, fact, _, _ in history(2_000, 5, towns, dice, [])]
    new = [
        msgspec.structs.replace(
            fact, id=f"n-{fact.id}", data=msgspec.Raw(bytes(fact.data).replace(b'"H-', b'"N-')), sequence="2:1"
        )
        for fact in new
    ]
    records = [Record(HAZARD_FACTS, slot_of(f.committee), 0, f.committee.encode(), codec.encode(f), (), 0) for f in new]

    def run() -> None:
        for start in range(0, len(records), 2_000):
            chunk: dict[int, list[Record]] = {}
            for record in records[start : start + 2_000]:
                chunk.setdefault(record.slot, []).append(record)
            with database.begin() as work:
                models.handle(work, [SlotBatch(HAZARD_FACTS, slot, tuple(held)) for slot, held in chunk.items()])

    spent = _timed(run)
    print(
        f"applied: {len(records) / spent:,.0f} facts/s, in batches of 2,000 ({ESCALATION_FACTS} beside it)", flush=True
    )


def _ask(client: TestClient, hazards: int, asked: int) -> None:
    dice = random.Random(3)
    scopes = ("", "330000", *ROOTS, "330402", "331102")
    kinds: dict[str, tuple[int, Callable[[], str]]] = {
        "overview (page)": (asked, lambda: f"/?tenant={dice.choice(scopes)}"),
        "summary (JSON)": (asked, lambda: f"/v1/summary?tenant={dice.choice(scopes)}"),
        "ledger (page)": (asked, lambda: f"/hazards?tenant={dice.choice(scopes)}&{_filter(dice, hazards)}"),
        "hazards (JSON)": (
            asked,
            lambda: f"/v1/hazards?tenant={dice.choice(scopes)}&{_filter(dice, hazards, api=True)}",
        ),
        "one hazard (page)": (asked, lambda: f"/hazards/H-{dice.randrange(hazards)}"),
        "daily report (xlsx)": (
            8,
            lambda: f"/v1/reports/daily?tenant=330400&date=2026-0{dice.randint(2, 9)}-1{dice.randint(0, 9)}",
        ),
        "roll-up of a city (xlsx)": (3, lambda: "/v1/reports/roll-up?tenant=330400&date=2026-09-30"),
    }
    for name, (times, address) in kinds.items():
        spent = []
        for _ in range(times):
            asked_for = address()
            begun = time.perf_counter()
            answer = client.get(asked_for)
            spent.append(time.perf_counter() - begun)
            if answer.status_code != 200:  # noqa: PLR2004
                raise RuntimeError(f"{asked_for}: {answer.status_code} {answer.text[:200]}")
        spent.sort()
        p95 = spent[min(int(len(spent) * 0.95), len(spent) - 1)]
        print(
            f"{name}: median {1000 * statistics.median(spent):.0f} ms, p95 {1000 * p95:.0f} ms, of {times}", flush=True
        )


def _filter(dice: random.Random, hazards: int, *, api: bool = False) -> str:
    flag = "true" if api else "1"
    return dice.choice(
        (
            "",
            f"overdue={flag}",
            "level=major",
            "sector=消防",
            f"q=第{dice.randrange(hazards)}号",
            "q=灭火器",
            "state=closed",
        )
    )


def _export(url: str, folder: Path) -> None:
    """The whole ledger as a workbook in a process of its own, at most 100,000 rows a county's worth."""
    target = folder / "ledger.xlsx"
    environment = {**os.environ, "BIHUAN_DATABASE_URL": url}
    command = [sys.executable, "-m", "bihuan", "report", "ledger", "--tenant", "330000", "--out", str(target)]
    begun = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    spent = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rows = _rows(url)
    print(
        f"export: {rows:,} rows x 16 in {spent:.1f} s ({rows / spent:,.0f} rows/s), {memory:.0f} MB, {target.stat().st_size >> 20} MB file"
    )


def _rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM reporting.hazard WHERE province = '330000'").fetchone()
        return int(row[0]) if row else 0


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
