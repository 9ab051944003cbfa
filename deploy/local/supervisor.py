"""Run the programs under supervisor: write its settings, start it, ask it, stop it."""

import contextlib
import os
import shlex
import subprocess
import sys
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from deploy.local.machine import Machine, Program, private_folder
from deploy.local.places import CLONE
from deploy.local.trouble import Trouble

GONE_WITHIN = 60.0  # seconds: the longest of the programs' own limits, one group after the other
RUNNING = "RUNNING"

HEAD = """\
; Written by `make up`; changes are lost at the next start.
[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisord]
logfile={state}/logs/supervisor.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile={state}/supervisor.pid
childlogdir={state}/logs
{user}
"""

# startretries: it would give up after three. startsecs: below that a start has failed and the pause grows.
# stopwaitsecs lies above the 10 s after which a stuck worker ends itself.
PROGRAM = """\
[program:{name}]
command={command}
priority={priority}
autostart={autostart}
autorestart=true
startretries=1000000
startsecs=2
stopsignal={stop_signal}
stopwaitsecs=20
stdout_logfile={state}/logs/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
redirect_stderr=true
"""

STOP_SIGNALS = {"postgres": "INT"}  # a fast shutdown; TERM would wait for clients
PRIORITIES = {"kafka": 0, "postgres": 1}
SERVICE_PRIORITY = 10


class SupervisorRefused(Trouble):
    """The supervisor did not start; the message is its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the supervisor knows of a program; `since` is seconds since the epoch by its clock, 0 if never started."""

    name: str
    state: str
    pid: int
    running_for: int


def settings(machine: Machine) -> str:
    """Return the supervisor's settings; paths are relative to the clone, from where it is started."""
    state = _relative(machine.places.state)
    user = "user=root" if os.geteuid() == 0 else ""  # silences a warning; nothing is given up
    parts = [HEAD.format(socket=_literal(str(machine.socket)), state=_literal(state), user=user)]
    parts += [_program(program, _literal(state)) for program in machine.programs]
    services = [program.name for program in machine.programs if program.is_service]
    if services:
        # Without the group they would be stopped one after the other.
        parts.append(f"[group:services]\nprograms={','.join(services)}\npriority={SERVICE_PRIORITY}\n")
    return "\n".join(parts)


def start(machine: Machine) -> None:
    """Start the supervisor with the broker and the database; the services wait for `start_services`."""
    private_folder(machine.socket.parent)
    machine.places.logs.mkdir(parents=True, exist_ok=True)
    machine.places.data.mkdir(parents=True, exist_ok=True)
    path = machine.places.state / "supervisor.conf"
    path.write_text(settings(machine), encoding="utf-8")
    started = subprocess.run(
        [sys.executable, "-m", "supervisor.supervisord", "-c", _relative(path)],
        cwd=CLONE,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(CLONE), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if started.returncode != 0:
        raise SupervisorRefused((started.stderr or started.stdout).strip())


def states(machine: Machine) -> dict[str, State]:
    """Return what runs, by name; empty when no supervisor answers (there is no pid file that could be stale)."""
    told = _call(machine, "getAllProcessInfo")
    return {
        info["name"]: State(
            name=info["name"],
            state=info["statename"],
            pid=info["pid"],
            running_for=max(0, info["now"] - info["start"]) if info["pid"] else 0,
        )
        for info in told or ()
    }


def start_services(machine: Machine) -> None:
    """Start every service process that does not run."""
    _call(machine, "startProcessGroup", "services", False)


def shutdown(machine: Machine) -> bool:
    """Stop everything in order and wait until no process is left; False when nothing ran."""
    pid = _call(machine, "getPID")
    if pid is None:
        return False
    left = _family(pid)
    _call(machine, "shutdown")
    _, alive = psutil.wait_procs(left, timeout=GONE_WITHIN)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=GONE_WITHIN)
    with contextlib.suppress(OSError):  # not empty: somebody else put something there
        machine.socket.parent.rmdir()
    return True


def _family(pid: int) -> list[psutil.Process]:
    try:
        supervisor = psutil.Process(pid)
        return [supervisor, *supervisor.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _call(machine: Machine, method: str, *arguments: object) -> Any:
    """Ask the control socket; None when nobody listens there."""
    from supervisor.xmlrpc import SupervisorTransport

    transport = SupervisorTransport(None, None, f"unix://{machine.socket}")
    proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
    try:
        return getattr(proxy.supervisor, method)(*arguments)
    except (ConnectionError, FileNotFoundError):
        return None
    finally:
        transport.close()


def _program(program: Program, state: str) -> str:
    launch = [_relative_program(Path(sys.executable)), "-m", "deploy.local.launch", program.name]
    return PROGRAM.format(
        name=program.name,
        command=_literal(shlex.join(launch)),
        priority=PRIORITIES.get(program.name, SERVICE_PRIORITY),
        autostart="false" if program.is_service else "true",
        stop_signal=STOP_SIGNALS.get(program.name, "TERM"),
        state=state,
    )


def _relative(path: Path) -> str:
    return os.path.relpath(path, CLONE)


def _relative_program(path: Path) -> str:
    return _relative(path) if path.is_relative_to(CLONE) else str(path)


def _literal(text: str) -> str:
    return text.replace("%", "%%")  # the settings' reader replaces %(names)s
