"""The whole product on containers, from nothing: `make test-containers`.

    python -m tests.containers [--compose docker-compose | 2] [--rate 20] [--only images | bundle]

Builds every image (those that stand in for the public ones out of Debian's packages and the wheels), brings the compose
file up, kills one main process after another under load, and compares what came out with the log. `bundle` packs the
product's image with `make bundle`, and loads and starts it from the archive in a Docker that has nothing.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bihuan import VERSION
from deploy.local.places import places
from tests.containers import bundled, compose_2
from tests.containers.own_docker import apart, building

HERE = Path(__file__).parent
OURS = f"bihuan:{VERSION}"
PACKAGES = {"dockerd": "docker.io", "docker": "docker.io", "debootstrap": "debootstrap", "iptables": "iptables",
            "unshare": "util-linux", "ip": "iproute2", "tar": "tar", "docker-compose": "docker-compose"}  # fmt: skip


def main() -> int:
    """Do what was asked; the exit status says whether it held."""
    parser = argparse.ArgumentParser(prog="python -m tests.containers", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--compose", default="docker-compose", help="a program, or 2: built from its Go module")
    parser.add_argument("--rate", type=float, default=20.0, help="events a second")
    parser.add_argument("--only", choices=("images", "bundle"), help="a part of it")
    asked = parser.parse_args()
    if lacking := _lacking(asked.compose):
        print(lacking)
        return 2
    state = places().state / "containers"
    data = state / "docker"
    with building(data):
        subprocess.run([sys.executable, HERE / "stand_ins/build.py"], check=True)
        archive = bundled.pack(state, OURS) if asked.only == "bundle" else None
    if archive is not None:
        return bundled.look(archive, state, OURS)
    if asked.only:
        return 0
    program = str(compose_2.built(state)) if asked.compose == "2" else asked.compose
    torment = (sys.executable, HERE / "kill_each.py", "--compose", program, "--rate", asked.rate)
    return apart(data, *map(str, torment))


def _lacking(compose: str) -> str:
    """What this machine has not, and how it gets it; empty when nothing is missing."""
    if os.geteuid() != 0:
        return "make test-containers starts a Docker and kills processes: it has to be run as root"
    first = compose.split(maxsplit=1)[0]
    needed = set(PACKAGES) - {"docker-compose"} | ({"go"} if compose == "2" else {first})
    missing = sorted(name for name in needed if shutil.which(name) is None)
    packages = sorted({PACKAGES.get(name, "golang (1.24 or newer)" if name == "go" else name) for name in missing})
    return f"{', '.join(missing)} missing: apt-get install --no-install-recommends {' '.join(packages)}" * bool(missing)


if __name__ == "__main__":
    sys.exit(main())
