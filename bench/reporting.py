"""Measure reporting on a generated history: `python -m bench.reporting --hazards 1000000 --facts 20`.

A history is written straight into the log's table, and the read models are then made by the product's own rebuild, which
is measured twice: into empty tables, and over tables that serve. Pages, lists and forms are asked for as in production,
through the API and with the API's own login, whose rows are guarded; a county clerk asks as often as a provincial
operator. The long export runs in a process of its own, whose memory is read from the system. With `--folder` the
database is kept, and `--stages` runs some of the measurements again.
"""

import argparse
import os
import random
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from starlette.testclient import TestClient

from bench import history
from contracts.divisions import Divisions, load
from contracts.facts import Fact
from contracts.roles import EVERYWHERE, Role
from contracts.topics import HAZARD_FACTS, slot_of
from deploy import isolation, migrate
from deploy.local import logins
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

STAGES = ("fill", "rebuild", "again", "apply", "ask", "forms", "export")
SERVER = {"shared_buffers": "1GB", "maintenance_work_mem": "512MB", "max_wal_size": "8GB", "work_mem": "16MB"}
"""What an administrator gives a database of this size on a machine with some memory."""


def main(arguments: list[str] | None = None) -> int:
    """Generate, rebuild, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.reporting", description=__doc__)
    parser.add_argument("--hazards", type=int, default=20_000)
    parser.add_argument("--facts", type=int, default=20, help="of each hazard")
    parser.add_argument("--asked", type=int, default=60, help="requests of each kind")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="keep the database there")
    parser.add_argument("--stages", default=",".join(STAGES), help="what to measure, by commas")
    asked = parser.parse_args(arguments)
    with _place(asked.folder) as folder:
        server = start_postgres(folder / "pg", port=asked.port, settings=SERVER)
        try:
            measure(server.url, asked, folder)
        finally:
            server.stop()
    return 0


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    """The folder that is kept, or one that is thrown away."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as name:
        yield Path(name)


def measure(url: str, asked: argparse.Namespace, folder: Path) -> None:
    """Everything, one line each."""
    migrate.upgrade(url)
    divisions = load()
    hazards, facts = asked.hazards, asked.facts
    print(f"{hazards:,} hazards, {hazards * facts:,} facts; load average {os.getloadavg()[0]:.1f}", flush=True)
    stages: dict[str, Callable[[], object]] = {
        "fill": lambda: _say_rate(
            "history written", lambda: history.write(url, hazards, facts, divisions), facts=hazards * facts
        ),
        "rebuild": lambda: _rebuild("rebuild into empty tables", url, divisions, hazards, facts),
        "again": lambda: _rebuild("rebuild beside tables that serve", url, divisions, hazards, facts),
        "apply": lambda: _apply(url, divisions),
        "ask": lambda: _ask(url, divisions, _lists(random.Random(3), hazards), asked.asked),
        "forms": lambda: _ask(url, divisions, _forms(random.Random(4)), 8),
        "export": lambda: _export(url, folder),
    }
    for name in asked.stages.split(","):
        stages[name]()


def _say_rate(what: str, act: Callable[[], object], **counted: int) -> None:
    """Time and rates; beside them the processor time of ours and of the database, which neighbours change less."""
    begun = _processor()
    spent = _timed(act)
    ours, databases = (after - before for before, after in zip(begun, _processor(), strict=True))
    rates = ", ".join(f"{count / spent:,.0f} {name}/s" for name, count in counted.items())
    print(
        f"{what}: {spent:.1f} s, {rates}; CPU {ours:.0f} s ours, {databases:.0f} s database; "
        f"load average {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def _processor() -> tuple[float, float]:
    """Seconds of processor time so far: of this process with its children, and of the database's."""
    ours = sum(
        times.ru_utime + times.ru_stime
        for times in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    servers = 0.0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # ended between being listed and being asked
            if "postgres" in child.name():
                times = child.cpu_times()
                servers += times.user + times.system + times.children_user + times.children_system
    return ours, servers


def _rebuild(what: str, url: str, divisions: Divisions, hazards: int, facts: int) -> None:
    _say_rate(what, lambda: Rebuilder(url, divisions).run(), hazards=hazards, facts=hazards * facts)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path TO reporting")
        connection.execute("VACUUM (ANALYZE)")


@contextmanager
def _asking(url: str, divisions: Divisions) -> Iterator[TestClient]:
    """A client of the API, which enters the database by its own login."""
    role, word = isolation.role_of("reporting", "api"), secrets.token_urlsafe(18)
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(word)))
    own = logins.as_login(url, role, word)
    database = Database(own, schema="reporting", application_name="bench")
    settings = ReportingSettings.model_validate({"database_url": own})
    try:
        with TestClient(api_app(settings, database, divisions, SystemClock())) as client:
            yield client
    finally:
        database.close()


