"""Turn facts into what forms read: events as they count now, and what corrections say otherwise."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from contracts.events.table import EVENT_TYPES
from contracts.facts import Fact
from services.reporting.core.forms.archive import Correction, Event
from services.reporting.core.lines import changes
from services.reporting.core.said import EMPTY, corrected


def events_of(
    facts: Sequence[Fact], since: datetime | None, until: datetime | None, *, within: Callable[[str], bool]
) -> list[Event]:
    """The events that count, earliest first: corrected, voided ones left out, of a tenant that is `within`."""
    found = [
        Event(
            subject=fact.type.rpartition(".v")[0],
            ref=f"{fact.source} {fact.id}",
            committee=fact.committee,
            namespace=fact.namespace,
            tenant=fact.tenant,
            time=fact.time,
            known_at=fact.known_at,
            data=msgspec.json.decode(fact.data),
        )
        for fact in corrected(facts)
        if bytes(fact.data).strip() not in EMPTY
        and within(fact.tenant)
        and (since is None or fact.time >= since)
        and (until is None or fact.time < until)
    ]
    return sorted(found, key=lambda event: (event.time, event.ref))


def corrections_of(facts: Sequence[Fact]) -> list[Correction]:
    """Every correction among `facts` with what it says otherwise than the fact it corrects, in order of knowledge."""
    known = {(fact.source, fact.id): fact for fact in facts}
    found = {
        (fact.source, fact.id): _correction(fact, known.get((fact.source, fact.correction)))
        for fact in facts
        if fact.correction
    }
    return sorted(found.values(), key=lambda each: (each.known_at, each.hazard_id, each.title))


def _correction(fact: Fact, before: Fact | None) -> Correction:
    voided = bytes(fact.data).strip() in EMPTY
    told = before if voided and before is not None else fact
    data = msgspec.json.decode(told.data) or {}
    row = EVENT_TYPES.get(fact.type)
    return Correction(
        hazard_id=str(data.get("hazard_id", "")) if isinstance(data, dict) else "",
        known_at=fact.known_at,
        voided=voided,
        title=row.chinese if row else fact.type,
        changes=tuple(changes(fact, before)) if before is not None and not voided else (),
    )
