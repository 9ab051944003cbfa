"""An intranet that reaches nothing: the offline archive is installed and started where there is no route."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOSED = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(shutil.which("unshare") is None or shutil.which("ip") is None, reason="util-linux and iproute2"),
]

INSIDE = """
set -eu
ip link set lo up
python3 -c 'import socket; socket.create_connection(("192.0.2.1", 80), 2)' 2>&1 | grep -o "Network is unreachable"
./install.sh
cd bihuan
trap 'make down' EXIT
make up
.venv/bin/bihuan doctor
"""
SAID = ("Network is unreachable", "installed; next:", "Bihuan is running", "故障 0", "stopped")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive") / "bihuan-offline.tar.gz"
    subprocess.run([sys.executable, "-m", "deploy.bundle", str(made)], cwd=ROOT, check=True)
    return made


@pytest.fixture
def folder(archive: Path, tmp_path: Path) -> Path:
    """Unpacked on the other machine."""
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "bihuan-offline"


def test_it_installs_and_runs_without_a_network(folder: Path) -> None:
    """Sources, wheels and jars are in it, their hashes are held against them, and nothing is fetched."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")}

    run = subprocess.run(
        [*CLOSED, "sh", "-c", INSIDE],
        cwd=folder,
        env=ours,
        capture_output=True,
        text=True,
        check=False,
    )

    print(run.stdout[-1500:])  # noqa: T201 (quoted)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    places = [run.stdout.find(word) for word in SAID]
    assert -1 not in places, dict(zip(SAID, places, strict=True))
    assert places == sorted(places)


def test_a_file_that_was_changed_on_the_way_is_found(folder: Path) -> None:
    """Before anything is installed."""
    (folder / "bihuan" / "README.md").write_text("something else", encoding="utf-8")

    run = subprocess.run(["./install.sh"], cwd=folder, capture_output=True, text=True, check=False)

    assert run.returncode != 0
    assert "bihuan/README.md: FAILED" in run.stdout + run.stderr
    assert not (folder / "bihuan" / ".venv").exists()
