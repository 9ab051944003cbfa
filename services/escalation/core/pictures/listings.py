"""Show what is listed, townships and projects too: by batch and level, which sectors are reached, what follows (S0-17..20)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from services.escalation.core.cases.listing import Listing

State = Literal["running", "expired", "lifted"]


class Listed(msgspec.Struct, frozen=True):
    """One listing: `until` is the end of its term now, `extended` how often it was moved, `consequences` what was decided."""

    listing_id: str
    tenant: str
    kind: str
    subject: str
    level: str
    batch: str
    class_: str = msgspec.field(name="class")
    hazards: int = 0
    opened_at: datetime | None = None
    until: datetime | None = None
    extended: int = 0
    lifted_at: datetime | None = None
    state: State = "running"
    consequences: tuple[str, ...] = ()


class Batch(msgspec.Struct, frozen=True):
    """How one batch of one level stands."""

    batch: str
    level: str
    kind: str
    running: int
    expired: int
    lifted: int


def listed(listing: Listing, consequences: Iterable[str], now: datetime) -> Listed:
    """One listing as it stands at `now`; `consequences` are the measures decided on it."""
    last = listing.rounds[-1]
    until = last.terms[-1].due if last.terms else None
    lifted_at = last.lifted.time if last.lifted else None
    state: State = "lifted" if lifted_at else "expired" if until is not None and until <= now else "running"
    return Listed(
        listing_id=listing.listing_id,
        tenant=listing.tenant,
        kind=listing.subject.kind,
        subject=listing.subject.id,
        level=listing.level,
        batch=listing.batch,
        class_=listing.class_,
        hazards=len(listing.hazard_ids),
        opened_at=listing.opened.time,
        until=until,
        extended=sum(len(one.terms) - 1 for one in listing.rounds),
        lifted_at=lifted_at,
        state=state,
        consequences=tuple(sorted(set(consequences))),
    )


def batches(listings: Iterable[Listed]) -> list[Batch]:
    """How many of each batch, level and kind of subject run, have expired and are lifted."""
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    for one in listings:
        counts.setdefault((one.batch, one.level, one.kind), Counter())[one.state] += 1
    return [Batch(*key, found["running"], found["expired"], found["lifted"]) for key, found in sorted(counts.items())]


def in_order(listings: Iterable[Listed]) -> list[Listed]:
    """What has expired first, then what runs by its end, then what was lifted."""
    rank = {"expired": 0, "running": 1, "lifted": 2}
    return sorted(
        listings, key=lambda one: (rank[one.state], one.until.timestamp() if one.until else 0, one.listing_id)
    )
