"""Run Prometheus and Alertmanager as Debian ships them, beside a machine of the tests."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local import ports
from deploy.local.ports import LOOPBACK
from runtime.testing import eventually, http_status
from tests.machine import Machine

DEPLOY = Path(__file__).parents[1] / "deploy"
NEEDED = ("prometheus", "prometheus-alertmanager")
installed = pytest.mark.skipif(
    any(shutil.which(name) is None for name in NEEDED), reason="apt-get install prometheus prometheus-alertmanager"
)


@dataclass(frozen=True, slots=True)
class Watcher:
    """One that runs, and where it listens."""

    process: subprocess.Popen[bytes]
    address: str


def targets(machine: Machine) -> dict[str, Any]:
    """The product's own settings for one machine, with the ports of this one."""
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus/local.yml").read_text(encoding="utf-8"))
    for each in told["scrape_configs"][0]["static_configs"]:
        service, role = each["labels"]["process"].split("-")
        each["targets"] = [f"{LOOPBACK}:{machine.here.ports.of(service, role)}"]
    return told


def prometheus(folder: Path, told: dict[str, Any]) -> AbstractContextManager[Watcher]:
    """One that reads these settings and keeps its data in the folder."""
    return _running("prometheus", folder, told, f"--storage.tsdb.path={folder / 'data'}")


def alertmanager(folder: Path, told: dict[str, Any]) -> AbstractContextManager[Watcher]:
    """One that reads these settings and keeps its data in the folder."""
    return _running("prometheus-alertmanager", folder, told, f"--storage.path={folder}", "--cluster.listen-address=")


def written(path: Path, told: object) -> Path:
    """The file with these settings in it."""
    path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return path


@contextmanager
def _running(program: str, folder: Path, told: dict[str, Any], *options: str) -> Iterator[Watcher]:
    address = f"{LOOPBACK}:{ports.free_port()}"
    settings = written(folder / f"{program}.yml", told)
    command = [program, f"--config.file={settings}", f"--web.listen-address={address}", *options]
    with (
        (folder / "output.log").open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as process,
    ):
        try:
            eventually(lambda: http_status(f"http://{address}/-/ready") == 200, within=60, every=0.2)
            yield Watcher(process, address)
        finally:
            process.terminate()
