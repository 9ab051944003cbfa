"""Compare what a row says now with what it said before: send what is new, correct what changed, void what it unsays."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

from services.intake.core.ledger.rows import Statement

#: Characters of an event id, as the interface bounds them; a longer row key is hashed.
MAX_ID: Final = 128
VOIDED: Final = b""


class Act(StrEnum):
    """What is done about one event of a row."""

    NEW = "new"
    CORRECTED = "corrected"
    VOIDED = "voided"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The last event a row implied of one kind; an empty digest where it was voided."""

    event_id: str
    origin_id: str
    happened_at: datetime
    tenant: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a row says now of one kind, with the digest of its event."""

    statement: Statement
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One event to be sent, and what is known of its kind afterwards."""

    act: Act
    kind: str
    type: str
    event_id: str
    #: The event it corrects; None for a new one.
    correction: str | None
    time: datetime
    tenant: str
    data: Mapping[str, Any]
    flags: tuple[str, ...]
    after: Known


def reconcile(
    slug: str, key: str, said: Sequence[Said], known: Mapping[str, Known], stands: Collection[str] = ()
) -> Iterator[Sending]:
    """Yield what has to be sent so that the log says of a row what the row says now.

    A correction keeps the time and tenant of the event it corrects: where one of these changed, the event is voided and
    told anew. What a row no longer says is voided, but for kinds in `stands` (the row has moved on since) and for events
    that repeat: only the latest of these stands in a row, an older one is history.
    """
    for one in said:
        yield from _tell(slug, key, one, known.get(one.statement.kind))
    now = {one.statement.kind for one in said}
    for kind, before in known.items():
        if kind not in now and kind not in stands and "@" not in kind and before.digest != VOIDED:
            yield _void(slug, key, kind, before)


def _tell(slug: str, key: str, one: Said, before: Known | None) -> Iterator[Sending]:
    statement = one.statement
    if before is None:
        yield _new(slug, key, one, previous="")
    elif before.digest == VOIDED:
        yield _new(slug, key, one, previous=before.event_id)
    elif before.digest == one.digest:
        return
    elif (before.happened_at, before.tenant) == (statement.time, statement.tenant):
        yield _sending(slug, key, one, Act.CORRECTED, previous=before.event_id, origin=before.origin_id)
    else:
        void = _void(slug, key, statement.kind, before)
        yield void
        yield _new(slug, key, one, previous=void.event_id)


def _new(slug: str, key: str, one: Said, *, previous: str) -> Sending:
    return _sending(slug, key, one, Act.NEW, previous=previous, origin=None)


def _sending(slug: str, key: str, one: Said, act: Act, *, previous: str, origin: str | None) -> Sending:
    statement = one.statement
    event_id = _id(slug, key, statement.kind, one.digest, previous)
    after = Known(
        event_id=event_id,
        origin_id=origin or event_id,
        happened_at=statement.time,
        tenant=statement.tenant,
        digest=one.digest,
    )
    return Sending(
        act=act,
        kind=statement.kind,
        type=statement.type,
        event_id=event_id,
        correction=origin,
        time=statement.time,
        tenant=statement.tenant,
        data=statement.data,
        flags=statement.flags,
        after=after,
    )


def _void(slug: str, key: str, kind: str, before: Known) -> Sending:
    event_id = _id(slug, key, kind, VOIDED, before.event_id)
    after = Known(
        event_id=event_id,
        origin_id=before.origin_id,
        happened_at=before.happened_at,
        tenant=before.tenant,
        digest=VOIDED,
    )
    return Sending(
        act=Act.VOIDED,
        kind=kind,
        type=f"{kind.partition('@')[0]}.v1",
        event_id=event_id,
        correction=before.origin_id,
        time=before.happened_at,
        tenant=before.tenant,
        data={},
        flags=(),
        after=after,
    )


def _id(slug: str, key: str, kind: str, digest: bytes, previous: str) -> str:
    """Derive an event's id from source, row, kind and content, and from what it follows: a row may change back."""
    told = f"{slug}\n{key}\n{kind}\n{digest.hex()}\n{previous}".encode()
    mark = blake2b(told, digest_size=8).hexdigest()
    name = kind.partition("@")[0]
    plain = f"{name}/{key}/{mark}"
    return plain if len(plain) <= MAX_ID else f"{name}/{blake2b(key.encode(), digest_size=8).hexdigest()}/{mark}"
