"""Hand the audit to who may read it: `GET /v1/audit`, newest first, with every hash."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from contracts.roles import EVERYWHERE
from runtime.access import Who, audit
from runtime.access.chain import Entry, Fault, faults
from runtime.web import Problem
from services.reporting.api.narrowing import LONGEST
from services.reporting.api.reading import Reader

CHAIN: Final = r"^([0-9]{2,12}|\*)?$"
WORD: Final = r"^[^\x00]*$"

Chain = Annotated[str, Query(pattern=CHAIN, description="division code of a chain; * is the installation's own")]
Word = Annotated[str, Query(max_length=100, pattern=WORD)]
CursorText = Annotated[str, Query(max_length=LONGEST, pattern=WORD)]


class EntryShape(BaseModel):
    """One entry; `hash` is over `prev` and every other field."""

    tenant: str
    seq: int
    at: datetime
    actor: str
    act: str
    object: str
    detail: str
    prev: str
    hash: str


class AuditShape(BaseModel):
    """Entries, newest first, and where to go on."""

    entries: list[EntryShape]
    next: str | None = Field(description="the cursor of what is older, null at the end")


class Read(NamedTuple):
    """A page of entries; `checked` are the faults of all chains that the reader sees, None where nobody asked."""

    entries: list[Entry]
    next: str
    checked: list[Fault] | None
    total: int


def routes(reader: Reader) -> APIRouter:
    """The audit as JSON."""
    router = APIRouter(tags=["audit"])

    @router.get("/v1/audit")
    def read_audit(
        who: Who,
        actor: Word = "",
        about: Word = "",
        tenant: Chain = "",
        cursor: CursorText = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> AuditShape:
        """What people did in one's area; that one reads it is an entry itself."""
        found = read(reader.of(who), audit.Asked(actor, about, tenant, position(cursor)), limit)
        return AuditShape(entries=[_shape(entry) for entry in found.entries], next=found.next or None)

    return router


def read(reader: Reader, asked: audit.Asked, limit: int, *, checks: bool = False) -> Read:
    """A page of what the reader may see; with `checks` the chains are computed anew."""
    with reader.begin() as work:
        rows = audit.latest(work, asked, limit + 1)
        total = sum(head.seq for head in audit.heads(work).values())
    checked = None
    if checks:
        with reader.begin() as work:  # one of its own: it is of one moment, and the page's own entry is in it
            now, entries = audit.chains(work)
            checked = list(faults(entries, now))
    last = rows[limit - 1] if len(rows) > limit else None
    following = f"{last.at.astimezone(UTC).isoformat()}~{last.tenant}~{last.seq}" if last else ""
    return Read(rows[:limit], following, checked, total)


def position(cursor: str) -> tuple[datetime, str, int] | None:
    """Where a list goes on; a Problem 400 for a cursor that we did not write."""
    if not cursor:
        return None
    try:
        at, tenant, seq = cursor.split("~")
        moment, number = datetime.fromisoformat(at), int(seq)
    except ValueError:
        raise Problem(400, "this cursor is none of ours; begin again without one") from None
    if moment.tzinfo is None or not 0 < number < 1 << 63 or not (tenant == EVERYWHERE or tenant.isdecimal()):
        raise Problem(400, "this cursor is none of ours; begin again without one")
    return moment, tenant, number


def _shape(entry: Entry) -> EntryShape:
    told: dict[str, Any] = entry._asdict()
    return EntryShape(**{**told, "prev": entry.prev.hex(), "hash": entry.hash.hex()})
