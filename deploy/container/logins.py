"""Give each process's login, and Grafana's, the password that stands in its secret file."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from deploy import isolation

GRAFANA = "grafana_database_password"


class WrongSecret(Exception):
    """A secret cannot be what its login needs; the message says which and how to mend it."""


def give(url: str, folder: Path) -> list[str]:
    """Set the passwords of all logins whose files are in the folder; returns those logins. Raises WrongSecret."""
    passwords = dict(_passwords(folder))
    with psycopg.connect(url) as connection:
        for role, password in passwords.items():
            isolation.let_in(connection, role, password)
    return list(passwords)


def _passwords(folder: Path) -> list[tuple[str, str]]:
    found = []
    for service in isolation.SERVICES:
        for process in isolation.PROCESSES:
            file, role = folder / f"database_{service}_{process}", isolation.role_of(service, process)
            if file.exists():
                found.append((role, _password_of(file, role)))
    if (folder / GRAFANA).exists():
        found.append((isolation.READER, (folder / GRAFANA).read_text(encoding="utf-8").strip()))
    return found


def _password_of(file: Path, role: str) -> str:
    told = urlsplit(file.read_text(encoding="utf-8").strip())
    if told.username != role or not told.password:
        raise WrongSecret(f"{file}: write postgresql://{role}:PASSWORD@HOST:PORT/DATABASE")
    return unquote(told.password)
