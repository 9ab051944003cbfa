"""The supervisor's settings hold in any path, and it never gives a program up."""

import configparser
from pathlib import Path

import pytest

from deploy.local import machine, supervisor
from deploy.local.machine import Machine
from deploy.local.places import Places


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> configparser.ConfigParser:
    """The settings of a machine with all services, read as supervisor reads them."""
    monkeypatch.setattr(machine, "services_here", lambda: machine.SERVICES)
    here = Machine(places=Places(state=tmp_path / "100% 目录"), socket=tmp_path / "control.sock")
    parser = configparser.ConfigParser(inline_comment_prefixes=(";", "#"))
    parser.read_string(supervisor.settings(here))
    return parser


def test_servers_start_before_the_services(read: configparser.ConfigParser) -> None:
    """The broker and the database start at once; services wait until their tables and topics exist."""
    autostart = {name: read.get(f"program:{name}", "autostart") for name in ("kafka", "postgres", "intake-api")}
    priorities = [read.getint(f"program:{name}", "priority") for name in ("kafka", "postgres", "intake-api")]

    assert autostart == {"kafka": "true", "postgres": "true", "intake-api": "false"}
    assert priorities == sorted(priorities)


def test_services_stop_together(read: configparser.ConfigParser) -> None:
    """One group holds the eight processes; without it they would be stopped one after the other."""
    names = read.get("group:services", "programs").split(",")

    assert names == [f"{service}-{role}" for service in machine.SERVICES for role in machine.ROLES]


def test_no_program_is_given_up(read: configparser.ConfigParser) -> None:
    """Three failed starts would otherwise end in FATAL, and nobody would start it again."""
    programs = [section for section in read.sections() if section.startswith("program:")]

    assert len(programs) == 10
    assert {read.getint(section, "startretries") for section in programs} == {1_000_000}
    assert {read.get(section, "autorestart") for section in programs} == {"true"}


def test_the_database_is_stopped_fast(read: configparser.ConfigParser) -> None:
    """SIGINT sends clients away; SIGTERM would wait for them."""
    assert read.get("program:postgres", "stopsignal") == "INT"


def test_a_stuck_worker_has_time_to_end_itself(read: configparser.ConfigParser) -> None:
    """It does so after ten seconds; the supervisor's patience is longer."""
    assert read.getint("program:escalation-worker", "stopwaitsecs") > 10


def test_a_percent_sign_in_the_path_stays(read: configparser.ConfigParser) -> None:
    """The reader replaces %(names)s; a path is written so that it comes out as it is."""
    assert read.get("supervisord", "pidfile").endswith("100% 目录/supervisor.pid")
