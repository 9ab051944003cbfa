"""Kill every container's main process under load, from the host, and compare what came out with the log.

    python tests/containers/stand_ins/build.py
    python tests/containers/kill_each.py [--compose docker-compose] [--rate 20]

Brings the compose file up with the stand-in images, waits until all are healthy and the demonstration has come through,
then sends SIGKILL to one main process after another while `bihuan load` runs, and waits for each container to come back by
its restart policy. Needs root and DOCKER_HOST. What it started it takes down again.
"""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

CLONE = Path(__file__).resolve().parents[2]
SETTINGS = Path(__file__).with_name("stand-ins.env")
PROJECT = "bihuan-test"
MAIL = "http://127.0.0.1:24025/api/v1/messages"
NOT_HERE = {"grafana"}  # no registry that can be reached has it
ENDS = {"prepare", "demo"}  # they do their work and end
KILLED = (
    "kafka-1", "kafka-2", "kafka-3", "postgres",
    *(f"{service}-{role}" for service in ("intake", "escalation", "notify", "reporting") for role in ("api", "worker")),
    "prometheus", "alertmanager", "doctor", "backup",
)  # fmt: skip
WITHIN = 600.0  # seconds
CALM = 8.0  # seconds between two kills
LOAD = f"{PROJECT}-load"
LONG_ENOUGH = 1800  # seconds: it is ended when every process has been killed
NOBODY = 10001  # the user of our image


class Compose:
    """The compose file with the stand-ins, through one program."""

    def __init__(self, program: str) -> None:
        self._command = [*shlex.split(program), "--env-file", str(SETTINGS), "-f", str(CLONE / "docker-compose.yml")]

    def __call__(self, *arguments: str, check: bool = True) -> str:
        """Run it; gives what it printed."""
        done = subprocess.run(
            [*self._command, *arguments], cwd=CLONE, capture_output=True, text=True, check=False, timeout=900
        )
        if check and done.returncode:
            raise SystemExit(f"{' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def popen(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start it and go on."""
        return subprocess.Popen([*self._command, *arguments], cwd=CLONE, stdout=subprocess.PIPE, text=True)


def containers() -> dict[str, dict[str, Any]]:
    """What Docker knows of each service's container; both Composes label them alike."""
    listed = _docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={PROJECT}",
                     "--filter", "label=com.docker.compose.oneoff=False").split()  # fmt: skip
    described = json.loads(_docker("inspect", *listed)) if listed else []
    return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in described}


def state_of(container: dict[str, Any]) -> str:
    """healthy, starting, unhealthy; running where nothing is asked; exited with its status."""
    state = container["State"]
    if not state["Running"]:
        return f"exited {state['ExitCode']}"
    return str(state.get("Health", {}).get("Status", "running"))


def all_well() -> bool:
    """Whether everything does its work, or has done it."""
    states = {name: state_of(one) for name, one in containers().items()}
    return all(state in ({"exited 0"} if name in ENDS else {"healthy", "running"}) for name, state in states.items())


def until(what: str, look: Callable[[], bool]) -> float:
    """Wait for it; gives the seconds it took."""
    begun = time.monotonic()
    while not look():
        if time.monotonic() - begun > WITHIN:
            states = {name: state_of(one) for name, one in containers().items()}
            raise SystemExit(f"not within {WITHIN:.0f} s: {what}; {states}")
        time.sleep(1)  # between two looks
    return time.monotonic() - begun


def kill(name: str) -> str:
    """End a container's main process as a defect would, and wait until Docker has brought it back."""
    before = containers()[name]
    os.kill(before["State"]["Pid"], signal.SIGKILL)
    came_back = until(f"{name} is back", lambda: _is_back(name, before))
    return f"{name:<18} killed, back and well after {came_back:5.1f} s"


def _is_back(name: str, before: dict[str, Any]) -> bool:
    now = containers()[name]
    again = now["State"]["StartedAt"] != before["State"]["StartedAt"]
    return again and state_of(now) in {"healthy", "running"}


def mails() -> list[dict[str, Any]]:
    """What the catcher has."""
    with urllib.request.urlopen(MAIL, timeout=10) as answer:
        return list(json.load(answer)["messages"])


def main() -> int:
    """Do it all; the exit status says whether anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--compose", default="docker-compose", help="the program, 1.29 or 2")
    parser.add_argument("--rate", type=float, default=20.0, help="events a second")
    parser.add_argument("--only-up", action="store_true", help="bring it up, say that all are well, and take it down")
    asked = parser.parse_args()
    compose = Compose(asked.compose)
    subprocess.run([sys.executable, CLONE / "deploy/container/make_secrets.py", CLONE / "secrets"], check=True)
    print(compose("version").splitlines()[0], flush=True)
    try:
        _take_down(compose)  # what a run left that was broken off
        _bring_up(compose)
        return 0 if asked.only_up else _torment(compose, asked.rate)
    finally:
        _take_down(compose)


def _take_down(compose: Compose) -> None:
    compose("down", "--volumes", "--remove-orphans", "--timeout", "20", check=False)


def _bring_up(compose: Compose) -> None:
    wanted = sorted(set(compose("config", "--services").split()) - NOT_HERE)
    begun = time.monotonic()
    compose("up", "-d", *(name for name in wanted if name != "demo"))
    until("all are well", all_well)
    took = time.monotonic() - begun
    compose("up", "-d", *wanted)  # the demonstration waits for nobody who is slow on a busy machine
    until("all are well", all_well)
    caught = until("the demonstration is told", lambda: bool(mails()))
    for name, one in sorted(containers().items()):
        print(f"  {name:<18} {state_of(one)}")
    print(
        f"all {len(wanted)} well after {took:.0f} s; {len(mails())} mails of the demonstration {caught:.0f} s later",
        flush=True,
    )


def _torment(compose: Compose, rate: float) -> int:
    with tempfile.TemporaryDirectory(prefix="bihuan-kept-") as name:
        folder = Path(name)
        os.chown(folder, NOBODY, NOBODY)
        mounted = ("-v", f"{folder}:/kept", "-v", f"{CLONE / 'tests'}:/srv/bihuan/tests:ro")
        load = compose.popen(
            "run", "--rm", "-T", "--name", LOAD, *mounted, "prepare", "bihuan", "load", "--yes", "--rate", str(rate), "--seconds",
            str(LONG_ENOUGH), "--upstreams", "6", "--url", "http://intake-api:8000", "--settle", "240",
            "--keep", "/kept/sent.json",
        )  # fmt: skip
        time.sleep(20)  # the load runs in before the first kill
        for container in KILLED:
            print(kill(container), flush=True)
            time.sleep(CALM)  # each kill meets a system under load, not one that still starts
        _docker("kill", "--signal", "INT", LOAD)
        print(load.communicate(timeout=600)[0], flush=True)
        inside = ("run", "--rm", "-T", *mounted, "prepare", "python", "-m", "tests.containers.compared")
        compose(*inside, "rest")  # the last deadlines are told by then
        (folder / "mails.json").write_text(json.dumps([mail["MessageID"] for mail in mails()]), encoding="utf-8")
        compared = compose(*inside, "/kept", check=False)
        print(compared, flush=True)
        return 0 if "nothing lost, nothing doubled" in compared else 1


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
