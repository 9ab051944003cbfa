"""Make the secrets of a first start as files that nobody else can read; a second call changes nothing.

`python3 deploy/container/make_secrets.py [FOLDER]` needs no library. Passwords that exist stay, so that a database keeps its own.
"""

import base64
import secrets
import sys
from pathlib import Path

OWNER = "bihuan"
HOST = "postgres:5432"
BYTES = 24
KEY_BYTES = 32
# Containers run as users of their own: Docker mounts the files as they are, so the folder shuts others out.
FOLDER_MODE, FILE_MODE = 0o700, 0o444

PASSWORDS = ("postgres_password", "grafana_password", "grafana_database_password", "alerts_token", "admin_password")
LOGINS = tuple(
    f"{service}_{process}"
    for service in ("intake", "escalation", "notify", "reporting")
    for process in ("api", "worker")
)
"""Each process enters the database as somebody of its own; `prepare` gives these logins the passwords made here."""


def main(arguments: list[str]) -> int:
    """Write what is missing and say where it lies."""
    folder = Path(arguments[0] if arguments else "secrets")
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    folder.chmod(FOLDER_MODE)
    made = [name for name in PASSWORDS if _write(folder / name, secrets.token_urlsafe(BYTES))]
    password = (folder / "postgres_password").read_text(encoding="ascii").strip()
    if _write(folder / "database_url", f"postgresql://{OWNER}:{password}@{HOST}/{OWNER}"):
        made.append("database_url")
    # What informers are sealed under: kept apart from the database and from its backups (docs/howto/informers.md).
    if _write(folder / "master_keys", f"first:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode('ascii')}\n"):
        made.append("master_keys")
    server = (folder / "database_url").read_text(encoding="ascii").strip().rpartition("@")[2]
    for login in LOGINS:
        address = f"postgresql://{OWNER}_{login}:{secrets.token_urlsafe(BYTES)}@{server}"
        if _write(folder / f"database_{login}", address):
            made.append(f"database_{login}")
    print(f"{folder}: " + (f"made {', '.join(made)}" if made else "everything is there already"))
    print(f"first sign-in: admin, with the password in {folder / 'admin_password'}; it asks for another one at once")
    return 0


def _write(path: Path, text: str) -> bool:
    """Write a secret unless there is one; whether it is new."""
    if path.exists():
        return False
    path.touch(mode=FILE_MODE)
    path.chmod(0o600)
    path.write_text(text, encoding="ascii")
    path.chmod(FILE_MODE)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
