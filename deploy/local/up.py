"""Bring the whole product up on this machine, and down again; every step may be repeated and none is done twice."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from pydantic import SecretStr

from deploy.local import jars, machine, ports, readiness, supervisor
from deploy.local.launch import kafka_of, postgres_of
from deploy.local.machine import DATABASE, ROLES, Machine, Program
from deploy.local.places import CLONE
from deploy.local.ports import LOOPBACK
from deploy.local.readiness import Probe
from deploy.local.supervisor import RUNNING
from deploy.local.trouble import Trouble

SERVERS_WITHIN = 90.0  # seconds; a broker that was killed waits for its own old session first
SERVICES_WITHIN = 180.0  # seconds; eight processes need 8 on two idle cores, and a minute on busy ones
REMIND_EVERY = 30.0  # seconds
DISK_NEEDED = 1 << 30  # bytes: 82 MB at first, segments and logs later
LAST_LINES = 15
PROGRAM = ".venv/bin/bihuan"

Say = Callable[[str], None]


class NotReady(Trouble):
    """Something started but did not become ready."""


class RunsElsewhere(Trouble):
    """The machine runs on other ports than are asked for now."""


def up(chosen: Mapping[str, int], *, demonstration: bool = True, say: Say = print) -> None:
    """Start what does not run, wait until all is ready and say where to look. Raises Trouble."""
    begun = time.monotonic()
    here = _described(chosen)
    states = supervisor.states(here)
    finished = here.places.state / "finished"  # a start that was broken off is taken up again
    if states and finished.exists() and _all_ready(here, states):
        say("Bihuan is running already.")
    else:
        finished.unlink(missing_ok=True)
        _bring_up(here, runs=bool(states), say=say)
        _make_people(here, say, demonstration=demonstration and not here.own_database)
        if demonstration and not here.own_database:
            _load_demonstration(here, say)
        finished.touch()
        say(f"Bihuan is running ({time.monotonic() - begun:.1f} s).")
    say(where_to_look(here))


def down(*, say: Say = print) -> None:
    """Stop everything and wait until no process is left; data stays."""
    begun = time.monotonic()
    here = machine.load()
    machine.check_owner(here.places.state)
    if supervisor.shutdown(here):
        say(f"stopped ({time.monotonic() - begun:.1f} s); the data stays, make clean removes it")
    else:
        say("nothing runs")


def status(*, say: Say = print) -> bool:
    """Print one line per program and return whether all of them do their work."""
    here = machine.load()
    machine.check_owner(here.places.state)
    states = supervisor.states(here)
    if not states:
        say("nothing runs: make up")
        return False
    all_well = True
    for program in here.programs:
        state = states.get(program.name)
        running = state is not None and state.state == RUNNING
        ready = running and is_ready(here, program)
        all_well = all_well and ready
        word = "ready" if ready else "not ready" if running else (state.state.lower() if state else "unknown")
        detail = f"pid {state.pid}, port {program.port}, for {state.running_for} s" if state and running else ""
        say(f"  {program.name:<20} {word:<10} {detail}".rstrip())
    return all_well


def is_ready(here: Machine, program: Program) -> bool:
    """Whether a program does its work: it answers, and a service says so itself."""
    if program.ready:
        return readiness.answers_ok(program.ready)
    return _database_answers(here) if program.name == "postgres" else ports.is_open(program.port)


def where_to_look(here: Machine) -> str:
    """Return the addresses of this machine for people."""
    console = f"http://{LOOPBACK}:{here.ports.of('reporting', 'api')}"
    lines = [
        f"  console     {console}/   (names and passwords: {here.passwords_file})",
        f'  summary     curl -H "Authorization: Bearer $({PROGRAM} people token admin)" {console}/v1/summary',
    ]
    for service in machine.services_here():
        api, worker = (f"http://{LOOPBACK}:{here.ports.of(service, role)}" for role in ROLES)
        lines.append(f"  {service:<11} {api}/openapi.json   metrics: {api}/metrics {worker}/metrics")
    lines += [
        f"  broker      {here.brokers}",
        "  database    " + ("your own" if here.own_database else f"{LOOPBACK}:{here.ports.postgres}/{DATABASE}"),
        "  next        make status, make logs, make down",
    ]
    return "\n".join(lines)


def _described(chosen: Mapping[str, int]) -> Machine:
    """Return the machine as asked for now, unless it runs already with other ports or servers."""
    before = machine.load()
    machine.check_owner(before.places.state)
    wanted = replace(
        machine.load(chosen),
        own_database=bool(_own_database()),
        own_brokers=os.environ.get("BIHUAN_KAFKA_BROKERS", ""),
    )
    if wanted != before and supervisor.states(before):
        now = ", ".join(f"{name} {port}" for name, port in before.wanted_ports.items())
        raise RunsElsewhere(f"Bihuan runs already on other ports or servers ({now})\nfirst: make down")
    return wanted


def _bring_up(here: Machine, *, runs: bool, say: Say) -> None:
    if not runs:
        _check_disk(here)
        ports.check_free(here.wanted_ports)
        here.save()
        _prepare(here, say)
        supervisor.start(here)
    _wait_ready(here, [program for program in here.programs if not program.is_service], SERVERS_WITHIN, say)
    with _timed("database and topics", say):
        _make_master_key(here)
        _migrate(here)
        _create_topics(here)
    services = [program for program in here.programs if program.is_service]
    if services:
        supervisor.start_services(here)
        _wait_ready(here, services, SERVICES_WITHIN, say)


def _prepare(here: Machine, say: Say) -> None:
    if not here.own_brokers:
        with _timed("jars of the broker", say):
            jars.fetch(jars.read_list(jars.LIST.read_text(encoding="utf-8")), here.places.jars, say=say)
    with _timed("broker and database prepared", say), ThreadPoolExecutor() as pool:
        tasks = []
        if not here.own_brokers:
            tasks.append(pool.submit(kafka_of(here).prepare))
        if not here.own_database:
            tasks.append(pool.submit(postgres_of(here).prepare))
        for task in tasks:
            task.result()
    _keep_address(here, _own_database() if here.own_database else postgres_of(here).url(DATABASE))


def _check_disk(here: Machine) -> None:
    here.places.state.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(here.places.state).free
    if free < DISK_NEEDED:
        raise Trouble(
            f"only {free >> 20} MB are free in {here.places.state}, and Bihuan wants {DISK_NEEDED >> 20} MB\n"
            "make room, or put its files elsewhere: export BIHUAN_LOCAL_DIR=/another/folder"
        )


def _migrate(here: Machine) -> None:
    from deploy import migrate  # half a second that a second start does not need
    from deploy.local import logins

    url = _address(here)
    if not here.own_database:
        migrate.ensure_database(url)
    migrate.upgrade(url)
    if not here.own_database:
        logins.give(url, here.places.state)


def _make_master_key(here: Machine) -> None:
    """Make what informers are sealed under, once; whoever loses the file loses what they said."""
    from runtime.vault import new_master_line

    path = here.master_keys_file
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_master_line("first") + "\n", encoding="ascii")


def _create_topics(here: Machine) -> None:
    from deploy import topics
    from runtime.broker import Admin
    from runtime.settings import ProcessSettings

    # The rest of the settings (TLS, SASL) are in the environment, as for every process.
    settings = ProcessSettings(database_url=SecretStr(_address(here)), kafka_brokers=here.brokers)
    with closing(Admin(settings, client_id="bihuan-up")) as cluster:
        topics.create(cluster)


def _make_people(here: Machine, say: Say, *, demonstration: bool) -> None:
    """Make the first accounts, and say the administrator's password this once."""
    from deploy.local import accounts

    wanted = [accounts.administrator(), *(accounts.demonstration() if demonstration else ())]
    made = accounts.make(_address(here), wanted, here.passwords_file)
    if accounts.ADMINISTRATOR in made:
        say(f"  first administrator            {accounts.ADMINISTRATOR}   password {made[accounts.ADMINISTRATOR]}")


