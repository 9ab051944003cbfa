"""Show what help a site asked for and got, beside what is to be done against it (S1-12, S1-20)."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.escalation.core.heard import Heard, in_order


class Service(msgspec.Struct, frozen=True):
    """One entry of the ledger of help."""

    at: datetime
    kind: str
    description: str
    tenant: str
    event_id: str


class _Said(msgspec.Struct, frozen=True):
    kind: str = ""
    description: str = ""


_said_of = msgspec.json.Decoder(_Said).decode


def ledger(facts: Iterable[Heard]) -> list[Service]:
    """The help given to a site, the newest first; corrected entries as they are now, voided ones not at all."""
    given = [fact for fact in in_order(list(facts)) if fact.subject == "service.given"]
    said = ((fact, _said_of(fact.data)) for fact in reversed(given))
    return [Service(fact.time, one.kind, one.description, fact.tenant, fact.id) for fact, one in said]
