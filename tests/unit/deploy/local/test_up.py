"""What a person reads before and after a start."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.local import machine, up
from deploy.local.machine import Machine
from deploy.local.places import Places
from deploy.local.trouble import Trouble


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with four services, none of which runs."""
    monkeypatch.setattr(machine, "services_here", lambda: machine.SERVICES)
    return Machine(places=Places(state=tmp_path), socket=tmp_path / "control.sock")


def test_every_address_is_named_after_a_start(here: Machine) -> None:
    """The page, each service's description and its two metrics endpoints, the broker and the database."""
    shown = up.where_to_look(here)

    assert "http://127.0.0.1:8004/" in shown
    assert all(f"http://127.0.0.1:{port}/openapi.json" in shown for port in (8001, 8002, 8003, 8004))
    assert all(f"http://127.0.0.1:{port}/metrics" in shown for port in (*range(8001, 8005), *range(8011, 8015)))
    assert "127.0.0.1:39092" in shown
    assert "127.0.0.1:35432/bihuan" in shown


def test_a_full_disk_is_named_before_anything_is_written(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how much is there, how much is wanted and where else the files may lie."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=300 << 20))

    with pytest.raises(Trouble, match=r"only 300 MB are free .* wants 1024 MB\n.*BIHUAN_LOCAL_DIR"):
        up._check_disk(here)


def test_the_last_lines_of_a_log_are_shown(here: Machine) -> None:
    """Of a program that does not become ready; one that wrote nothing says so."""
    here.places.logs.mkdir()
    lines = [f"line {number}" for number in range(100)]
    (here.places.logs / "intake-api.log").write_text("\n".join(lines), encoding="utf-8")

    assert up._excerpt(here, "intake-api").splitlines()[1:] == lines[-15:]
    assert up._excerpt(here, "notify-api").endswith("nothing written")


def test_the_address_of_the_database_is_for_its_owner_alone(here: Machine) -> None:
    """It holds the password."""
    up._keep_address(here, "postgresql://bihuan:secret@127.0.0.1:35432/bihuan")

    assert here.database_url_file.stat().st_mode & 0o077 == 0
    assert up._address(here) == "postgresql://bihuan:secret@127.0.0.1:35432/bihuan"