def _load_demonstration(here: Machine, say: Say) -> None:
    """Load the demonstration once; the marker goes with the data."""
    from bihuan.main import COMMANDS

    marker = here.places.state / "demonstration"
    if marker.exists() or not any(command.name == "demo" for command in COMMANDS):
        return
    with _timed("demonstration", say):
        loaded = subprocess.run(
            [sys.executable, "-m", "bihuan", "demo", "load"],
            cwd=CLONE,
            env={**os.environ, **here.environment(), "LC_ALL": "C.UTF-8"},
            check=False,
        )
    if loaded.returncode != 0:
        raise NotReady("the demonstration could not be loaded (above); the services run. Again: make up")
    marker.write_text("loaded\n", encoding="ascii")


def _all_ready(here: Machine, states: Mapping[str, supervisor.State]) -> bool:
    return all(
        program.name in states and states[program.name].state == RUNNING and is_ready(here, program)
        for program in here.programs
    )


def _wait_ready(here: Machine, programs: list[Program], within: float, say: Say) -> None:
    begun = time.monotonic()
    late = list(programs)
    while late and time.monotonic() - begun < within:
        late = _wait_a_while(here, late, begun, say)
        if late:
            say(f"  waiting for {', '.join(program.name for program in late)} (make logs shows why)")
    if late:
        excerpts = "\n".join(_excerpt(here, program.name) for program in late)
        names = ", ".join(program.name for program in late)
        raise NotReady(f"{excerpts}\nnot ready within {within:.0f} s: {names}\nmake logs shows more")


def _wait_a_while(here: Machine, programs: list[Program], begun: float, say: Say) -> list[Program]:
    """Report what becomes ready and return what does not."""
    probes = [Probe(name=program.name, is_ready=_asker(here, program)) for program in programs]
    late = set()
    for seen in readiness.wait(probes, within=REMIND_EVERY):
        if seen.after is None:
            late.add(seen.name)
        else:
            say(f"  {seen.name:<30} ready after {time.monotonic() - begun:.1f} s")
    return [program for program in programs if program.name in late]


def _asker(here: Machine, program: Program) -> Callable[[], bool]:
    return lambda: is_ready(here, program)


def _database_answers(here: Machine) -> bool:
    """Whether the server lets us in; the product's own database may not exist yet."""
    try:
        with psycopg.connect(postgres_of(here).url(), connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except (psycopg.OperationalError, FileNotFoundError):
        return False
    return True


def _excerpt(here: Machine, name: str) -> str:
    path = here.places.logs / f"{name}.log"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else ["nothing written"]
    return f"--- {name}: last lines of {path}\n" + "\n".join(lines[-LAST_LINES:])


def _address(here: Machine) -> str:
    return here.database_url_file.read_text(encoding="utf-8").strip()


def _keep_address(here: Machine, url: str) -> None:
    here.database_url_file.touch(mode=0o600)
    here.database_url_file.write_text(url + "\n", encoding="utf-8")


def _own_database() -> str:
    """Return the address of the customer's own database, if the environment names one."""
    file = os.environ.get("BIHUAN_DATABASE_URL_FILE")
    return os.environ.get("BIHUAN_DATABASE_URL") or (Path(file).read_text(encoding="utf-8").strip() if file else "")


@contextmanager
def _timed(what: str, say: Say) -> Iterator[None]:
    begun = time.monotonic()
    yield
    say(f"  {what:<30} {time.monotonic() - begun:.1f} s")
