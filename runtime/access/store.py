"""Keep people, their grants and sessions in the schema `access`; the database's clock counts, all services share it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from contracts.roles import Role
from runtime.access.principal import Grant, Principal, Via
from runtime.access.sessions import FORMER_FOR, LIVES, Session, locked_for
from runtime.database import Work

SCHEMA = "access"

SESSION: Final = """SELECT s.id, s.person, p.display, s.via, p.must_change, s.turned_at, s.former_until, s.seen_at,
    s.expires_at, s.digest <> %(digest)s, p.disabled_at IS NOT NULL, now(),
    (SELECT json_agg(json_build_array(g.role, g.tenant, g.sectors)) FROM access.role_grant g WHERE g.person = s.person)
    FROM access.session s JOIN access.person p ON p.name = s.person
    WHERE s.ended_at IS NULL AND (s.digest = %(digest)s OR s.former = %(digest)s)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person's account without its sessions; `locked` says whether the door is shut for this name just now."""

    name: str
    display: str
    kept: str
    must_change: bool
    failures: int
    locked: bool
    disabled: bool


def find_session(work: Work, digest: bytes) -> tuple[Session, datetime] | None:
    """The session of a token's digest, the present one or the one before, with the database's time."""
    row = work.connection.execute(SESSION, {"digest": digest}).fetchone()
    return None if row is None else read_session(row)


def read_session(row: Sequence[Any]) -> tuple[Session, datetime]:
    """A session out of a row of `SESSION`, with the database's time."""
    identity, person, display, via, must_change, turned_at, former_until, seen_at, expires_at, former, disabled = row[
        :11
    ]
    principal = Principal(
        name=person,
        display=display,
        grants=_grants(row[12]),
        session=identity,
        via=via,
        must_change=must_change,
    )
    session = Session(
        id=identity,
        principal=principal,
        turned_at=turned_at,
        former_until=former_until,
        seen_at=seen_at,
        expires_at=expires_at,
        is_former=former,
        is_disabled=disabled,
    )
    return session, row[11]


def open_session(work: Work, person: str, digest: bytes, via: Via) -> datetime:
    """Open a session and return when it ends."""
    row = work.connection.execute(
        """INSERT INTO access.session (person, digest, via, expires_at) VALUES (%s, %s, %s, now() + %s)
        RETURNING expires_at""",
        (person, digest, via, LIVES),
    ).fetchone()
    work.connection.execute(
        "DELETE FROM access.session WHERE person = %s AND coalesce(ended_at, expires_at) < now() - interval '7 days'",
        (person,),
    )
    if row is None:
        raise AssertionError("INSERT .. RETURNING gave no row")
    ends: datetime = row[0]
    return ends


def turn(work: Work, session: UUID, old: bytes, new: bytes) -> bool:
    """Replace a session's token; False where another request has done it meanwhile."""
    done = work.connection.execute(
        """UPDATE access.session SET digest = %s, former = digest, former_until = now() + %s, turned_at = now(),
        seen_at = now() WHERE id = %s AND digest = %s""",
        (new, FORMER_FOR, session, old),
    )
    return done.rowcount == 1


def seen(work: Work, session: UUID) -> None:
    """Note that somebody used it."""
    work.connection.execute("UPDATE access.session SET seen_at = now() WHERE id = %s", (session,))


def end_session(work: Work, session: UUID, why: str) -> None:
    """End one session."""
    work.connection.execute(
        "UPDATE access.session SET ended_at = now(), ended_why = %s WHERE id = %s AND ended_at IS NULL", (why, session)
    )


def end_sessions(work: Work, person: str, why: str, *, but: UUID | None = None) -> int:
    """End every session of a person, but for one; returns how many there were."""
    ended = work.connection.execute(
        """UPDATE access.session SET ended_at = now(), ended_why = %s
        WHERE person = %s AND ended_at IS NULL AND id IS DISTINCT FROM %s""",
        (why, person, but),
    )
    return ended.rowcount


def account(work: Work, name: str, *, lock: bool = False) -> Account | None:
    """The account of a name; `lock` holds it, so that two guesses at once count as two."""
    statement = sql.SQL(
        """SELECT name, display, digest, must_change, failures, coalesce(locked_until > now(), false),
        disabled_at IS NOT NULL FROM access.person WHERE name = %s {}"""
    ).format(sql.SQL("FOR UPDATE" if lock else ""))
    row = work.connection.execute(statement, (name,)).fetchone()
    if row is None:
        return None
    found, display, kept, must_change, failures, locked, disabled = row
    return Account(
        name=found,
        display=display,
        kept=kept,
        must_change=must_change,
        failures=failures,
        locked=locked,
        disabled=disabled,
    )


