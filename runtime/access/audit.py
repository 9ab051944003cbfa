"""Note what people do: entries that the database chains by hashes, each in the transaction of the act itself."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

from psycopg import sql
from starlette.types import Scope

from contracts import divisions
from contracts.permissions import Permission
from contracts.roles import EVERYWHERE
from runtime.access.chain import Entry, Head
from runtime.access.principal import Principal
from runtime.access.sessions import digest_of
from runtime.access.visible import visible
from runtime.database import Work

LONGEST: Final = 500  # characters of what an entry is about, and of what it says beside

_COLUMNS = sql.SQL("tenant, seq, at, actor, act, object, detail, province, city, county, prev, hash")
_NOTE = "SELECT access.note(%s, %s, %s, %s, %s) WHERE %s OR pg_current_xact_id_if_assigned() IS NOT NULL"


class Asked(NamedTuple):
    """Which entries somebody looks for; empty words ask for nothing. `after`: moment, chain and number of the last seen."""

    actor: str = ""
    about: str = ""
    tenant: str = ""
    after: tuple[datetime, str, int] | None = None


def note(
    work: Work, *, actor: str, act: str, about: str, tenant: str = EVERYWHERE, detail: str = "", always: bool = True
) -> bool:
    """Add an entry to a tenant's chain, and say whether there is one; not `always`: only where something was written.

    The chain is held until the transaction ends: it comes last in it.
    """
    row = work.connection.execute(_NOTE, (actor, act, _fit(about), _fit(detail), _place(tenant), always)).fetchone()
    return row is not None


def tenant_of(tenants: Sequence[str]) -> str:
    """The nearest unit that has all of these below it: whose chain an act goes to that was done for all of them."""
    if len(tenants) == 1:
        return tenants[0]
    if EVERYWHERE in tenants or not tenants:
        return EVERYWHERE
    table = _divisions()
    first = tenants[0]
    above = (first, *(each.code for each in table.ancestors(first)))
    return next((code for code in above if all(table.is_within(other, code) for other in tenants)), EVERYWHERE)


def chain_of(tenant: str) -> str:
    """The tenant whose chain tells of something: itself, else the nearest that the table of divisions knows."""
    known = _divisions().nearest(tenant) if tenant.isascii() and tenant.isdigit() else None
    return EVERYWHERE if known is None else known.code


def of_request(who: Principal, permission: Permission, scope: Scope) -> Callable[[Work], None]:
    """What notes each transaction in which a request changes something, and the first one of an audited route."""
    method, path_format = scope["state"]["admitted"]
    roles = " ".join(sorted(who.roles))
    return Witness(
        actor=who.name,
        act=f"{method} {path_format}",
        about=scope["path"],
        tenant=tenant_of(who.tenants),
        detail=f"{roles}; {scope['state'].get('trace_id', '')}",
        reads=permission.audited,
        of_somebody=not permission.own,
    )


def of_link(scope: Scope) -> Callable[[Work], None]:
    """The same for who comes by a secret link: the secret is its right, so a few digits of its hash stand for it."""
    method, path_format = scope["state"]["admitted"]
    secret = scope["path"].strip("/").partition("/")[2]
    return Witness(
        actor="link " + digest_of(secret).hex()[:12],
        act=f"{method} {path_format}",
        about=path_format,
        tenant=EVERYWHERE,
        detail=f"; {scope['state'].get('trace_id', '')}",
        of_somebody=True,
    )


class Witness:
    """Notes transactions before they are committed: those that wrote, and with `reads` one in any case.

    `of_somebody`: what is changed is somebody's, so a transaction that names no tenant in `concerns` has forgotten it. Its
    entry is in the chain of `tenant` then, with a warning, which ends a test.
    """

    def __init__(
        self,
        *,
        actor: str,
        act: str,
        about: str,
        tenant: str = EVERYWHERE,
        detail: str = "",
        reads: bool = False,
        of_somebody: bool = False,
    ) -> None:
        self._said = {"actor": actor, "act": act, "about": about}
        self._tenant = tenant
        self._detail = detail
        self._owes = reads
        self._of_somebody = of_somebody

    def __call__(self, work: Work) -> None:
        """Add the entry where one is due; it is there if the transaction is."""
        detail = "; ".join(filter(None, (self._detail, *work.remarks)))
        chains = {chain_of(tenant) for tenant in work.concerns} or {self._tenant}
        there, owes = False, self._owes and not work.aside
        for tenant in sorted(
            chains, key=lambda tenant: (tenant == EVERYWHERE, tenant)
        ):  # as every transaction locks them
            there = note(work, **self._said, tenant=tenant, detail=detail, always=owes)
        if there and not owes and self._of_somebody and not work.concerns:
            warnings.warn(f"{self._said['act']}: work.concerns names no tenant", RuntimeWarning, stacklevel=2)
        if there and owes:
            work.once_committed.append(self._paid)

    def _paid(self) -> None:
        self._owes = False


def chains(work: Work) -> tuple[Mapping[str, Head], Iterator[Entry]]:
    """Where every chain stands, and every entry, both of one moment: people go on acting while they are compared.

    It has to be the first thing that is asked in its transaction, which notes nothing itself.
    """
    work.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    return heads(work), entries(work)


def entries(work: Work, tenant: str = "") -> Iterator[Entry]:
    """Every entry, by chain and number, the installation's chain first; of one chain, where a tenant is named."""
    statement = sql.SQL("SELECT {} FROM access.audit WHERE (%s = '' OR tenant = %s) AND {} ORDER BY tenant, seq")
    with work.connection.cursor("audit") as cursor:
        cursor.itersize = 2_000
        cursor.execute(statement.format(_COLUMNS, visible(work)), (tenant, tenant))
        for row in cursor:
            yield Entry(*row)


def latest(work: Work, asked: Asked, most: int) -> list[Entry]:
    """The newest entries that fit, newest first."""
    words = sql.SQL(
        """SELECT {} FROM access.audit WHERE (%(actor)s = '' OR actor = %(actor)s)
        AND (%(tenant)s = '' OR tenant = %(tenant)s)
        AND (%(about)s = '' OR strpos(object, %(about)s) > 0 OR strpos(act, %(about)s) > 0)
        AND (%(at)s::timestamptz IS NULL OR (at, tenant, seq) < (%(at)s, %(chain)s, %(seq)s)) AND {}
        ORDER BY at DESC, tenant DESC, seq DESC LIMIT %(most)s"""
    ).format(_COLUMNS, visible(work))
    at, chain, seq = asked.after or (None, "", 0)
    told = {"actor": asked.actor, "tenant": asked.tenant, "about": asked.about, "at": at, "chain": chain, "seq": seq}
    return [Entry(*row) for row in work.connection.execute(words, {**told, "most": most})]


def heads(work: Work) -> Mapping[str, Head]:
    """Where every chain stands."""
    statement = sql.SQL("SELECT tenant, seq, hash FROM access.audit_head WHERE {} ORDER BY tenant")
    rows = work.connection.execute(statement.format(visible(work))).fetchall()
    return {tenant: Head(seq, bytes(kept)) for tenant, seq, kept in rows}


@cache
def _divisions() -> divisions.Divisions:
    return divisions.load()


@cache
def _place(tenant: str) -> list[str]:
    return ["", "", "", EVERYWHERE] if tenant == EVERYWHERE else list(_divisions().columns_of(tenant))


def _fit(text: str) -> str:
    """Text as the database takes it: no NUL, no half of a character, and not without end."""
    told = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    return told if len(told) <= LONGEST else told[: LONGEST - 1] + "…"
