"""Give a new installation its first people: an administrator, and those of the demonstration; passwords are made here."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from contracts.roles import EVERYWHERE, Role
from policies import files
from runtime.access import Grant, passwords, store
from runtime.database import Database

ADMINISTRATOR = "admin"


class First(NamedTuple):
    """Somebody to be there from the start."""

    name: str
    display: str
    grants: tuple[Grant, ...]


def administrator() -> First:
    """Who makes all others; until there are some, also the one who sees and decides everything."""
    grants = tuple(Grant(role=role, tenant=EVERYWHERE) for role in (Role.ADMINISTRATOR, Role.PROVINCE))
    return First(ADMINISTRATOR, "首任管理员", grants)


def demonstration() -> list[First]:
    """One invented person for each role."""
    listed = files.read(files.folder() / "demonstration" / "people.yaml")["people"]
    return [
        First(row["name"], row["display"], (Grant(role=Role(row["role"]), tenant=row["tenant"]),)) for row in listed
    ]


def make(url: str, wanted: Iterable[First], kept_in: Path) -> dict[str, str]:
    """Make whoever is missing and return their passwords by name; each is also added to a file that only we can read.

    They stay valid: whoever reads that file owns the machine. A password that is changed makes its line untrue.
    """
    made: dict[str, str] = {}
    hashes = passwords.Passwords()
    database = Database(url, schema=store.SCHEMA, application_name="bihuan-up", pool_size=1)
    try:
        with database.begin() as work:
            for first in wanted:
                if store.account(work, first.name) is not None:
                    continue
                password = passwords.generated()
                store.add_person(
                    work, first.name, first.display, hashes.kept(password), by="bihuan up", must_change=False
                )
                for grant in first.grants:
                    store.grant(work, first.name, grant, by="bihuan up")
                made[first.name] = password
            _keep(kept_in, made)  # before the commit: a password that is lost would be an account that nobody opens
    finally:
        database.close()
    return made


def _keep(path: Path, made: dict[str, str]) -> None:
    if made:
        path.touch(mode=0o600)
        with path.open("a", encoding="ascii") as file:
            file.writelines(f"{name} {password}\n" for name, password in made.items())
