"""Let the first administrator in: an account with the password of the secret, which its first sign-in has to change."""

from deploy.local.accounts import administrator
from runtime.access import passwords, store
from runtime.database import Database

BY = "prepare"


def make(url: str, password: str) -> str:
    """The name of the account that was made; empty where anybody is there already."""
    first = administrator()
    database = Database(url, schema=store.SCHEMA, application_name="bihuan-prepare", pool_size=1)
    try:
        with database.begin() as work:
            if any(store.people(work)):
                return ""
            store.add_person(
                work, first.name, first.display, passwords.Passwords().kept(password), by=BY, must_change=True
            )
            for grant in first.grants:
                store.grant(work, first.name, grant, by=BY)
    finally:
        database.close()
    return first.name