def _signed_in(url: str, role: Role, tenant: str) -> dict[str, str]:
    """The header of somebody of this role."""
    token, name = sessions.new_token(), f"bench-{secrets.token_hex(4)}"
    people = Database(url, schema=store.SCHEMA, application_name="bench", pool_size=1)
    with people.begin() as work:
        store.add_person(work, name, name, "!", by="bench", must_change=False)
        store.grant(work, name, Grant(role=role, tenant=tenant), by="bench")
        store.open_session(work, name, sessions.digest_of(token), "bearer")
    people.close()
    return {"authorization": f"Bearer {token}"}


PEOPLE = {"province": (Role.PROVINCE, EVERYWHERE), "county": (Role.COUNTY, "331081")}


def _ask(url: str, divisions: Divisions, kinds: dict[str, Callable[[str], str]], times: int) -> None:
    """How long each kind of request takes each kind of person."""
    with _asking(url, divisions) as client:
        for who, (role, tenant) in PEOPLE.items():
            client.headers.update(_signed_in(url, role, tenant))
            for name, address in kinds.items():
                _ask_one(client, f"{name}, {who}", partial(address, who), times)


def _ask_one(client: TestClient, name: str, address: Callable[[], str], times: int) -> None:
    spent, slowest = [], ("", 0.0)
    for _ in range(times):
        asked_for = address()
        begun = time.perf_counter()
        answer = client.get(asked_for)
        spent.append(time.perf_counter() - begun)
        slowest = max(slowest, (asked_for, spent[-1]), key=lambda one: one[1])
        if answer.status_code not in {200, 404}:
            raise RuntimeError(f"{asked_for}: {answer.status_code} {answer.text[:200]}")
    spent.sort()
    p95 = spent[min(int(len(spent) * 0.95), len(spent) - 1)]
    print(
        f"{name}: median {1000 * statistics.median(spent):.0f} ms, p95 {1000 * p95:.0f} ms, of {times}; "
        f"slowest {1000 * slowest[1]:.0f} ms {slowest[0]}",
        flush=True,
    )


def _lists(dice: random.Random, hazards: int) -> dict[str, Callable[[str], str]]:
    """Addresses of pages and lists with changing scopes and filters."""
    scopes = {"province": ("", "330000", *history.ROOTS, "330402", "331102"), "county": ("", "331081", "331081003")}
    return {
        "overview (page)": lambda who: f"/?tenant={dice.choice(scopes[who])}",
        "summary (JSON)": lambda who: f"/v1/summary?tenant={dice.choice(scopes[who])}",
        "today (page)": lambda who: f"/today?tenant={dice.choice(scopes[who])}",
        "ledger (page)": lambda who: f"/hazards?tenant={dice.choice(scopes[who])}&{_filter(dice, hazards)}",
        "hazards (JSON)": lambda who: (
            f"/v1/hazards?tenant={dice.choice(scopes[who])}&{_filter(dice, hazards, api=True)}"
        ),
        "one hazard (page)": lambda who: f"/hazards/H-{_place_of(dice, hazards, who)}",
        "sites (page)": lambda _: f"/sites?q=示范{dice.randrange(hazards // history.SITES_PER)}号",
        "one site (page)": lambda _: f"/sites/331081:bench:S-{_place_of(dice, hazards, 'county') // history.SITES_PER}",
    }


