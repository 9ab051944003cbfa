"""Keep what belongs to sign-ins at the customer's provider: those under way, whose account a subject is, what it holds."""

import re
from datetime import timedelta
from typing import Final

from runtime.access.provider import Asked, Claimed
from runtime.access.sessions import digest_of
from runtime.database import Work

LASTS: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""

OPENS_NOTHING: Final = "!"  # no hash of any password

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}", re.ASCII)


class NameTaken(Exception):
    """The name that the provider gives is somebody else's account here, or cannot be one."""


def keep(work: Work, asked: Asked, binding: str, wanted: str) -> None:
    """Keep a sign-in until the browser comes back; those that never did are forgotten."""
    work.connection.execute("DELETE FROM access.federated_sign_in WHERE opened_at < now() - %s", (LASTS,))
    work.connection.execute(
        """INSERT INTO access.federated_sign_in (state, binding, nonce, verifier, wanted) VALUES (%s, %s, %s, %s, %s)""",
        (digest_of(asked.state), digest_of(binding), asked.nonce, asked.verifier, wanted),
    )


def take(work: Work, state: str, binding: str) -> tuple[str, str, str] | None:
    """(nonce, verifier, where to go on) of a sign-in, this once; None for one that this browser did not begin."""
    row = work.connection.execute(
        """DELETE FROM access.federated_sign_in WHERE state = %s AND binding = %s AND opened_at >= now() - %s
        RETURNING nonce, verifier, wanted""",
        (digest_of(state), digest_of(binding), LASTS),
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]), str(row[2]))


def account_of(work: Work, claimed: Claimed) -> str | None:
    """The account of somebody whom the provider names, made at their first coming; None where it was shut.

    An account is found by issuer and subject alone: a name that the provider hands out anew, or that equals the one of
    a local account, opens nothing. Raises NameTaken.
    """
    row = work.connection.execute(
        "SELECT name, disabled_at IS NOT NULL FROM access.person WHERE issuer = %s AND subject = %s",
        (claimed.issuer, claimed.subject),
    ).fetchone()
    if row is not None:
        return None if row[1] else str(row[0])
    if _NAME.fullmatch(claimed.name) is None:
        raise NameTaken(f"{claimed.name!r} cannot be the name of an account")
    made = work.connection.execute(
        """INSERT INTO access.person (name, display, digest, must_change, created_by, issuer, subject)
        VALUES (%s, %s, %s, false, %s, %s, %s) ON CONFLICT DO NOTHING""",
        (claimed.name, claimed.display, OPENS_NOTHING, origin(claimed.issuer), claimed.issuer, claimed.subject),
    )
    if made.rowcount != 1:
        raise NameTaken(f"the account {claimed.name} is somebody else's")
    return claimed.name


def hold(work: Work, name: str, claimed: Claimed) -> None:
    """Let an account hold what its groups say now; what was granted here by hand stays as it is."""
    work.connection.execute(
        "DELETE FROM access.role_grant WHERE person = %s AND granted_by = %s", (name, origin(claimed.issuer))
    )
    for grant in claimed.grants:
        work.connection.execute(
            """INSERT INTO access.role_grant (person, role, tenant, sectors, granted_by) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT DO NOTHING""",
            (name, grant.role, grant.tenant, list(grant.sectors), origin(claimed.issuer)),
        )


def origin(issuer: str) -> str:
    """Who granted what comes from a provider's groups."""
    return f"oidc:{issuer}"
