"""What a case keeps of each fact: enough to fold it again, in the order in which things happened."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from contracts.facts import Fact

LATE = timedelta(hours=24)  # a fact recorded later than this after it happened is `late_recorded`
NO_DATA = (b"", b"{}", b"null")
ACTIVATED = "policy.activated.v1"
MIGRATED = "policy.migrated"
_place_of = attrgetter("time", "recorded", "source", "id")


class Heard(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One fact as a case keeps it.

    `recorded` is when its source recorded it, `known_at` when it became known here; `data` are the JSON bytes as sent.
    """

    id: str
    source: str
    type: str
    time: datetime
    recorded: datetime
    known_at: datetime
    tenant: str
    data: bytes
    correction: str | None = None
    historic: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it was recorded more than 24 h after it happened."""
        return self.recorded - self.time > LATE

    @property
    def place(self) -> tuple[datetime, datetime, str, str]:
        """Where it stands among the facts of its case: by what happened first."""
        return self.time, self.recorded, self.source, self.id

    @property
    def subject(self) -> str:
        """The type without its version: `hazard.reported`."""
        return _subject_of(self.type)


@lru_cache(maxsize=1000)  # there are some forty types, and intake lets no other in
def _subject_of(type_: str) -> str:
    return type_.rpartition(".v")[0]


def hear(fact: Fact) -> Heard:
    """Keep what a case needs of `fact`."""
    return Heard(
        id=fact.id,
        source=fact.source,
        type=fact.type,
        time=_utc(fact.time),
        recorded=_utc(fact.recorded),
        known_at=_utc(fact.known_at),
        tenant=fact.tenant,
        data=_without_nulls(bytes(fact.data)) if fact.type != ACTIVATED else _without_text(bytes(fact.data)),
        correction=fact.correction,
        historic=fact.historic,
    )


def _utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def _without_nulls(data: bytes) -> bytes:
    """The data as sent, but for fields sent as null: they say as little as absent ones."""
    if b"null" not in data:
        return data
    return msgspec.json.encode(_stripped(msgspec.json.decode(data)))


def _without_text(data: bytes) -> bytes:
    """The data of an activation without the pack's text: the law has it, and a case is written anew at every tick."""
    said = _stripped(msgspec.json.decode(data))
    if isinstance(said, dict):
        said.pop("text", None)
    return msgspec.json.encode(said)


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_stripped(part) for part in value if part is not None]
    return value


def each_once(*facts: Heard) -> tuple[Heard, ...]:
    """The facts without those that were named before; few, so that comparing them costs less than hashing them."""
    once: list[Heard] = []
    for fact in facts:
        if fact not in once:
            once.append(fact)
    return tuple(once)


def in_order(facts: Sequence[Heard]) -> list[Heard]:
    """The facts with corrections applied and voided ones left out, by (time, recorded, source, id).

    A correction replaces the data of the event that it names and keeps that event's time; an empty `data` voids it. A
    correction whose original is not among `facts` stands for it. Of several corrections of one event the latest recorded counts, then the one that arrived last. The order of arrival
    of `facts` matters for that last tie only.
    """
    for fact in facts:
        if fact.correction:
            facts = _corrected(facts)
            break
    return sorted(facts, key=_place_of)


def _corrected(facts: Iterable[Heard]) -> list[Heard]:
    originals: dict[tuple[str, str], Heard] = {}
    corrections: list[Heard] = []
    for fact in facts:
        if fact.correction:
            corrections.append(fact)
        else:
            originals[fact.source, fact.id] = fact
    named = {(fact.source, fact.id): (fact.source, fact.correction or "") for fact in corrections}
    for fact in sorted(corrections, key=lambda fact: fact.recorded):  # stable: the later arrival wins a tie
        target = named[fact.source, fact.id]
        seen = {target}
        while target in named and named[target] not in seen:  # a correction of a correction
            target = named[target]
            seen.add(target)
        original = originals.get(target, fact)  # without its original it stands for the event itself
        originals[target] = msgspec.structs.replace(original, data=fact.data, recorded=fact.recorded)
    return [fact for fact in originals.values() if fact.data.strip() not in NO_DATA]
