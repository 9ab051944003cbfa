"""Become one program under the supervisor: prepare it, wait for what it needs, tie its life to the supervisor's.

`python -m deploy.local.launch NAME`. Without the tie the children of a killed supervisor would live on.
"""

import os
import signal
import sys
import time

from deploy.local import children, machine, ports
from deploy.local.kafka import Kafka
from deploy.local.machine import Machine
from deploy.local.postgres import Postgres

NEEDED_WITHIN = 60.0  # seconds until a broker after a crash has read its log; then the supervisor's pause begins
PAUSE = 0.2  # seconds between two looks
INIT = 1  # takes in the children of a process that died
GONE_AWAY = 75  # EX_TEMPFAIL: worth another try


def main(name: str) -> None:
    """Turn into the program of that name; does not return."""
    parent = os.getppid()
    if parent == INIT:
        sys.exit("the supervisor is gone")
    children.die_with_parent(signal.SIGKILL, parent=parent)  # while preparing; `become` sets the program's own signal
    here = machine.load()
    if name == "kafka":
        _become_kafka(here, parent)
    elif name == "postgres":
        _become_postgres(here, parent)
    else:
        _become_service(here, name, parent)


def kafka_of(here: Machine) -> Kafka:
    """Return the broker of this machine."""
    return Kafka(
        folder=here.places.kafka,
        port=here.ports.kafka,
        controller_port=here.ports.controller,
        jar_cache=here.places.jars,
    )


def postgres_of(here: Machine) -> Postgres:
    """Return the database server of this machine."""
    return Postgres(folder=here.places.postgres, port=here.ports.postgres)


def _become_kafka(here: Machine, parent: int) -> None:
    kafka = kafka_of(here)
    kafka.prepare()
    os.chdir(kafka.folder)
    children.become(kafka.command(), last_signal=signal.SIGTERM, parent=parent, leaves_root=False)


def _become_postgres(here: Machine, parent: int) -> None:
    postgres = postgres_of(here)
    postgres.prepare()
    os.chdir(postgres.folder)
    leaves_root = children.needs_namespace()
    children.become(postgres.command(), last_signal=signal.SIGINT, parent=parent, leaves_root=leaves_root)


def _become_service(here: Machine, name: str, parent: int) -> None:
    _wait_for_servers(here)
    service, role = name.split("-")
    os.environ.update(here.environment(name))
    command = [sys.executable, "-m", f"services.{service}.main", role]
    # Killed at once: services are crash-only, and a stuck one would outlive the supervisor.
    children.become(command, last_signal=signal.SIGKILL, parent=parent, leaves_root=False)


def _wait_for_servers(here: Machine) -> None:
    """Wait until the servers we start ourselves are open; what a customer runs is the services' own to wait for."""
    until = time.monotonic() + NEEDED_WITHIN
    needed = [program.port for program in here.programs if not program.is_service]
    while closed := [port for port in needed if not ports.is_open(port)]:
        if time.monotonic() > until:
            print(f"nobody listens on {closed}", flush=True)
            sys.exit(GONE_AWAY)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1])