def _place_of(dice: random.Random, hazards: int, who: str) -> int:
    """A hazard's number; every fifth town is one of the first committee."""
    place = dice.randrange(hazards // 5) * 5
    return place if who == "county" else place + dice.randrange(5)


def _filter(dice: random.Random, hazards: int, *, api: bool = False) -> str:
    flag = "true" if api else "1"
    return dice.choice(
        (
            "",
            f"overdue={flag}",
            "level=major",
            "sector=消防",
            f"q=第{dice.randrange(hazards)}号",
            f"q=示范路{dice.randrange(997)}号",
            "q=灭火器",
            "q=通道",
            "q=无此",
            "q=桥",
            "state=closed",
            f"sector=矿山&overdue={flag}",
        )
    )


def _forms(dice: random.Random) -> dict[str, Callable[[str], str]]:
    tenant = {"province": "330400", "county": "331081"}
    return {
        "daily report (xlsx)": lambda who: (
            f"/v1/reports/daily?tenant={tenant[who]}&date=2026-0{dice.randint(2, 9)}-1{dice.randint(0, 9)}"
        ),
        "roll-up (xlsx)": lambda who: f"/v1/reports/roll-up?tenant={tenant[who]}&date=2026-09-30",
    }


def _apply(url: str, divisions: Divisions) -> None:
    """How many new facts a second the handler takes in, in batches of 2,000."""
    records = [
        Record(HAZARD_FACTS, slot_of(fact.committee), 0, fact.committee.encode(), codec.encode(fact), (), 0)
        for fact in _new_facts(divisions)
    ]
    models = ReadModels(divisions)
    database = Database(url, schema="reporting", application_name="bench")

    def run() -> None:
        for start in range(0, len(records), 2_000):
            chunk: dict[int, list[Record]] = {}
            for record in records[start : start + 2_000]:
                chunk.setdefault(record.slot, []).append(record)
            with database.begin() as work:
                models.handle(work, [SlotBatch(HAZARD_FACTS, slot, tuple(held)) for slot, held in chunk.items()])

    _say_rate("new facts applied in batches of 2,000", run, facts=len(records))
    database.close()


def _new_facts(divisions: Divisions) -> list[Fact]:
    """Reports of 2,000 new hazards, and what follows, day after day."""
    towns = {root: [d.code for d in divisions if divisions.is_within(d.code, root)] for root in history.ROOTS}
    stamp, steps = secrets.token_hex(4), history.course(6, closed=True)
    facts = []
    for number, step in enumerate(steps):
        for place in range(2_000):
            root = history.ROOTS[place % len(history.ROOTS)]
            facts.append(history.fact_of(step, number, place, root, towns[root][place % len(towns[root])], stamp))
    return facts


def _export(url: str, folder: Path) -> None:
    """The ledger of one city (or of all hazards, where there are fewer) as a workbook in a process of its own."""
    target = folder / "ledger.xlsx"
    environment = {**os.environ, "BIHUAN_DATABASE_URL": url}
    tenant, rows = _largest(url)
    command = [sys.executable, "-m", "bihuan", "report", "ledger", "--tenant", tenant, "--out", str(target)]
    begun = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    spent = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"export of {tenant}: {rows:,} rows x 15 in {spent:.1f} s ({rows / spent:,.0f} rows/s), {memory:.0f} MB, "
        f"{target.stat().st_size >> 20} MB file; load average {os.getloadavg()[0]:.1f}"
    )


def _largest(url: str) -> tuple[str, int]:
    """The tenant with the number of hazards next to 100,000."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """SELECT code, sum(hazards)::int FROM reporting.tally, unnest(ARRAY[province, city, county]) AS code
            WHERE code <> '' GROUP BY 1"""
        ).fetchall()
    return min(((str(code), int(count)) for code, count in rows), key=lambda one: abs(one[1] - 100_000))


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
