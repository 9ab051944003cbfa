"""Fold one listing, 挂牌督办: what is listed, by whom, until when, and when it was lifted (S0-17, S0-19, S0-20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from contracts.divisions import Divisions
from services.escalation.core.cases.deadlines import due_instant
from services.escalation.core.heard import Heard, in_order


class ListedSubject(msgspec.Struct, frozen=True):
    """What is listed: a site, an area or a project."""

    kind: str = ""
    id: str = ""


class _Said(msgspec.Struct, frozen=True):
    """What the rules read of any fact about a listing."""

    listing_id: str = ""
    subject: ListedSubject = ListedSubject()
    level: str = ""
    until: str = ""
    batch: str = ""
    class_: str = msgspec.field(default="", name="class")
    hazard_ids: tuple[str, ...] = ()
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """From `start` on the listing runs until `due`; `cause` said so."""

    start: datetime
    due: datetime
    cause: Heard


@dataclass(frozen=True, slots=True)
class Round:
    """One time on the list: from its opening to its lifting (None: still listed)."""

    opened: Heard
    terms: tuple[Term, ...]
    lifted: Heard | None

    @property
    def end(self) -> datetime | None:
        """When it was lifted."""
        return self.lifted.time if self.lifted else None


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing as its facts tell it; `rounds` are more than one where it was lifted and opened again."""

    listing_id: str
    tenant: str
    subject: ListedSubject
    level: str
    batch: str
    class_: str
    hazard_ids: tuple[str, ...]
    rounds: tuple[Round, ...]

    @property
    def opened(self) -> Heard:
        """The fact that opened it first."""
        return self.rounds[0].opened


_said_of = msgspec.json.Decoder(_Said).decode


def fold(listing_id: str, facts: Sequence[Heard], divisions: Divisions) -> Listing | None:
    """The listing told by `facts`, None while nobody opened it.

    An opening while it runs says its subject anew and moves its term, as an extension does. What a tenant says that is
    neither the listing's nor above it is set aside.
    """
    told = [(fact, _said_of(fact.data)) for fact in in_order(facts)]
    told = [(fact, said) for fact, said in told if said.listing_id == listing_id]
    first = next((fact for fact, _ in told if fact.subject == "listing.opened"), None)
    if first is None:
        return None
    latest, rounds = _Said(), list[Round]()
    for fact, said in told:
        if fact.tenant != first.tenant and not divisions.is_within(first.tenant, fact.tenant):
            continue
        if fact.subject == "listing.opened":
            latest = said
        _hear(rounds, msgspec.structs.replace(fact, data=b""), said)
    return Listing(
        listing_id=listing_id,
        tenant=first.tenant,
        subject=latest.subject,
        level=latest.level,
        batch=latest.batch,
        class_=latest.class_,
        hazard_ids=latest.hazard_ids,
        rounds=tuple(rounds),
    )


def _hear(rounds: list[Round], fact: Heard, said: _Said) -> None:
    last = rounds[-1] if rounds else None
    runs = last is not None and last.lifted is None
    if last is not None and runs and fact.subject == "listing.lifted":
        rounds[-1] = Round(last.opened, last.terms, fact)
    elif fact.subject in ("listing.opened", "listing.extended") and said.until:
        term = Term(fact.time, due_instant(said.until), fact)
        if last is not None and runs:
            rounds[-1] = Round(last.opened, (*last.terms, term), None)
        elif fact.subject == "listing.opened":
            rounds.append(Round(fact, (term,), None))