def failed(work: Work, name: str, failures: int) -> None:
    """Note one more wrong password, and lock the name where that makes too many."""
    work.connection.execute(
        "UPDATE access.person SET failures = %s, locked_until = now() + %s WHERE name = %s",
        (failures, locked_for(failures), name),
    )


def succeeded(work: Work, name: str) -> None:
    """Forget the wrong passwords."""
    work.connection.execute(
        "UPDATE access.person SET failures = 0, locked_until = NULL WHERE name = %s AND failures > 0", (name,)
    )


def add_person(work: Work, name: str, display: str, kept: str, *, by: str, must_change: bool = True) -> bool:
    """Make an account; False where the name is taken."""
    made = work.connection.execute(
        """INSERT INTO access.person (name, display, digest, must_change, created_by) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT DO NOTHING""",
        (name, display, kept, must_change, by),
    )
    return made.rowcount == 1


def set_password(work: Work, name: str, kept: str, *, must_change: bool) -> bool:
    """Replace a password; False where nobody has that name."""
    done = work.connection.execute(
        """UPDATE access.person SET digest = %s, must_change = %s, password_at = now(), failures = 0,
        locked_until = NULL WHERE name = %s""",
        (kept, must_change, name),
    )
    return done.rowcount == 1


def disable(work: Work, name: str) -> bool:
    """Shut an account for good; it stays for what it did. False where it was shut, or nobody has that name."""
    done = work.connection.execute(
        "UPDATE access.person SET disabled_at = now() WHERE name = %s AND disabled_at IS NULL", (name,)
    )
    return done.rowcount == 1


def grant(work: Work, name: str, given: Grant, *, by: str) -> None:
    """Give a role for a tenant, or change its sectors; the person has to exist."""
    work.connection.execute(
        """INSERT INTO access.role_grant (person, role, tenant, sectors, granted_by) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (person, role, tenant) DO UPDATE SET sectors = excluded.sectors, granted_by = excluded.granted_by,
        granted_at = now()""",
        (name, given.role, given.tenant, list(given.sectors), by),
    )


def grants_of(work: Work, name: str) -> tuple[Grant, ...]:
    """Every role that a person holds."""
    rows = work.connection.execute(
        "SELECT role, tenant, sectors FROM access.role_grant WHERE person = %s ORDER BY role, tenant", (name,)
    ).fetchall()
    return _grants(rows)


def take_back(work: Work, name: str, role: Role, tenant: str) -> bool:
    """Take a role back; False where they did not have it."""
    gone = work.connection.execute(
        "DELETE FROM access.role_grant WHERE person = %s AND role = %s AND tenant = %s", (name, role, tenant)
    )
    return gone.rowcount == 1


def people(work: Work) -> list[tuple[Account, tuple[Grant, ...], datetime | None]]:
    """Every account with its grants and when it was seen last."""
    rows = work.connection.execute(
        """SELECT p.name, p.display, p.must_change, p.failures, coalesce(p.locked_until > now(), false),
        p.disabled_at IS NOT NULL,
        (SELECT json_agg(json_build_array(g.role, g.tenant, g.sectors) ORDER BY g.role, g.tenant)
         FROM access.role_grant g WHERE g.person = p.name),
        (SELECT max(s.seen_at) FROM access.session s WHERE s.person = p.name)
        FROM access.person p ORDER BY p.name"""
    ).fetchall()
    return [
        (
            Account(
                name=name,
                display=display,
                kept="",
                must_change=must_change,
                failures=failures,
                locked=locked,
                disabled=disabled,
            ),
            _grants(grants),
            last,
        )
        for name, display, must_change, failures, locked, disabled, grants, last in rows
    ]


def _grants(rows: Sequence[Sequence[Any]] | None) -> tuple[Grant, ...]:
    """Grants of a JSON list; a role that this version does not know opens nothing."""
    known = set(Role)
    return tuple(
        Grant(role=Role(role), tenant=tenant, sectors=tuple(sectors))
        for role, tenant, sectors in rows or ()
        if role in known
    )
