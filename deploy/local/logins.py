"""Give each process a login of its own on this machine's database, with a password that is made here."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from deploy import isolation

PASSWORD_BYTES = 18


def file_of(state: Path, service: str, process: str) -> Path:
    """The file with the address of the database as this process enters it; readable by its owner alone."""
    return state / "logins" / f"{service}-{process}"


def give(url: str, state: Path) -> None:
    """Set the password of every login to the one in its file, which is made where it is missing."""
    with psycopg.connect(url) as connection:
        for service in isolation.SERVICES:
            for process in isolation.PROCESSES:
                role = isolation.role_of(service, process)
                password = _kept(file_of(state, service, process), url, role)
                isolation.let_in(connection, role, password)


def as_login(url: str, role: str, password: str) -> str:
    """The same database, entered as somebody else."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{host}"))


def _kept(path: Path, url: str, role: str) -> str:
    if path.exists():
        password = urlsplit(path.read_text(encoding="ascii").strip()).password
        if password:
            return password
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(as_login(url, role, password) + "\n", encoding="ascii")
    return password
