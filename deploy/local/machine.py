"""Describe one machine's installation: its ports, its programs and what each is told; kept in `.local/machine.json`."""

import dataclasses
import hashlib
import json
import os
import pwd
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.places import CLONE, Places, places
from deploy.local.ports import LOOPBACK
from deploy.local.trouble import Trouble

SERVICES = ("intake", "escalation", "notify", "reporting")
ROLES = ("api", "worker")
DATABASE = "bihuan"
WORKER_PORTS_ABOVE = 10  # api 8001 to 8004, worker 8011 to 8014


class BelongsToAnother(Trouble):
    """Files of this machine were made by another user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where things listen; `http` is the first of the services' ports."""

    kafka: int = 39092
    postgres: int = 35432
    http: int = 8001

    def of(self, service: str, role: str) -> int:
        """Return the HTTP port of one process of a service."""
        return self.http + SERVICES.index(service) + (WORKER_PORTS_ABOVE if role == "worker" else 0)

    @property
    def controller(self) -> int:
        """The broker's second port, for itself alone."""
        return self.kafka + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process under the supervisor. `port` is open when it accepts work; `ready` says it over HTTP."""

    name: str
    port: int
    is_service: bool

    @property
    def ready(self) -> str | None:
        """The address that answers 200 when the process does its work."""
        return f"http://{LOOPBACK}:{self.port}/healthz/ready" if self.is_service else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """An installation in one clone. A database or brokers of the customer's own replace the ones we start."""

    places: Places
    ports: Ports = field(default_factory=Ports)
    own_database: bool = False
    own_brokers: str = ""
    socket: Path

    @property
    def database_url_file(self) -> Path:
        """The file with the address of the database; readable by its owner alone."""
        return self.places.state / "database_url"

    @property
    def passwords_file(self) -> Path:
        """The file with the first passwords; readable by its owner alone."""
        return self.places.state / "passwords"

    @property
    def master_keys_file(self) -> Path:
        """The file with the keys that informers are sealed under: outside the database and outside its backups."""
        return self.places.state / "master_keys"

    @property
    def anchor_file(self) -> Path:
        """The file in which the audit's heads are kept outside the database: as old as its data, and gone with them."""
        return self.places.data / "audit-anchors.jsonl"

    @property
    def brokers(self) -> str:
        """The bootstrap address every process is told."""
        return self.own_brokers or f"{LOOPBACK}:{self.ports.kafka}"

    @property
    def programs(self) -> tuple[Program, ...]:
        """Everything the supervisor runs, first things first."""
        servers = []
        if not self.own_brokers:
            servers.append(Program(name="kafka", port=self.ports.kafka, is_service=False))
        if not self.own_database:
            servers.append(Program(name="postgres", port=self.ports.postgres, is_service=False))
        services = (
            Program(name=f"{service}-{role}", port=self.ports.of(service, role), is_service=True)
            for service in services_here()
            for role in ROLES
        )
        return (*servers, *services)

    @property
    def wanted_ports(self) -> dict[str, int]:
        """Every port that has to be free before the start, by what it is for."""
        wanted = {program.name: program.port for program in self.programs}
        if "kafka" in wanted:
            wanted["kafka controller"] = self.ports.controller
        return wanted

    def environment(self, program: str = "") -> dict[str, str]:
        """Return the settings of one service process, or of a command that talks to this machine."""
        told = {
            "BIHUAN_DATABASE_URL_FILE": str(self.database_url_file),
            "BIHUAN_KAFKA_BROKERS": self.brokers,
            "BIHUAN_DATA_DIR": str(self.places.data),
            "BIHUAN_AUDIT_ANCHOR_FILE": str(self.anchor_file),
        }
        if program.partition("-")[0] in ("", "intake", "notify") and self.master_keys_file.exists():
            told["BIHUAN_MASTER_KEYS_FILE"] = str(self.master_keys_file)
        if program:
            service, role = program.split("-")
            told |= {
                "BIHUAN_HTTP_HOST": LOOPBACK,
                "BIHUAN_COOKIE_SECURE": "false",  # plain HTTP, on loopback alone
                "BIHUAN_HTTP_PORT": str(self.ports.of(service, role)),
                "BIHUAN_INSTANCE": f"{service}-1",
            }
            if not self.own_database:
                told["BIHUAN_DATABASE_URL_FILE"] = str(self.places.state / "logins" / program)
            told |= {
                f"BIHUAN_{name.upper()}_ADDRESS": f"http://{LOOPBACK}:{self.ports.of(name, 'api')}" for name in SERVICES
            }
        return told

    def save(self) -> None:
        """Keep what was chosen, so that the next start and other commands find it."""
        told = {
            "ports": dataclasses.asdict(self.ports),
            "own_database": self.own_database,
            "own_brokers": self.own_brokers,
            "socket": str(self.socket),
        }
        text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
        self.places.state.mkdir(parents=True, exist_ok=True)
        (self.places.state / "machine.json").write_text(text, encoding="utf-8")


def load(chosen: Mapping[str, int] | None = None) -> Machine:
    """Return the machine of this clone: what is chosen now, else what was chosen last, else the usual ports."""
    found = places()
    kept = _kept(found)
    ports = Ports(**{**kept.get("ports", {}), **(chosen or {})})
    return Machine(
        places=found,
        ports=ports,
        own_database=kept.get("own_database", False),
        own_brokers=kept.get("own_brokers", ""),
        socket=Path(kept["socket"]) if "socket" in kept else _new_socket(found),
    )


def services_here() -> tuple[str, ...]:
    """Return the services that can be run."""
    return tuple(service for service in SERVICES if (CLONE / "services" / service / "main.py").is_file())


def check_owner(state: Path, *, uid: int | None = None) -> None:
    """Raise BelongsToAnother unless the state is ours or does not exist yet.

    A database made by one user cannot be served by another, and root's files would shut the first one out.
    """
    try:
        owner = state.stat().st_uid
    except FileNotFoundError:
        return
    if owner != (os.geteuid() if uid is None else uid):
        raise BelongsToAnother(
            f"{state} was made by user {_name_of(owner)}: run make as that user, "
            "or put the files elsewhere: export BIHUAN_LOCAL_DIR=/another/folder"
        )


def private_folder(path: Path) -> None:
    """Make a folder that nobody else can use, and refuse one that another user laid in our way."""
    path.mkdir(mode=0o700, exist_ok=True)
    seen = path.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid():
        raise BelongsToAnother(f"{path} belongs to another user; remove it, or name another folder: export TMPDIR=..")
    path.chmod(0o700)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _kept(found: Places) -> dict[str, Any]:
    try:
        kept = json.loads((found.state / "machine.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a first start, or a file that a full disk cut off
        return {}
    return kept if isinstance(kept, dict) else {}


def _new_socket(found: Places) -> Path:
    """Return the control socket's path: in the temporary folder, because a socket's path has a limit of 107 bytes."""
    name = hashlib.sha256(str(found.state).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir(), f"bihuan-{os.geteuid()}-{name}", "control.sock")
