"""Read what a fact says about a hazard, tolerantly: unknown fields are skipped, intake has checked the known ones."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from contracts.facts import Fact
from services.reporting.core.days import Deadline, read_deadline

EMPTY: Final = (b"", b"{}", b"null")
"""What a correction says to void the event that it names."""


class Place(msgspec.Struct, frozen=True):
    """The site as a report describes it; only `id` is certain."""

    id: str
    name: str = ""
    address: str = ""
    kind: str = ""
    sector: str = ""
    supervising_unit: str = ""
    uscc: str = ""
    lon: float | None = None
    lat: float | None = None
    coord_sys: str = ""
    tags: tuple[str, ...] = ()


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """The data of any fact that may concern a hazard; a field that its type does not have keeps its default."""

    hazard_id: str = ""
    hazard_ids: tuple[str, ...] = ()
    site: Place | None = None
    site_id: str = ""
    level: str = ""
    category: str = ""
    criterion: str = ""
    description: str = ""
    sector: str = ""
    found_by: str = ""
    campaign: str = ""
    inspection_id: str = ""
    rectify_by: str | None = None
    target_date: str | None = None
    until: str | None = None
    responsible_unit: str = ""
    supervising_unit: str = ""
    fixed_on_the_spot: bool = False
    to_unit: str = ""
    suggested_unit: str = ""
    granted: bool = False
    passed: bool = False
    approver: str = ""
    document_no: str = ""
    reason: str = ""
    by: str = ""
    kind: str = ""
    responsible: str = ""
    interim_measures: str = ""
    measures: str = ""
    responsible_person: str = ""
    media: tuple[str, ...] = ()
    evidence_kept: bool = False
    from_tenant: str = ""
    to_tenant: str = ""

    @property
    def site_key(self) -> str:
        """Id of the site it happened at, empty where the fact names none."""
        return self.site.id if self.site else self.site_id


@lru_cache(maxsize=1_024)
def subject_of(kind: str) -> str:
    """A type without its version."""
    return kind.rpartition(".v")[0]


_said = msgspec.json.Decoder(Said).decode
_anything = msgspec.json.Decoder().decode


class Heard(msgspec.Struct, frozen=True):
    """A fact with its data read; `said` is None where the fact is voided."""

    fact: Fact
    said: Said | None

    @property
    def subject(self) -> str:
        """The type without its version: `hazard.reported`."""
        return subject_of(self.fact.type)


def read(fact: Fact) -> Said | None:
    """What `fact` says; None for empty data. Raises `ValueError` where data or a deadline cannot be read."""
    if bytes(fact.data).strip() in EMPTY:
        return None
    try:
        said = _said(fact.data)
    except msgspec.ValidationError:
        said = msgspec.convert(_without_nulls(_anything(fact.data)), Said)
    if said.rectify_by or said.target_date or said.until:
        for word in (said.rectify_by, said.target_date, said.until):
            deadline_in(word)
    return said


def deadline_in(word: str | None) -> Deadline | None:
    """The deadline that a field gives, None where it gives none."""
    return read_deadline(word) if word else None


def arrival(fact: Fact) -> tuple[int, int]:
    """Where the fact stands in its committee's log: (incarnation, number), (0, 0) before the log numbered it."""
    incarnation, _, number = (fact.sequence or "0:0").partition(":")
    return int(incarnation), int(number)


def in_order(facts: Iterable[Fact]) -> list[Heard]:
    """The facts as they count now: corrected, voided ones left out, by (time, recorded, source, id).

    A correction replaces the data of the event that it names, which keeps its time; empty data voids it. A correction
    whose event is not among `facts` stands for it. Of several corrections of one event the latest recorded counts, then
    the one that arrived last. The order of `facts` is of no importance.
    """
    counted = [Heard(fact, said) for fact in corrected(list(facts)) if (said := read(fact)) is not None]
    return sorted(counted, key=lambda heard: _place_in_time(heard.fact))


def corrected(facts: Sequence[Fact]) -> list[Fact]:
    """The events as they were corrected: each with the data and recording time of the correction that counts."""
    corrections = [fact for fact in facts if fact.correction]
    if not corrections and len({(fact.source, fact.id) for fact in facts}) == len(facts):
        return list(facts)
    originals = {(fact.source, fact.id): fact for fact in facts if not fact.correction}
    named = {(fact.source, fact.id): (fact.source, fact.correction or "") for fact in corrections}
    for fact in sorted(corrections, key=lambda fact: (fact.recorded, arrival(fact), fact.id)):
        root = _root(named, (fact.source, fact.id))
        event = originals.get(root, fact)
        originals[root] = msgspec.structs.replace(event, data=fact.data, recordedtime=fact.recorded)
    return list(originals.values())


def _without_nulls(value: Any) -> Any:
    """Senders may write an absent field as null."""
    if isinstance(value, dict):
        return {key: _without_nulls(member) for key, member in value.items() if member is not None}
    return value


def _root(named: dict[tuple[str, str], tuple[str, str]], key: tuple[str, str]) -> tuple[str, str]:
    """The event at the bottom of a chain of corrections; a ring of corrections ends where it began."""
    seen: set[tuple[str, str]] = set()
    while key in named and key not in seen:
        seen.add(key)
        key = named[key]
    return key


def _place_in_time(fact: Fact) -> tuple[Any, ...]:
    return fact.time, fact.recorded, fact.source, fact.id
