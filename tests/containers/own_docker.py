"""A Docker of this clone's own: its images below `.local`, its containers in a network namespace that leads nowhere.

The daemon of the machine, its images and its packet filter stay untouched, and what is left behind goes with `make clean`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WITHIN = 60.0  # seconds
BRIDGE, ADDRESS = "bihuan-build", "198.18.255.1/30"  # addresses that are for measurements, so nobody's


@contextmanager
def own_docker(data: Path, *flags: str) -> Iterator[None]:
    """Start a daemon that keeps what it has in `data`; DOCKER_HOST names it until the end."""
    data.mkdir(parents=True, exist_ok=True)
    # Short names: a socket's path has 107 bytes at most, and a clone may lie deep.
    with tempfile.TemporaryDirectory(prefix="bihuan-docker-") as name, Path(f"{data}.log").open("w") as log:
        before, socket = os.environ.get("DOCKER_HOST"), f"unix://{name}/socket"
        places = ["--data-root", str(data), "--exec-root", f"{name}/exec", "--pidfile", f"{name}/pid", "-H", socket]
        daemon = subprocess.Popen(["dockerd", *places, *flags], stdout=log, stderr=subprocess.STDOUT)
        os.environ["DOCKER_HOST"] = socket
        try:
            _until_it_answers(daemon, Path(log.name))
            yield
        finally:
            daemon.terminate()
            daemon.wait()
            _unmount_below(name)
            os.environ.pop("DOCKER_HOST")
            if before:
                os.environ["DOCKER_HOST"] = before


@contextmanager
def building(data: Path) -> Iterator[None]:
    """The same on the machine's network, for `docker build --network host`; its packet filter is not written.

    With a bridge of its own: without one the daemon would take `docker0`, and with none it would remove it.
    """
    subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)
    try:
        subprocess.run(["ip", "address", "add", ADDRESS, "dev", BRIDGE], check=True)
        with own_docker(data, f"--bridge={BRIDGE}", "--iptables=false", "--ip6tables=false", "--ip-forward=false"):
            yield
    finally:
        subprocess.run(["ip", "link", "delete", BRIDGE], check=True)


def apart(data: Path, *command: str) -> int:
    """Run a command beside a Docker whose network is a namespace of its own; gives the command's exit status."""
    inside = [sys.executable, "-m", "tests.containers.own_docker", str(data), *command]
    return subprocess.run(["unshare", "--net", *inside], check=False).returncode


def _unmount_below(folder: str) -> None:
    """The daemon leaves the namespaces of its networks mounted."""
    for mounted in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        place = mounted.split()[1]
        if place.startswith(f"{folder}/"):
            subprocess.run(["umount", place], check=True)


def _until_it_answers(daemon: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + WITHIN
    while subprocess.run(["docker", "version"], capture_output=True, check=False).returncode:
        if daemon.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"dockerd does not answer:\n{log.read_text(encoding='utf-8')[-2000:]}")
        time.sleep(0.5)  # between two questions


def main() -> int:
    """Inside the namespace: its loopback is up before anything listens."""
    parser = argparse.ArgumentParser(description=apart.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with own_docker(asked.data):
        return subprocess.run(asked.command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
